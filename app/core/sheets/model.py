"""What a file yields, and the one refusal of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Value = str | int | float | bool | list[Any] | dict[str, Any] | None


class DateText(str):
    """A date or a time that a cell held, as ISO 8601 text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class BadValue:
    """A cell that cannot be read, among those that can, or that of a row nothing of which can."""

    detail: str
    whole: bool = False


Cells = tuple[int, list[Value | BadValue]]
"""A row of a grid: its number in the file, counted from 1, and its cells."""


class SheetUnreadable(ValueError):
    """The file is refused as a whole; `row` and `column` say where, as far as there is a where.

    `column` is the name in the header, or the letter of the column where there is no good name.
    """

    def __init__(self, detail: str, *, row: int | None = None, column: str | None = None) -> None:
        self.detail, self.row, self.column = detail, row, column
        where = [
            f"{word} {place}"
            for word, place in (("row", row), ("column", column))
            if place is not None
        ]
        place = ", ".join(where)
        super().__init__(f"{place[:1].upper()}{place[1:]}: {detail}" if where else detail)


@dataclass(frozen=True, slots=True)
class Row:
    """One row by the names of its columns.

    `number` is what a person sees who opens the file: the row of the sheet with the header as
    row 1, or the place in the list, counted from 1, of YAML and JSON. An empty cell is None.
    Where rows stand each for itself, `faults` says by column why a cell could not be read, and
    `refusal` why nothing of the row was.
    """

    number: int
    values: dict[str, Value]
    refusal: SheetUnreadable | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a file may hold; `cell` in characters. Of rows that are read `apart`, one that
    cannot be read keeps no other out.
    """

    rows: int
    columns: int
    cell: int
    apart: bool = False


def column_letter(index: int) -> str:
    """A, B, ..., Z, AA for the columns counted from 0."""
    letters, rest = "", index + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
