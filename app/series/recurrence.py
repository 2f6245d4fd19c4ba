"""On which days a series meets: a bounded part of the recurrence rules of RFC 5545, pure.

Days and not instants: the start of each meeting is the same time on the wall of one zone, whatever
its clocks do. A week begins on Monday. The first day of a rule counts only if the rule gives it.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any, Final

from app.series.lifecycle import Frequency, Weekday

HORIZON: Final = timedelta(days=50 * 366)
"""Further from its first day nobody looks for a day of a rule."""
LAST_YEAR: Final = 2199
DAY: Final = timedelta(days=1)
WEEK: Final = tuple(Weekday)

Fault = tuple[str, str]
"""The member at fault and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class WeekdayInMonth:
    """A day of the week: every one, or the nth of a month, from its end where negative."""

    weekday: Weekday
    ordinal: int | None = None

    @classmethod
    def read(cls, text: str) -> "WeekdayInMonth":
        """`TU`, `2TU` or `-1FR`, of which the schema has checked the form."""
        return cls(Weekday(text[-2:]), int(text[:-2]) if text[:-2] else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A recurrence rule; members are named as the parts of RRULE."""

    frequency: Frequency
    starts_on: date
    interval: int = 1
    by_day: tuple[WeekdayInMonth, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    count: int | None = None
    """How many days it gives, those on which no meeting is held included."""
    until: date | None = None

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Rule":
        """As `Series.rule` keeps it."""
        until = kept.get("until")
        return cls(
            frequency=Frequency(kept["frequency"]),
            starts_on=date.fromisoformat(kept["starts_on"]),
            interval=kept["interval"],
            by_day=tuple(map(WeekdayInMonth.read, dict.fromkeys(kept["by_day"]))),
            by_month_day=tuple(kept["by_month_day"]),
            by_month=tuple(kept["by_month"]),
            count=kept.get("count"),
            until=date.fromisoformat(until) if until else None,
        )

    def faults(self) -> list[Fault]:
        """What RFC 5545 or this part of it does not allow."""
        yearly = self.frequency is Frequency.YEARLY
        ordinals = any(each.ordinal is not None for each in self.by_day)
        found: list[Fault] = []
        if ordinals and self.frequency in {Frequency.DAILY, Frequency.WEEKLY}:
            found.append(("by_day", "Ordinals count within a month: not daily or weekly."))
        if self.by_month_day and self.frequency is Frequency.WEEKLY:
            found.append(("by_month_day", "A weekly rule has no days of the month."))
        if yearly and (self.by_day or self.by_month_day) and not self.by_month:
            found.append(("by_month", "A yearly rule with days names their months too."))
        if self.count is not None and self.until is not None:
            found.append(("until", "Give either count or until."))
        if self.until is not None and self.until < self.starts_on:
            found.append(("until", "It lies before starts_on."))
        if not found and next(self.days(), None) is None:
            found.append(("starts_on", "The rule gives no day."))
        return found

    def days(self) -> Iterator[date]:
        """Its days in their order; it ends, at `HORIZON` at the latest."""
        last = min(self.until or date.max, self._horizon())
        left = self.count
        for day in self._candidates(last):
            if left == 0 or day > last:
                return
            if day >= self.starts_on:
                yield day
                left = left - 1 if left is not None else None

    def _horizon(self) -> date:
        end = date(LAST_YEAR, 12, 31)
        return self.starts_on + HORIZON if self.starts_on < end - HORIZON else end

    def _candidates(self, last: date) -> Iterator[date]:
        """From the period of the first day on, also days before it and a few after the last."""
        for step in count(0, self.interval):
            begins, days = self._period(step)
            if begins is None or begins > last:
                return
            yield from days

    def _period(self, step: int) -> tuple[date | None, Iterable[date]]:
        """The first day of the period that lies so many behind that of the start, and the days
        that the rule gives in it; None after the last year.
        """
        start = self.starts_on
        match self.frequency:
            case Frequency.DAILY:
                begins = _later(start, step)
                return begins, [each for each in (begins,) if each and self._fits(each)]
            case Frequency.WEEKLY:
                begins = _later(start, 7 * step - start.weekday())
                return begins, self._in_week(begins) if begins else ()
            case Frequency.MONTHLY:
                year, month = divmod(12 * start.year + start.month - 1 + step, 12)
                return self._in_months(year, [month + 1], start.day)
            case Frequency.YEARLY:
                months = sorted(set(self.by_month)) or [start.month]
                return self._in_months(start.year + step, months, start.day)

    def _in_week(self, monday: date) -> list[date]:
        wanted = {each.weekday.number for each in self.by_day} or {self.starts_on.weekday()}
        days = [day for each in sorted(wanted) if (day := _later(monday, each)) is not None]
        return [day for day in days if self._in_named_month(day)]

    def _in_months(
        self, year: int, months: Iterable[int], default: int
    ) -> tuple[date | None, list[date]]:
        if year > LAST_YEAR:
            return None, []
        days = [
            day
            for month in months
            for day in _month(year, month)
            if self._in_named_month(day)
            and (self._fits(day) if self.by_day or self.by_month_day else day.day == default)
        ]
        return date(year, min(months), 1), days

    def _fits(self, day: date) -> bool:
        if not self._in_named_month(day):
            return False
        behind = _length(day) - day.day
        if self.by_month_day and not {day.day, -behind - 1} & set(self.by_month_day):
            return False
        ordinals = (None, (day.day - 1) // 7 + 1, -(behind // 7) - 1)
        weekday = WEEK[day.weekday()]
        return not self.by_day or any(
            each.weekday is weekday and each.ordinal in ordinals for each in self.by_day
        )

    def _in_named_month(self, day: date) -> bool:
        return not self.by_month or day.month in self.by_month


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, day + 1) for day in range(monthrange(year, month)[1])]


def _length(day: date) -> int:
    """Of the day's month."""
    return monthrange(day.year, day.month)[1]


def _later(day: date, days: int) -> date | None:
    """None past the last year."""
    try:
        found = day + days * DAY
    except OverflowError:
        return None
    return found if found.year <= LAST_YEAR else None
