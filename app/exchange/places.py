"""Sittings by the clock on the wall, as files write them."""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from app.agenda.tables import Sitting
from app.meetings.tables import Meeting


class Place(NamedTuple):
    """A sitting as its meeting has it: no other sitting begins there."""

    day: int
    begins: int


def clock_of(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def minutes_of(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def day_of(meeting: Meeting, day: int) -> date:
    return meeting.local_start.date() + timedelta(days=day)


def days_from(meeting: Meeting, day: date) -> int:
    return (day - meeting.local_start.date()).days


def wall_of(meeting: Meeting, sitting: Sitting) -> str:
    """When it begins, which is its name in files."""
    moment = datetime.combine(day_of(meeting, sitting.day), time()) + timedelta(
        minutes=sitting.begins
    )
    return moment.isoformat(timespec="minutes")


def place_of(meeting: Meeting, wall: datetime) -> Place:
    return Place(days_from(meeting, wall.date()), wall.hour * 60 + wall.minute)


def written(meeting: Meeting, sitting: Sitting) -> dict[str, Any]:
    return {
        "day": day_of(meeting, sitting.day).isoformat(),
        "begins": clock_of(sitting.begins),
        "ends": clock_of(sitting.ends),
        "name": sitting.name,
        "longest_stretch": sitting.longest_stretch,
    }
