"""Sittings by the clock on the wall, as files write them."""

from datetime import date, datetime
from typing import Any, NamedTuple

from app.agenda.sittings import HeldSitting
from app.meetings.tables import Meeting


class Place(NamedTuple):
    """A sitting as its meeting has it: no other sitting begins there."""

    day: int
    begins: int


def clock_of(minutes: int) -> str:
    """`01:30`; a day is 24:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def minutes_of(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def days_from(meeting: Meeting, day: date) -> int:
    return (day - meeting.local_start.date()).days


def wall_of(held: HeldSitting) -> str:
    """When it begins, which is its name in files."""
    return held.local_start.isoformat(timespec="minutes")


def place_of(meeting: Meeting, wall: datetime) -> Place:
    return Place(days_from(meeting, wall.date()), wall.hour * 60 + wall.minute)


def written(held: HeldSitting) -> dict[str, Any]:
    members = held.members
    return members | {
        "day": held.local_start.date().isoformat(),
        "begins": clock_of(members["begins"]),
        "ends": clock_of(members["ends"]),
    }
