"""What a paper is made of: an agenda, its meeting, and what the reader wants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.letters.words import LetterLanguage
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import ConferenceRoom, Meeting
from app.programme.lifecycle import PaperKind, PaperState


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How the reader wants the paper."""

    kind: PaperKind
    language: LetterLanguage
    day: int | None = None
    """Only this day of the meeting, the first being 1."""
    timezone: str | None = None
    zones: tuple[str, ...] = ()
    follows: bool = False
    """Whether times follow the meeting where it has moved since the agenda was issued."""


class Listed(NamedTuple):
    """A document as papers name it."""

    id: UUID
    symbol: str
    title: Mapping[str, str]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that a paper speaks of, as it is at one moment."""

    meeting: Meeting
    committee: Mapping[str, str]
    """Its names."""
    agenda: Mapping[str, Any]
    """The JSON of an issued agenda, or of the working one."""
    before: Mapping[str, Any] | None = None
    """The version before an issued one."""
    documents: Mapping[str, Sequence[Listed]] = field(default_factory=dict)
    """By item, those that the reader may know of."""
    room: ConferenceRoom | None = None
    """Only for organizers."""
    earlier: tuple[datetime, ...] = ()
    """At which the meeting was to begin before, the first first."""
    stamp: datetime

    @property
    def draft(self) -> bool:
        return self.version is None

    @property
    def version(self) -> int | None:
        """None of an agenda that is worked on, which has no number."""
        found: int | None = self.agenda.get("number")
        return found

    @property
    def state(self) -> PaperState:
        return PaperState.DRAFT if self.draft else PaperState(self.agenda["status"])

    @property
    def issued_at(self) -> datetime | None:
        return None if self.draft else datetime.fromisoformat(self.agenda["issued_at"])

    @property
    def items(self) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = self.agenda["items"]
        return found

    @property
    def moved_by(self) -> timedelta:
        """How much later the meeting begins now than when the agenda was issued."""
        if self.draft:
            return timedelta()
        then = datetime.fromisoformat(self.agenda["meeting"]["starts_at"])
        return self.meeting.starts_at - then

    @property
    def off(self) -> str | None:
        """Why the times mean nothing any more."""
        match self.meeting.status:
            case MeetingStatus.CANCELLED | MeetingStatus.POSTPONED:
                return self.meeting.status.value
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Times:
    """The meeting's period, zone and place, as the paper has them."""

    starts_at: datetime
    ends_at: datetime
    timezone: str
    title: Mapping[str, str]
    format: str
    venue: str | None
    first_day: date
