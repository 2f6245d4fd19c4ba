"""CSV files, as spreadsheets of any country write them (RFC 4180, with other delimiters)."""

import csv
import io
from collections.abc import Iterator
from itertools import count
from typing import Final

from app.core.sheets.encoding import decode
from app.core.sheets.model import BadValue, Cells, SheetUnreadable

_DELIMITERS: Final = (",", ";", "\t")
_UNCLOSED: Final = "unexpected end of data"


def read_delimited(content: bytes, *, apart: bool = False) -> Iterator[Cells]:
    """The rows as a spreadsheet numbers them: a quoted line break does not start a new one.

    Every cell is text; an empty one is None. Of rows that are read `apart`, one that cannot be read
    has one bad value; a quote that nothing closes takes in the rows after it, and so refuses all.
    Raises `SheetUnreadable`.
    """
    text = decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    for number in count(1):
        try:
            yield number, [cell or None for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as fault:
            detail = f"The row cannot be read: {fault}."
            if not apart or number == 1 or str(fault) == _UNCLOSED:
                raise SheetUnreadable(detail, row=number) from None
            yield number, [BadValue(detail, whole=True)]


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
