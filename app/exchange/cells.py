"""Cells of an agenda's table: none becomes a formula, and each is read back as it was."""

import re
from typing import Final

_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet takes for a formula, and what already has an apostrophe against that."""


def guarded(cell: str) -> str:
    """With one apostrophe more where the cell, or what its apostrophes guard, starts a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Without the apostrophe that `guarded` put there."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
