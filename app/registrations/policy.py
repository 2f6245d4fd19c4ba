"""Who gets a seat: pure rules."""

from dataclasses import dataclass

from app.meetings.lifecycle import OVER, MeetingStatus
from app.registrations.lifecycle import (
    BY_ITSELF,
    REGISTRATION,
    WITHOUT_SEAT,
    RegistrationRole,
    RegistrationStatus,
    RegistrationVerb,
)


@dataclass(frozen=True, slots=True)
class Seats:
    """What is taken of what there is, as read under the locks of meeting and invitation."""

    quota: int
    quota_taken: int
    capacity: int | None
    capacity_taken: int

    @property
    def free(self) -> bool:
        in_meeting = self.capacity is None or self.capacity_taken < self.capacity
        return in_meeting and self.quota_taken < self.quota


def takes_seat(role: RegistrationRole) -> bool:
    return role not in WITHOUT_SEAT


def keeps_seat(was: RegistrationRole, becomes: RegistrationRole) -> bool:
    """Whether somebody in the new role takes exactly what somebody in the old one took."""
    return takes_seat(was) is takes_seat(becomes)


def moves(meeting: MeetingStatus, registration: RegistrationStatus) -> list[RegistrationVerb]:
    """What a caller may do in these states, which is less than what may happen."""
    if meeting in OVER:
        return []
    verbs = [RegistrationVerb(verb) for verb in REGISTRATION.allowed(registration)]
    return [verb for verb in verbs if verb not in BY_ITSELF]


def seat_decision(role: RegistrationRole, seats: Seats) -> RegistrationStatus:
    """Confirmed while a seat is free for the entity and in the meeting, else waiting.

    Whoever waits is promoted in the very transaction that frees a seat, so a newcomer who finds
    one free passes nobody over.
    """
    if not takes_seat(role) or seats.free:
        return RegistrationStatus.CONFIRMED
    return RegistrationStatus.WAITING
