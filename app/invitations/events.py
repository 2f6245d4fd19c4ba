"""Facts about invitations."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from app.events import Event
from app.invitations.lifecycle import InvitationStatus


@dataclass(frozen=True, kw_only=True)
class InvitationCreated(Event):
    name: ClassVar[str] = "invitation.created"
    seat_quota: int | None
    pool_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class InvitationRenewed(Event):
    """A withdrawn one is a draft again."""

    name: ClassVar[str] = "invitation.renewed"
    seat_quota: int | None
    pool_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class InvitationSent(Event):
    name: ClassVar[str] = "invitation.sent"
    letter_number: int


@dataclass(frozen=True, kw_only=True)
class InvitationAnswered(Event):
    """`by_registration` tells the answer that registering somebody gives from a spoken one."""

    name: ClassVar[str] = "invitation.answered"
    was: InvitationStatus
    answer: InvitationStatus
    by_registration: bool = False


@dataclass(frozen=True, kw_only=True)
class InvitationChanged(Event):
    name: ClassVar[str] = "invitation.changed"
    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class InvitationWithdrawn(Event):
    name: ClassVar[str] = "invitation.withdrawn"
    was: InvitationStatus


@dataclass(frozen=True, kw_only=True)
class InvitationDeleted(Event):
    name: ClassVar[str] = "invitation.deleted"


@dataclass(frozen=True, kw_only=True)
class SeatPoolCreated(Event):
    name: ClassVar[str] = "seat_pool.created"
    label: str
    seats: int
    for_observers: bool


@dataclass(frozen=True, kw_only=True)
class SeatPoolChanged(Event):
    name: ClassVar[str] = "seat_pool.changed"
    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SeatPoolDeleted(Event):
    name: ClassVar[str] = "seat_pool.deleted"
    label: str
