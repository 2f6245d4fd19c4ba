"""Sittings in the zone of their meeting: kept by the clock on the wall, held at instants."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from app.agenda.clockwork import SittingTimes
from app.agenda.tables import Sitting
from app.core.zones import RepeatedWallTime, SkippedWallTime, to_instant
from app.meetings.deadlines import wall_instant as instant_of_day
from app.meetings.tables import Meeting

DAY = 24 * 60
"""Minutes."""


@dataclass(frozen=True, slots=True)
class HeldSitting:
    """A sitting with the wall times and instants of its meeting."""

    id: UUID
    day: int
    name: dict[str, str]
    longest_stretch: int | None
    local_start: datetime
    local_end: datetime
    times: SittingTimes

    @classmethod
    def of(cls, meeting: Meeting, sitting: Sitting) -> "HeldSitting":
        start, end = wall_times(meeting, sitting.day, sitting.begins, sitting.ends)
        return cls(
            sitting.id,
            sitting.day,
            dict(sitting.name),
            sitting.longest_stretch,
            start,
            end,
            SittingTimes(
                sitting.id,
                wall_instant(start, meeting.timezone),
                wall_instant(end, meeting.timezone),
                sitting.longest_stretch,
            ),
        )

    @property
    def starts_at(self) -> datetime:
        return self.times.begins_at

    @property
    def ends_at(self) -> datetime:
        return self.times.ends_at


def wall_times(meeting: Meeting, day: int, begins: int, ends: int) -> tuple[datetime, datetime]:
    """What the clocks show at the beginning and at the end."""
    midnight = datetime.combine(meeting.local_start.date(), time()) + timedelta(days=day)
    return midnight + timedelta(minutes=begins), midnight + timedelta(minutes=ends)


def day_and_minutes(meeting: Meeting, start: datetime, end: datetime) -> tuple[int, int, int]:
    """Which day of the meeting a sitting is on, and the minutes of it; the end may be midnight."""
    day = (start.date() - meeting.local_start.date()).days
    begins = start.hour * 60 + start.minute
    return day, begins, begins + (end - start) // timedelta(minutes=1)


def wall_instant(wall: datetime, zone: str, not_before: datetime | None = None) -> datetime:
    """The instant of a wall time that is kept: it must fall somewhere, whatever the rules.

    One that the clocks jump over means the moment of the jump; one that they show twice the first
    time, unless that lies before `not_before`.
    """
    try:
        return to_instant(wall, zone)
    except SkippedWallTime:
        return instant_of_day(wall.date(), wall.time(), zone)
    except RepeatedWallTime as trouble:
        first, second = ((wall - offset).replace(tzinfo=UTC) for offset in trouble.offsets)
        return second if not_before is not None and first < not_before else first
