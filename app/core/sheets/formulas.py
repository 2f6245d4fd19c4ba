"""Cells that go out: none of them may become a formula in the program that opens the file."""

from typing import Final

# What starts a formula somewhere, also in full width, as some programs fold widths first.
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def neutralise(cell: str) -> str:
    """The cell for a CSV or XLSX export; an apostrophe makes text of what could be a formula.

    For text only: a number is written as a number. The mark is not taken off when reading.
    """
    return f"'{cell}" if cell.startswith(_STARTS) else cell
