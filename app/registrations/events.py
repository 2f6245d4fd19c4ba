"""Facts about registrations; what the figures need can be recomputed from them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.events import Event
from app.registrations.lifecycle import (
    Participation,
    RegistrationRole,
    RegistrationStatus,
    WaitingLine,
)


@dataclass(frozen=True, kw_only=True)
class RegistrationEvent(Event):
    name: ClassVar[str] = "registration"
    invitation_id: UUID
    person_id: UUID
    role: RegistrationRole


@dataclass(frozen=True, kw_only=True)
class RegistrationPending(RegistrationEvent):
    """An organizer has to decide; it has a place in the order of arrival and no seat."""

    name: ClassVar[str] = "registration.pending"
    because: list[str]
    predecessor_id: UUID | None = None
    reconsidered: bool = False
    """It was rejected, and is looked at again."""


@dataclass(frozen=True, kw_only=True)
class RegistrationApproved(RegistrationEvent):
    """An organizer has agreed; what it got for it the log tells next."""

    name: ClassVar[str] = "registration.approved"


@dataclass(frozen=True, kw_only=True)
class RegistrationRejected(RegistrationEvent):
    """The note is the organizer's reason, which the entity is told: it names nobody."""

    name: ClassVar[str] = "registration.rejected"
    note: str | None


@dataclass(frozen=True, kw_only=True)
class FreezeOverridden(RegistrationEvent):
    """An organizer substituted somebody so late; of the substitution the log tells next."""

    name: ClassVar[str] = "registration.freeze_overridden"
    reason: str


@dataclass(frozen=True, kw_only=True)
class ExceptionGranted(Event):
    """So many of an entity may be registered late."""

    name: ClassVar[str] = "registration_exception.granted"
    invitation_id: UUID
    persons: int
    until: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class ExceptionUsed(Event):
    name: ClassVar[str] = "registration_exception.used"
    invitation_id: UUID
    used: int
    """So far, of all."""


@dataclass(frozen=True, kw_only=True)
class ExceptionRevoked(Event):
    name: ClassVar[str] = "registration_exception.revoked"
    invitation_id: UUID
    used: int


@dataclass(frozen=True, kw_only=True)
class RegistrationConfirmed(RegistrationEvent):
    """With a `predecessor_id` it is a substitute, who has taken over that one's seat."""

    name: ClassVar[str] = "registration.confirmed"
    predecessor_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class RegistrationWaiting(RegistrationEvent):
    """With a `predecessor_id` it is a substitute, who has taken over that one's place."""

    name: ClassVar[str] = "registration.waiting"
    predecessor_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class RegistrationPromoted(RegistrationEvent):
    """A seat fell free and this was the first in the list whom it could go to."""

    name: ClassVar[str] = "registration.promoted"


@dataclass(frozen=True, kw_only=True)
class RegistrationWithdrawn(RegistrationEvent):
    name: ClassVar[str] = "registration.withdrawn"
    was: RegistrationStatus


@dataclass(frozen=True, kw_only=True)
class RegistrationSubstituted(RegistrationEvent):
    """Somebody else has the place; of the successor the log tells next."""

    name: ClassVar[str] = "registration.substituted"
    was: RegistrationStatus
    successor_id: UUID


@dataclass(frozen=True, kw_only=True)
class SubstituteFollowed(RegistrationEvent):
    """What else of the one replaced was to go over to the substitute, because it was said so."""

    name: ClassVar[str] = "registration.followed"
    predecessor_id: UUID
    was_person_id: UUID
    follow: list[str]


@dataclass(frozen=True, kw_only=True)
class RegistrationChanged(RegistrationEvent):
    name: ClassVar[str] = "registration.changed"
    was_role: RegistrationRole


@dataclass(frozen=True, kw_only=True)
class RegistrationReaddressed(RegistrationEvent):
    """What the person is sent goes to another address from now on; the old links died."""

    name: ClassVar[str] = "registration.readdressed"


@dataclass(frozen=True, kw_only=True)
class RegistrationReplied(RegistrationEvent):
    """The person's calendar answered the entry with this SEQUENCE; no seat moves because of it."""

    name: ClassVar[str] = "registration.replied"
    was: Participation
    participation: Participation
    sequence: int


@dataclass(frozen=True, kw_only=True)
class RegistrationOffered(RegistrationEvent):
    """A seat fell free and is held for the first in the list whom it could go to."""

    name: ClassVar[str] = "registration.offered"
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class RegistrationOfferAccepted(RegistrationEvent):
    name: ClassVar[str] = "registration.offer_accepted"


@dataclass(frozen=True, kw_only=True)
class RegistrationOfferExpired(RegistrationEvent):
    """Nobody accepted the seat in time; it goes to the next."""

    name: ClassVar[str] = "registration.offer_expired"


@dataclass(frozen=True, kw_only=True)
class RegistrationUnseated(RegistrationEvent):
    """It waits again: its seat was cut, or the meeting is over before it accepted one."""

    name: ClassVar[str] = "registration.unseated"
    was: RegistrationStatus


@dataclass(frozen=True, kw_only=True)
class RegistrationMoved(RegistrationEvent):
    """An organizer gave it another place in a waiting list; the first place is 1."""

    name: ClassVar[str] = "registration.moved"
    line: WaitingLine
    before: int
    after: int
