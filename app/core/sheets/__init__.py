"""Tables that people send as files, read without trusting them, and cells that go out to them."""

from app.core.sheets.formulas import neutralise
from app.core.sheets.model import DateText, Row, SheetUnreadable, Value
from app.core.sheets.reading import MEDIA_TYPES, read_document, read_rows

__all__ = [
    "MEDIA_TYPES",
    "DateText",
    "Row",
    "SheetUnreadable",
    "Value",
    "neutralise",
    "read_document",
    "read_rows",
]
