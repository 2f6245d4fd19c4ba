"""XLSX workbooks: looked through as zip and as XML before any reader of workbooks sees them."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from app.core.sheets.model import BadValue, Cells, DateText, Limits, SheetUnreadable, Value
from app.core.sheets.package import repack

_EXACT: Final = 2**53
_MOST_MERGED: Final = 1_000_000
Range = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell, each by row and column, counted from 0."""


def read_workbook(content: bytes, limits: Limits) -> Iterator[Cells]:
    """The first sheet from its cell A1 on; the rest of the workbook is not looked at.

    A formula counts with the value that was saved with it. Whole numbers are int, dates and times
    ISO 8601 text without a zone, as sheets know none. A cell that was merged with those below it
    counts for each of these rows, unless a row is empty but for it. Raises `SheetUnreadable`.
    """
    package = repack(content, limits)
    try:
        kind, cells, merged = _first_sheet(package.content)
    except (CalamineError, LookupError, OSError, ValueError):
        # What the package lacks was taken out for a reason, which is the better answer.
        damaged = SheetUnreadable("The file is not a workbook that can be read.")
        raise package.refusal or damaged from None
    if kind is not SheetTypeEnum.WorkSheet:
        raise SheetUnreadable("The first sheet is not a table.")
    _fill_merged(cells, merged)
    for number, row in enumerate(cells, start=1):
        yield number, _unpadded([_value(cell, package.mark) for cell in row])


def _first_sheet(content: bytes) -> tuple[SheetTypeEnum, list[list[Any]], Sequence[Range]]:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        sheet = workbook.get_sheet_by_index(0)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
        return workbook.sheets_metadata[0].typ, rows, sheet.merged_cell_ranges or []


def _fill_merged(rows: list[list[Any]], merged: Sequence[Range]) -> None:
    """What stands at the top of merged cells is said of every row beside them, below the header."""
    steps = 0
    for (first, column), (last, _) in merged:
        below = rows[max(first, 1) + 1 : last + 1] if first > 0 else []
        steps += len(below)
        if steps > _MOST_MERGED:
            raise SheetUnreadable("The sheet has too many merged cells.")
        for row in below:
            if column < len(row) and row[column] == "" and any(cell != "" for cell in row):
                row[column] = rows[first][column]


def _unpadded(cells: list[Value | BadValue]) -> list[Value | BadValue]:
    """Without the empty cells that make all rows as wide as the widest."""
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _value(cell: Any, mark: str) -> Value | BadValue:
    """An empty cell is None; calamine gives every number as float."""
    match cell:
        case "":
            return None
        case str() if cell.startswith(mark):
            return BadValue(cell.removeprefix(mark))
        case float() if cell.is_integer() and abs(cell) < _EXACT:
            return int(cell)
        case datetime() | date() | time():
            return DateText(cell.isoformat())
        case timedelta():
            return _duration(cell)
    found: Value = cell
    return found


def _duration(span: timedelta) -> str:
    """ISO 8601 in hours, minutes and seconds, as in PT25H30M0S."""
    minutes, seconds = divmod(round(abs(span).total_seconds()), 60)
    sign = "-" if span < timedelta() else ""
    return f"{sign}PT{minutes // 60}H{minutes % 60}M{seconds}S"
