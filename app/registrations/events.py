"""Facts about registrations; what the figures need can be recomputed from them."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.events import Event
from app.registrations.lifecycle import (
    Listed,
    Participation,
    RegistrationRole,
    RegistrationStatus,
)


@dataclass(frozen=True, kw_only=True)
class RegistrationEvent(Event):
    name: ClassVar[str] = "registration"
    invitation_id: UUID
    person_id: UUID
    role: RegistrationRole


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
class RegistrationChanged(RegistrationEvent):
    name: ClassVar[str] = "registration.changed"
    was_role: RegistrationRole


@dataclass(frozen=True, kw_only=True)
class RegistrationListed(RegistrationEvent):
    """The person agreed to stand in a published list of participants, refused it, or took it
    back.
    """

    name: ClassVar[str] = "registration.listed"
    was: Listed
    listed: Listed


@dataclass(frozen=True, kw_only=True)
class RegistrationReplied(RegistrationEvent):
    """The person's calendar answered the entry with this SEQUENCE; no seat moves because of it."""

    name: ClassVar[str] = "registration.replied"
    was: Participation
    participation: Participation
    sequence: int
