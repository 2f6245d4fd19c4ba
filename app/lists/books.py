"""Lists as files: CSV and XLSX, written row by row, so that memory does not grow with them."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import IO, Final

import xlsxwriter

from app.core.sheets.formulas import neutralise
from app.lists.writing import Cells, Head

NO_XML: Final = str.maketrans(dict.fromkeys("\ufffe\uffff", "\ufffd"))
"""Characters that no XML may hold, each as the one that stands for what cannot be shown."""
WIDTH: Final = 9
"""Characters of a column of share 1."""
_FORBIDDEN = str.maketrans("", "", "[]:*?/\\'")
"""In the name of a sheet."""


def write_csv(head: Head, rows: Iterable[Cells], out: IO[bytes]) -> None:
    """RFC 4180 in UTF-8, with a byte order mark: Excel reads it as another encoding without.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.heading for column in head.columns])
    for row in rows:
        writer.writerow([neutralise(cell) for cell in row])
    text.flush()
    text.detach()


def write_xlsx(head: Head, rows: Iterable[Cells], out: IO[bytes]) -> None:
    """A workbook of one sheet whose first row has the headings; every cell is text.

    The same rows give the same bytes. Of all rows only one is in memory.
    """
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        book.set_properties(
            {
                "title": head.title.translate(NO_XML),
                "comments": head.last_change,
                "created": _created(head),
            }
        )
        sheet = book.add_worksheet(
            head.title.translate(NO_XML).translate(_FORBIDDEN)[:31].strip() or "1"
        )
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        text = book.add_format({"num_format": "@"})
        _prepare(sheet, head)
        for place, column in enumerate(head.columns):
            sheet.set_column(place, place, column.share * WIDTH, text)
            sheet.write_string(0, place, column.heading, heading)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell.translate(NO_XML), text)


def _prepare(sheet: xlsxwriter.worksheet.Worksheet, head: Head) -> None:
    """For reading from the right, for scrolling, and for the printer."""
    if head.direction == "rtl":
        sheet.right_to_left()
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_header("&L" + _printed(head.meeting) + "&R" + _printed(head.title))
    sheet.set_footer("&L" + _printed(head.last_change) + "&R&P / &N")


def _printed(text: str) -> str:
    """In the head of a printed page an ampersand begins a code, and there is little space."""
    return text[:60].translate(NO_XML).replace("&", "&&")


def _created(head: Head) -> datetime:
    return datetime.combine(head.day, time(12), UTC)
