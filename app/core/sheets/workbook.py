"""XLSX workbooks: looked through as zip and as XML before any reader of workbooks sees them."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from app.core.sheets.model import Cells, Limits, SheetUnreadable, Value
from app.core.sheets.package import repack

_EXACT: Final = 2**53


def read_workbook(content: bytes, limits: Limits) -> Iterator[Cells]:
    """The first sheet from its cell A1 on; the rest of the workbook is not looked at.

    A formula counts with the value that was saved with it. Whole numbers are int, dates and times
    ISO 8601 text without a zone, as sheets know none. Raises `SheetUnreadable`.
    """
    package = repack(content, limits)
    try:
        kind, cells = _first_sheet(package.content)
    except (CalamineError, LookupError, OSError, ValueError):
        # What the package lacks was taken out for a reason, which is the better answer.
        damaged = SheetUnreadable("The file is not a workbook that can be read.")
        raise package.refusal or damaged from None
    if kind is not SheetTypeEnum.WorkSheet:
        raise SheetUnreadable("The first sheet is not a table.")
    for number, row in enumerate(cells, start=1):
        yield number, _unpadded([_value(cell) for cell in row])


def _first_sheet(content: bytes) -> tuple[SheetTypeEnum, list[list[Any]]]:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        rows: list[list[Any]] = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
        return workbook.sheets_metadata[0].typ, rows


def _unpadded(cells: list[Value]) -> list[Value]:
    """Without the empty cells that make all rows as wide as the widest."""
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _value(cell: Any) -> Value:
    """An empty cell is None; calamine gives every number as float."""
    match cell:
        case "":
            return None
        case float() if cell.is_integer() and abs(cell) < _EXACT:
            return int(cell)
        case datetime() | date() | time():
            return cell.isoformat()
        case timedelta():
            return _duration(cell)
    found: Value = cell
    return found


def _duration(span: timedelta) -> str:
    """ISO 8601 in hours, minutes and seconds, as in PT25H30M0S."""
    minutes, seconds = divmod(round(abs(span).total_seconds()), 60)
    sign = "-" if span < timedelta() else ""
    return f"{sign}PT{minutes // 60}H{minutes % 60}M{seconds}S"
