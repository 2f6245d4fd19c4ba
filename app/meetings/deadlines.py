"""Counting back from a day to a deadline, on the calendars and clocks of one place: pure rules.

The day that is counted from does not count itself. A wall time that the zone's clocks jump over
means the moment of the jump, and one that they show twice means the first time: a deadline that is
a rule must fall on some instant in every year, so nobody is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from app.core.zones import RepeatedWallTime, SkippedWallTime, offset_at, to_instant

LOOK_BACK: Final = timedelta(days=5 * 366)
"""Further back nobody looks for working days: there are none, or the number is a mistake."""
MONDAY_TO_FRIDAY: Final = frozenset({1, 2, 3, 4, 5})


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days of the week that are worked, by ISO 8601, and the days that are not all the same."""

    working_days: frozenset[int] = MONDAY_TO_FRIDAY
    holidays: frozenset[date] = field(default_factory=frozenset)

    def works_on(self, day: date) -> bool:
        return day.isoweekday() in self.working_days and day not in self.holidays


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """So many days, or working days, before the meeting's first day, at a time of the day."""

    time: time
    days_before: int | None = None
    working_days_before: int | None = None

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "DeadlineRule":
        """As `Meeting.deadline_rule` keeps it."""
        return cls(
            time=time.fromisoformat(kept["time"]),
            days_before=kept.get("days_before"),
            working_days_before=kept.get("working_days_before"),
        )

    def kept(self) -> dict[str, Any]:
        return {
            "time": f"{self.time:%H:%M}",
            "days_before": self.days_before,
            "working_days_before": self.working_days_before,
        }

    def instant(self, start: datetime, zone: str, calendar: WorkingCalendar) -> datetime | None:
        """When it falls for a meeting that starts at this wall time; None where it never does."""
        if self.working_days_before is None:
            day = days_back(start.date(), self.days_before or 0)
        else:
            day = working_days_back(start.date(), self.working_days_before, calendar)
        return None if day is None else wall_instant(day, self.time, zone)


def days_back(day: date, number: int) -> date | None:
    """None before the calendar begins."""
    try:
        return day - timedelta(days=number)
    except OverflowError:
        return None


def working_days_back(day: date, number: int, calendar: WorkingCalendar) -> date | None:
    """The working day that is `number` working days before `day`; with 0 the last one up to it.

    None where there are not so many within `LOOK_BACK`.
    """
    left = number or 1
    passed = day if number else day + timedelta(days=1)
    earliest = days_back(day, LOOK_BACK.days) or date.min
    while left and passed > earliest:
        passed -= timedelta(days=1)
        left -= calendar.works_on(passed)
    return None if left else passed


def wall_instant(day: date, at: time, zone: str) -> datetime:
    """The instant at which the zone's clocks show a time of a day, or jump over it."""
    local = datetime.combine(day, at)
    try:
        return to_instant(local, zone)
    except RepeatedWallTime as repeated:
        return (local - repeated.offsets[0]).replace(tzinfo=UTC)
    except SkippedWallTime as skipped:
        return _jump(local, skipped.later - local, zone)


def _jump(local: datetime, by: timedelta, zone: str) -> datetime:
    """The moment when the clocks jump over `local`; both offsets are in force around it."""
    after = to_instant(local + by, zone)
    before = after - by
    early, late = before - timedelta(seconds=1), after
    old = offset_at(early, zone)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        early, late = (middle, late) if offset_at(middle, zone) == old else (early, middle)
    return late
