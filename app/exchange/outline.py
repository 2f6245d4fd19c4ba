"""An agenda on its way into a file or out of one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from app.agenda.policy import MAX_ITEMS
from app.core.headings import TableColumn
from app.core.problems import FieldError
from app.core.sheets import SheetUnreadable
from app.exchange.lifecycle import AgendaFileKind


@dataclass(slots=True)
class Foreign:
    """What conference programs know of an item beside what the agenda has."""

    number: int | None = None
    code: str | None = None
    slug: str | None = None
    kind: str | None = None
    track: str | None = None
    subtitle: str | None = None


@dataclass(slots=True)
class Shown:
    """An item that goes into a file.

    `said` are the members that an organizer writes, as JSON has them; `minutes` are those that it
    takes itself, None where it is nothing but what lies under it.
    """

    guid: UUID
    depth: int
    number: str | None
    said: dict[str, Any]
    starts_at: datetime
    ends_at: datetime
    minutes: int | None
    gone: bool = False
    """Withdrawn or merged: on the agenda, but not on the timetable."""
    branch: str = ""
    """The title of what it lies under: its track, where conferences have tracks."""
    people: list[str] = field(default_factory=list)
    foreign: Foreign | None = None


@dataclass(slots=True)
class Outline:
    """An agenda that goes into a file."""

    meeting_id: UUID
    handle: str
    title: dict[str, str]
    zone: str
    languages: list[str]
    starts_at: datetime
    version: str
    """The symbol of an issued one."""
    room: str
    """Where it is that nobody has said a room of."""
    items: list[Shown]
    """In reading order."""
    sittings: list[dict[str, Any]] | None = None
    address: str = ""
    """Of the agenda on the web."""


@dataclass(slots=True)
class Line:
    """An item of a file that came in, not looked at yet.

    `place` is a pointer to it, `row` what a person counts, `above` the place of its parent in the
    list of lines. `starts_at` is the instant that a schedule gives it; it then has no other pin.
    """

    place: str
    row: int
    values: dict[str, Any]
    above: int | None = None
    starts_at: datetime | None = None
    sitting_day: str | None = None
    """The day whose sitting it is, of a schedule: `2021-10-08`."""
    group: bool = False
    """It is nothing but a day or a room of a schedule."""
    people: list[str] = field(default_factory=list)
    foreign: Foreign | None = None
    texts: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """Words by text and language; those in other languages stay, None takes words away."""
    errors: list[FieldError] = field(default_factory=list)

    def fault(self, member: str, detail: str) -> None:
        self.errors.append(FieldError(pointer=f"{self.place}/{member}", detail=detail))


def check_count(lines: Sequence[Line]) -> None:
    """Raises `SheetUnreadable` before anything costly is done with what can be no agenda."""
    if len(lines) > MAX_ITEMS:
        raise SheetUnreadable(f"An agenda has at most {MAX_ITEMS} items.")


@dataclass(slots=True)
class Reading:
    """A file as it was read."""

    kind: AgendaFileKind
    lines: list[Line]
    sittings: list[Any] | None = None
    """As they stand there; None where the file says nothing of sittings."""
    columns: list[TableColumn] = field(default_factory=list)

    def fresh(self) -> Self:
        """For one more run of the request that it was read for."""
        lines = [replace(line, errors=list(line.errors)) for line in self.lines]
        return replace(self, lines=lines)
