"""Sittings in the zone of their meeting: kept by the clock on the wall, held at instants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.agenda.clockwork import SittingTimes
from app.agenda.tables import Sitting
from app.core.zones import RepeatedWallTime, SkippedWallTime, to_instant
from app.meetings.deadlines import wall_instant as instant_of_day
from app.meetings.tables import Meeting

DAY = 24 * 60
"""Minutes."""
LAST_DAY = 31
"""After the meeting's first."""
MAX_SITTINGS = 100
"""Of a meeting."""
Members = dict[str, Any]
"""Of a sitting, as its row keeps them."""


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
    def members(self) -> Members:
        begins = self.local_start.hour * 60 + self.local_start.minute
        return {
            "day": self.day,
            "begins": begins,
            "ends": begins + (self.local_end - self.local_start) // timedelta(minutes=1),
            "name": self.name,
            "longest_stretch": self.longest_stretch,
        }

    @property
    def starts_at(self) -> datetime:
        return self.times.begins_at

    @property
    def ends_at(self) -> datetime:
        return self.times.ends_at


class SittingsEdit(NamedTuple):
    """What makes some sittings others."""

    added: list[UUID]
    changed: list[UUID]
    removed: list[UUID]

    @classmethod
    def between(
        cls, before: Mapping[UUID, Members], after: Mapping[UUID, Members]
    ) -> "SittingsEdit":
        return cls(
            added=[key for key in after if key not in before],
            changed=[key for key, each in after.items() if key in before and each != before[key]],
            removed=[key for key in before if key not in after],
        )


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
