"""Facts about presence."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.attendance.lifecycle import CheckInSource
from app.events import Event


@dataclass(frozen=True, kw_only=True)
class CheckedIn(Event):
    """The subject is the interval."""

    name: ClassVar[str] = "attendance.checked_in"
    registration_id: UUID
    person_id: UUID
    source: CheckInSource


@dataclass(frozen=True, kw_only=True)
class CheckedOut(Event):
    """The subject is the interval."""

    name: ClassVar[str] = "attendance.checked_out"
    registration_id: UUID
    person_id: UUID


@dataclass(frozen=True, kw_only=True)
class PresenceStruck(Event):
    """An interval was recorded by mistake: the person was not there."""

    name: ClassVar[str] = "attendance.struck"
    registration_id: UUID
    person_id: UUID
