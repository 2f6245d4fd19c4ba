"""Who gets a seat when many come at once: the rows of a list, decided in memory in their order.

What is read here was read under the locks of the meeting and of the invitations, or it is a
rehearsal; nothing here reads or writes.
"""

from dataclasses import dataclass, field
from uuid import UUID

from app.committees.rules import Approval, ApprovalReason, EntityStanding, Rules
from app.core.problems import Problem
from app.registrations.lifecycle import HOLDING, RegistrationRole, RegistrationStatus
from app.registrations.policy import Seats, seat_decision, takes_seat
from app.registrations.problems import AlreadyRegistered, HeadAlreadyNamed, RoleFull, RoleNotTaken


@dataclass(frozen=True, slots=True)
class Present:
    """A live registration that was there before."""

    id: UUID
    role: RegistrationRole
    status: RegistrationStatus


@dataclass(slots=True)
class Pool:
    """Seats that several entities share."""

    seats: int
    taken: int


@dataclass(slots=True)
class Exceptional:
    """An exception that lets in so many late."""

    id: UUID
    used: int
    persons: int


@dataclass(slots=True)
class Delegation:
    """One entity at the meeting, while a list is decided."""

    quota: int | None
    quota_taken: int
    waiting: int = 0
    named: dict[RegistrationRole, int] = field(default_factory=dict)
    """How many are in each role, whatever they wait for."""
    pool_id: UUID | None = None
    standing: EntityStanding = EntityStanding.NONE
    closed: Problem | None = None
    """Why nobody can be registered for it now, but under an exception."""
    exceptions: list[Exceptional] = field(default_factory=list)
    """Live ones, the one that ends first before the others."""


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody gets, as number so many of those who wait for the entity's seats."""

    status: RegistrationStatus
    waiting_position: int | None
    because: tuple[ApprovalReason, ...] = ()
    """Why it is pending."""
    exception_id: UUID | None = None
    """Under which it is late, as so manieth of it."""
    used: int = 0


@dataclass(slots=True)
class Arrivals:
    """The meeting's seats and rules while a list is decided."""

    capacity: int | None
    capacity_taken: int
    delegations: dict[UUID, Delegation] = field(default_factory=dict)
    """By invitation."""
    pools: dict[UUID, Pool] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    approval: Approval = field(default_factory=Approval)
    late: bool = False
    """Whether the deadline has passed."""

    def take(
        self, invitation_id: UUID, role: RegistrationRole, otherwise: Problem | None = None
    ) -> Place | Problem:
        """Give the next one a place, or say what forbids it; `otherwise` does where seats and
        rules do not.
        """
        delegation = self.delegations[invitation_id]
        refusal = self._role_refused(delegation, role)
        if refusal is not None:
            return refusal
        exception = None
        if delegation.closed is not None:
            exception = next((e for e in delegation.exceptions if e.used < e.persons), None)
            if exception is None:
                return delegation.closed
        if otherwise is not None:
            return otherwise
        if exception is not None:
            exception.used += 1
        delegation.named[role] = delegation.named.get(role, 0) + 1
        because = tuple(self.approval.reasons(role, delegation.standing, late=self.late))
        status = RegistrationStatus.PENDING if because else self._seat(delegation, role)
        return Place(
            status,
            delegation.waiting if status is RegistrationStatus.WAITING else None,
            because,
            exception.id if exception else None,
            exception.used if exception else 0,
        )

    def _role_refused(self, delegation: Delegation, role: RegistrationRole) -> Problem | None:
        named = delegation.named.get(role, 0)
        if broken := self.rules.unnameable(role):
            return RoleNotTaken(broken.detail, rule=broken.rule)
        if broken := self.rules.full(role, named):
            return RoleFull(broken.detail, rule=broken.rule)
        if role is RegistrationRole.HEAD_OF_DELEGATION and named:
            return HeadAlreadyNamed("The delegation has a head already.")
        return None

    def _seat(self, delegation: Delegation, role: RegistrationRole) -> RegistrationStatus:
        pool = self.pools[delegation.pool_id] if delegation.pool_id else None
        seats = Seats(
            delegation.quota,
            delegation.quota_taken,
            self.capacity,
            self.capacity_taken,
            pool.seats if pool else None,
            pool.taken if pool else 0,
        )
        status = seat_decision(role, seats)
        if takes_seat(role) and status in HOLDING:
            delegation.quota_taken += 1
            self.capacity_taken += 1
            if pool is not None:
                pool.taken += 1
        delegation.waiting += status is RegistrationStatus.WAITING
        return status


def named_twice(row: int) -> AlreadyRegistered:
    """The same person in another role: a person comes as one thing."""
    return AlreadyRegistered(f"Row {row} names the same person in another role.")
