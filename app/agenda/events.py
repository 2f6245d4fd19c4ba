"""Facts about the agenda."""

from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from app.agenda.lifecycle import VersionStatus
from app.events import Event


@dataclass(frozen=True, kw_only=True)
class AgendaChanged(Event):
    """One edit of the working agenda, the `revision`th.

    `changed` has, by item, every member before and after; of presenters, who are people, and of
    texts, which may name some, only that they changed. Items that only made room for others are
    not named.
    """

    name: ClassVar[str] = "agenda.changed"
    added: list[UUID] = field(default_factory=list)
    changed: dict[str, Any] = field(default_factory=dict)
    removed: list[UUID] = field(default_factory=list)
    revision: int = 0


@dataclass(frozen=True, kw_only=True)
class AgendaIssued(Event):
    name: ClassVar[str] = "agenda.issued"
    number: int
    symbol: str
    status: VersionStatus
    calendar_sequence: int | None = None
    """Where it must reach calendars: their sequence after it."""
    note: str | None = None
    silent: bool = False
    """Nobody is written to about it."""


@dataclass(frozen=True, kw_only=True)
class SittingsChanged(Event):
    """As `AgendaChanged`, of the meeting's sittings; an edit of the agenda too."""

    name: ClassVar[str] = "agenda.sittings_changed"
    added: list[UUID] = field(default_factory=list)
    changed: dict[str, Any] = field(default_factory=dict)
    removed: list[UUID] = field(default_factory=list)
    revision: int = 0


@dataclass(frozen=True, kw_only=True)
class AgendaAdopted(Event):
    """The meeting adopted its agenda; who was in the chair stays out of the log."""

    name: ClassVar[str] = "agenda.adopted"
    number: int
    of_number: int
    amended: bool
    item_id: UUID | None = None
