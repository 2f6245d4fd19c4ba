"""CSV files, as spreadsheets of any country write them (RFC 4180, with other delimiters)."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from app.core.sheets.encoding import decode
from app.core.sheets.model import Cells, SheetUnreadable

_DELIMITERS: Final = (",", ";", "\t")


def read_delimited(content: bytes) -> Iterator[Cells]:
    """The rows as a spreadsheet numbers them: a quoted line break does not start a new one.

    Every cell is text; an empty one is None. Raises `SheetUnreadable`.
    """
    text = decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, [cell or None for cell in cells]
    except csv.Error as fault:
        raise SheetUnreadable(f"The row cannot be read: {fault}.", row=number + 1) from None


def _delimiter(text: str) -> str:
    """The delimiter that the header line has most of outside quotes; a comma if it has none."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    quoted = False
    for character in text:
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character in "\r\n":
            break
        elif character in counts:
            counts[character] += 1
    return max(_DELIMITERS, key=counts.__getitem__)
