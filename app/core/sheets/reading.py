"""From a file to rows or to a document: names of columns, limits, and what no text may hold."""

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import StrEnum
from typing import Final, TypeVar

from app.core.sheets.delimited import read_delimited
from app.core.sheets.documents import MAX_DEPTH, read_json, read_yaml
from app.core.sheets.model import (
    BadValue,
    Cells,
    Limits,
    Row,
    SheetUnreadable,
    Value,
    column_letter,
)
from app.core.sheets.workbook import read_workbook


class Essence(StrEnum):
    """The media types that are read, without their parameters."""

    CSV = "text/csv"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    YAML = "application/yaml"
    JSON = "application/json"


MEDIA_TYPES: Final = frozenset(essence.value for essence in Essence)

_DOCUMENTS: Final = {Essence.YAML: read_yaml, Essence.JSON: read_json}

# PostgreSQL stores no NUL, and a lone surrogate is no character of UTF-8.
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")

_LONGEST_NAME: Final = 200
_SEPARATORS: Final = re.compile(r"[\s\-]+")
_ERRORS: Final = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")
Found = TypeVar("Found")


def read_rows(
    content: bytes,
    media_type: str,
    *,
    key: str | None = None,
    max_rows: int = 10_000,
    max_columns: int = 64,
    max_cell: int = 10_000,
    apart: bool = False,
) -> list[Row]:
    """The rows of a CSV, XLSX, YAML or JSON file, all of them or none.

    Names of columns are normalised: `Seat quota` and `seat-quota` are `seat_quota`. Empty rows are
    left out but counted. Of a workbook the first sheet is read, its dates as ISO 8601 text. Of
    YAML and JSON the top must be a list of mappings, or a mapping that has one under `key`.
    Raises `SheetUnreadable`.

    Rows that are read `apart` keep each other out of nothing: one that cannot be read has its
    `refusal` or, by column, its `faults`, and a column without a name is one that holds nothing.
    """
    limits = Limits(max_rows, max_columns, max_cell, apart)
    match _essence(media_type):
        case Essence.CSV:
            rows = _rows_of_grid(read_delimited(content, apart=apart), limits)
        case Essence.XLSX:
            rows = _rows_of_grid(read_workbook(content, limits), limits)
        case essence:
            rows = _rows_of_list(_listed(_DOCUMENTS[essence](content), key), limits)
    return list(rows)


def read_document(content: bytes, media_type: str, *, max_cell: int = 10_000) -> dict[str, Value]:
    """The mapping that a YAML or JSON file holds, its keys as written; raises `SheetUnreadable`."""
    essence = _essence(media_type)
    if essence not in _DOCUMENTS:
        raise SheetUnreadable(f"A document is {Essence.YAML} or {Essence.JSON}, not {essence}.")
    document = _DOCUMENTS[essence](content)
    if not isinstance(document, dict):
        raise SheetUnreadable("The file must hold a mapping.")
    for name, value in document.items():
        _check(name, _LONGEST_NAME, None, None)
        _check(value, max_cell, None, name)
    return document


def _essence(media_type: str) -> Essence:
    try:
        return Essence(media_type.partition(";")[0].strip().lower())
    except ValueError:
        known = ", ".join(sorted(MEDIA_TYPES))
        raise SheetUnreadable(f"Files of this type are not read, only {known}.") from None


def _rows_of_grid(grid: Iterator[Cells], limits: Limits) -> Iterator[Row]:
    """Rows by the names in the first row, which must name every column that holds anything."""
    header = next(grid, None)
    if header is None:
        raise SheetUnreadable("The file is empty.")
    names = _header(header[1], limits)
    for number, cells in grid:
        if number > limits.rows + 1:
            raise SheetUnreadable(f"There are more than {limits.rows} rows.", row=number)
        if all(cell is None for cell in cells):
            continue
        yield _apart(_row_of_cells, number, (names, cells), limits)


def _row_of_cells(
    number: int, found: tuple[list[str | None], list[Value | BadValue]], limits: Limits
) -> Row:
    names, cells = found
    for index, cell in enumerate(cells):
        if isinstance(cell, BadValue) and cell.whole:
            raise SheetUnreadable(cell.detail, row=number)
        if cell is not None and (index >= len(names) or names[index] is None):
            raise SheetUnreadable(
                "The cell has no name above it.", row=number, column=column_letter(index)
            )
        if limits.apart and cell in _ERRORS:
            cells[index] = BadValue("The cell holds an error instead of a value.")
    padded = cells + [None] * (len(names) - len(cells))
    named = {name: cell for name, cell in zip(names, padded, strict=False) if name is not None}
    return _row(number, named, limits)


def _apart(
    read: Callable[[int, Found, Limits], Row],
    number: int,
    found: Found,
    limits: Limits,
) -> Row:
    try:
        return read(number, found, limits)
    except SheetUnreadable as refusal:
        if not limits.apart:
            raise
        return Row(number, {}, refusal)


def _header(cells: list[Value | BadValue], limits: Limits) -> list[str | None]:
    if not cells:
        raise SheetUnreadable("The first row must name the columns.", row=1)
    if len(cells) > limits.columns:
        raise SheetUnreadable(f"There are more than {limits.columns} columns.", row=1)
    names: list[str | None] = []
    for index, cell in enumerate(cells):
        letter = column_letter(index)
        if isinstance(cell, BadValue):
            raise SheetUnreadable(cell.detail, row=1, column=letter)
        _check(cell, _LONGEST_NAME, 1, letter)
        written = "" if cell is None else str(cell)
        nothing = limits.apart and not written.strip()
        names.append(None if nothing else _new_name(written, names, 1, letter))
    return names


def _new_name(written: str, names: Collection[str | None], row: int, column: str) -> str:
    """The normalised name of a column, which must be one and a new one."""
    name = _SEPARATORS.sub("_", written.strip().lower())
    if not name:
        raise SheetUnreadable("The column has no name.", row=row, column=column)
    if name in names:
        raise SheetUnreadable(f"Two columns are called {name}.", row=row, column=column)
    return name


def _row(number: int, found: Mapping[str, Value | BadValue], limits: Limits) -> Row:
    values: dict[str, Value] = {}
    faults: dict[str, str] = {}
    for name, value in found.items():
        if isinstance(value, BadValue):
            faults[name] = value.detail
        elif limits.apart and (fault := _fault(value, limits, number, name)):
            faults[name] = fault
        else:
            _check(value, limits.cell, number, name)
            values[name] = value
    return Row(number, values, None, faults)


def _fault(value: Value, limits: Limits, row: int, column: str) -> str | None:
    try:
        _check(value, limits.cell, row, column)
    except SheetUnreadable as refusal:
        return refusal.detail
    return None


def _listed(document: Value, key: str | None) -> list[Value]:
    """The list at the top, or under `key` of a mapping at the top."""
    if isinstance(document, dict) and key is not None:
        if key not in document:
            raise SheetUnreadable(f"The file has no {key}.")
        document = document[key]
    if not isinstance(document, list):
        raise SheetUnreadable("The rows must be a list.")
    return document


def _rows_of_list(entries: list[Value], limits: Limits) -> Iterator[Row]:
    if len(entries) > limits.rows:
        raise SheetUnreadable(f"There are more than {limits.rows} rows.")
    for number, entry in enumerate(entries, start=1):
        yield _apart(_row_of_entry, number, entry, limits)


def _row_of_entry(number: int, entry: Value, limits: Limits) -> Row:
    if not isinstance(entry, dict):
        raise SheetUnreadable("The row must be a mapping.", row=number)
    if len(entry) > limits.columns:
        raise SheetUnreadable(f"There are more than {limits.columns} columns.", row=number)
    values: dict[str, Value] = {}
    for written, value in entry.items():
        _check(written, _LONGEST_NAME, number, None)
        values[_new_name(written, values, number, written)] = value
    return _row(number, values, limits)


def _check(
    value: Value, max_cell: int, row: int | None, column: str | None, depth: int = 1
) -> None:
    """Refuse what can be neither stored nor sent on: at any depth, but not at every depth."""
    trouble = _trouble(value, max_cell)
    if trouble is None and depth > MAX_DEPTH:
        trouble = f"Lists and mappings lie more than {MAX_DEPTH} deep."
    if trouble is not None:
        raise SheetUnreadable(trouble, row=row, column=column)
    if isinstance(value, dict):
        for name in value:
            _check(name, max_cell, row, column, depth)
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            _check(inner, max_cell, row, column, depth + 1)


def _trouble(value: Value, max_cell: int) -> str | None:
    if isinstance(value, str):
        if len(value) > max_cell:
            return f"The text is longer than {max_cell} characters."
        if _UNSTORABLE.search(value):
            return "The text holds NUL or half of a surrogate pair."
    elif isinstance(value, float) and not math.isfinite(value):
        return "The number is too large."
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "The number does not fit in 64 bits."
    return None
