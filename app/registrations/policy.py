"""Who gets a seat: pure rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.meetings.lifecycle import OVER, MeetingStatus
from app.registrations.lifecycle import (
    REGISTRATION,
    WITHOUT_SEAT,
    RegistrationRole,
    RegistrationStatus,
    RegistrationVerb,
)


@dataclass(frozen=True, slots=True)
class Seats:
    """What is taken of what there is, as read under the locks of meeting, invitation and pool;
    None for what has no limit.
    """

    quota: int | None
    quota_taken: int
    capacity: int | None
    capacity_taken: int
    pool: int | None = None
    pool_taken: int = 0

    @property
    def free(self) -> bool:
        in_meeting = self.capacity is None or self.capacity_taken < self.capacity
        in_pool = self.pool is None or self.pool_taken < self.pool
        return in_meeting and in_pool and (self.quota is None or self.quota_taken < self.quota)


def takes_seat(role: RegistrationRole) -> bool:
    return role not in WITHOUT_SEAT


def keeps_seat(was: RegistrationRole, becomes: RegistrationRole) -> bool:
    """Whether somebody in the new role takes exactly what somebody in the old one took."""
    return takes_seat(was) is takes_seat(becomes)


def moves(meeting: MeetingStatus, registration: RegistrationStatus) -> list[RegistrationVerb]:
    """What a caller may do in these states, which is less than what may happen."""
    if meeting in OVER:
        return []
    return [RegistrationVerb(verb) for verb in REGISTRATION.allowed(registration)]


def seat_decision(role: RegistrationRole, seats: Seats) -> RegistrationStatus:
    """Confirmed while a seat is free for the entity and in the meeting, else waiting.

    Whoever waits is promoted in the very transaction that frees a seat, so a newcomer who finds
    one free passes nobody over.
    """
    if not takes_seat(role) or seats.free:
        return RegistrationStatus.CONFIRMED
    return RegistrationStatus.WAITING


def offer_end(now: datetime, window: int | None, starts_at: datetime) -> datetime | None:
    """Until when a seat that falls free is offered; None where it is given at once.

    `window` is the meeting's, in minutes. Nobody is asked who could not answer in all that time
    before the meeting is to start.
    """
    if window is None:
        return None
    end = now + timedelta(minutes=window)
    return end if end <= starts_at else None


def has_ended(offer_ends_at: datetime | None, now: datetime) -> bool:
    """At its very end an offer is over."""
    return offer_ends_at is not None and now >= offer_ends_at


def reordered(numbers: list[int], before: int, after: int) -> list[int]:
    """The numbers of a line once the one at place `before` stands at `after`: those between move
    up by one. The first place is 0; the numbers themselves stay where they are, so this says which
    number each one of the line gets, in the old order of the line.
    """
    line = list(range(len(numbers)))
    line.insert(after, line.pop(before))
    places = {who: place for place, who in enumerate(line)}
    return [numbers[places[who]] for who in range(len(numbers))]
