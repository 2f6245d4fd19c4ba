"""Facts about meetings."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from app.events import Event
from app.meetings.lifecycle import MeetingStatus, MeetingVerb
from app.meetings.policy import TIME_MEMBERS

_TIMES: Final = frozenset({*TIME_MEMBERS, "starts_at", "ends_at"})


@dataclass(frozen=True, kw_only=True)
class MeetingCreated(Event):
    name: ClassVar[str] = "meeting.created"
    handle: str
    number: int
    series_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class MeetingChanged(Event):
    name: ClassVar[str] = "meeting.changed"
    changes: dict[str, Any]
    calendar_sequence: int | None = None
    """Where the change must reach calendars: their sequence after it."""
    note: str | None = None
    silent: bool = False
    """Nobody is written to: calendars learn of it with the next mail, or from a feed."""

    @property
    def retimes(self) -> bool:
        """Whether the meeting begins or ends at another time; its items may too."""
        return bool(self.changes.keys() & _TIMES)


@dataclass(frozen=True, kw_only=True)
class MeetingDeleted(Event):
    name: ClassVar[str] = "meeting.deleted"
    handle: str


@dataclass(frozen=True, kw_only=True)
class Move:
    """What every move tells: from where to where, why, and the calendar's sequence after it."""

    before: MeetingStatus
    after: MeetingStatus
    calendar_sequence: int
    note: str | None = None
    act: UUID | None = None
    """The act on its whole series that the move is part of."""


@dataclass(frozen=True, kw_only=True)
class MeetingScheduled(Move, Event):
    name: ClassVar[str] = "meeting.scheduled"
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class MeetingPostponed(Move, Event):
    name: ClassVar[str] = "meeting.postponed"


@dataclass(frozen=True, kw_only=True)
class MeetingRescheduled(Move, Event):
    name: ClassVar[str] = "meeting.rescheduled"
    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class MeetingCancelled(Move, Event):
    name: ClassVar[str] = "meeting.cancelled"


@dataclass(frozen=True, kw_only=True)
class MeetingOpened(Move, Event):
    name: ClassVar[str] = "meeting.opened"


@dataclass(frozen=True, kw_only=True)
class MeetingSuspended(Move, Event):
    name: ClassVar[str] = "meeting.suspended"


@dataclass(frozen=True, kw_only=True)
class MeetingResumed(Move, Event):
    name: ClassVar[str] = "meeting.resumed"


@dataclass(frozen=True, kw_only=True)
class MeetingAdjourned(Move, Event):
    name: ClassVar[str] = "meeting.adjourned"


@dataclass(frozen=True, kw_only=True)
class MeetingRecordClosed(Move, Event):
    name: ClassVar[str] = "meeting.closed"


@dataclass(frozen=True, kw_only=True)
class MeetingRoomChanged(Event):
    """Names the members that changed, never their values: they are secrets."""

    name: ClassVar[str] = "meeting.room_changed"
    members: list[str] = field(default_factory=list)
    calendar_sequence: int | None = None
    note: str | None = None
    silent: bool = False
    """As in `MeetingChanged`."""


@dataclass(frozen=True, kw_only=True)
class SeatsCut(Event):
    """There will be fewer seats than are taken, of the meeting, of an invitation or of a pool: so
    many registrations leave theirs in the same transaction.
    """

    name: ClassVar[str] = "seats.cut"
    needed: int
    leaving: list[UUID] | None = None
    """Who; None for the latest."""
    invitation_id: UUID | None = None
    pool_id: UUID | None = None


V = MeetingVerb
PLAIN_MOVES: dict[MeetingVerb, Any] = {
    V.POSTPONE: MeetingPostponed,
    V.CANCEL: MeetingCancelled,
    V.OPEN: MeetingOpened,
    V.SUSPEND: MeetingSuspended,
    V.RESUME: MeetingResumed,
    V.ADJOURN: MeetingAdjourned,
    V.CLOSE: MeetingRecordClosed,
}
"""Moves that take nothing but a note; `schedule` and `reschedule` say more."""
