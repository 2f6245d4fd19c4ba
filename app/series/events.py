"""Facts about series."""

from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from app.events import Event


@dataclass(frozen=True, kw_only=True)
class SeriesCreated(Event):
    name: ClassVar[str] = "series.created"


@dataclass(frozen=True, kw_only=True)
class SeriesChanged(Event):
    """Names the members that changed; presenters, who are people, stand in the template."""

    name: ClassVar[str] = "series.changed"
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class SeriesDeleted(Event):
    name: ClassVar[str] = "series.deleted"


@dataclass(frozen=True, kw_only=True)
class SeriesAct(Event):
    """One act on many meetings of the series.

    Each of them has a fact of its own before this one, with the same `act`. Those who have a
    meeting in their calendar hear of it by that, everybody else by this: once, of all of them.
    """

    name: ClassVar[str] = "series.act"
    act: UUID
    meetings: list[UUID]
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class SeriesScheduled(SeriesAct):
    name: ClassVar[str] = "series.scheduled"


@dataclass(frozen=True, kw_only=True)
class SeriesRescheduled(SeriesAct):
    name: ClassVar[str] = "series.rescheduled"
    changes: dict[str, Any] = field(default_factory=dict)
    """Of the series itself: for meetings still to be made."""


@dataclass(frozen=True, kw_only=True)
class SeriesCancelled(SeriesAct):
    name: ClassVar[str] = "series.cancelled"
