"""Who gets a seat when many come at once: the rows of a list, decided in memory in their order.

What is read here was read under the locks of the meeting and of the invitations, or it is a
rehearsal; nothing here reads or writes.
"""

from dataclasses import dataclass, field
from uuid import UUID

from app.core.problems import Problem
from app.registrations.lifecycle import HOLDING, RegistrationRole, RegistrationStatus
from app.registrations.policy import Seats, seat_decision, takes_seat
from app.registrations.problems import AlreadyRegistered, HeadAlreadyNamed


@dataclass(frozen=True, slots=True)
class Present:
    """A live registration that was there before."""

    id: UUID
    role: RegistrationRole
    status: RegistrationStatus


@dataclass(slots=True)
class Delegation:
    """One entity at the meeting, while a list is decided."""

    quota: int
    quota_taken: int
    waiting: int = 0
    has_head: bool = False
    closed: Problem | None = None
    """Why nobody can be registered for it now."""


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody gets, as number so many of those who wait for the entity's seats."""

    status: RegistrationStatus
    waiting_position: int | None


@dataclass(slots=True)
class Arrivals:
    """The meeting's seats while a list is decided."""

    capacity: int | None
    capacity_taken: int
    delegations: dict[UUID, Delegation] = field(default_factory=dict)
    """By invitation."""

    def take(self, invitation_id: UUID, role: RegistrationRole) -> Place | Problem:
        """Give the next one a place, or say what forbids it."""
        delegation = self.delegations[invitation_id]
        if delegation.closed is not None:
            return delegation.closed
        if role is RegistrationRole.HEAD_OF_DELEGATION and delegation.has_head:
            return HeadAlreadyNamed("The delegation has a head already.")
        status = seat_decision(role, self._seats(delegation))
        if takes_seat(role) and status in HOLDING:
            delegation.quota_taken += 1
            self.capacity_taken += 1
        if status is RegistrationStatus.WAITING:
            delegation.waiting += 1
        delegation.has_head |= role is RegistrationRole.HEAD_OF_DELEGATION
        waits = status is RegistrationStatus.WAITING
        return Place(status, delegation.waiting if waits else None)

    def _seats(self, delegation: Delegation) -> Seats:
        return Seats(delegation.quota, delegation.quota_taken, self.capacity, self.capacity_taken)


def named_twice(row: int) -> AlreadyRegistered:
    """The same person in another role: a person comes as one thing."""
    return AlreadyRegistered(f"Row {row} names the same person in another role.")
