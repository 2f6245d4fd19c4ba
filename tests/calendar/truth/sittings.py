"""Six sittings in each zone, the same at every run: at changes of the clocks and far from any."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from tests.calendar.truth.zones import FIRST_YEAR, LAST_YEAR, Change, changes

LEAP_YEARS = range(2008, 2037, 4)
MINUTE = timedelta(minutes=1)
AROUND = timedelta(days=20)

NOTED = {
    "Africa/Casablanca": ("2021-04", "2021-05", "2026-02"),
    "Africa/El_Aaiun": ("2012-07", "2021-05"),
    "Africa/Cairo": ("2010-08", "2014-06", "2023-04"),
    "America/Caracas": ("2007-12", "2016-05"),
    "Asia/Gaza": ("2011-07", "2021-10", "2029-03"),
    "Asia/Hebron": ("2011-08", "2036-10"),
    "Asia/Pyongyang": ("2015-08", "2018-05"),
    "Australia/Lord_Howe": ("2008-04", "2021-10"),
    "Europe/Dublin": ("2021-03", "2021-10"),
    "Europe/Istanbul": ("2016-03", "2014-03"),
    "Pacific/Apia": ("2011-12",),
    "Pacific/Fakaofo": ("2011-12",),
}
"""Months with a change that must be among the six, where the odd ones are too many to be sure."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A meeting to be: wall times of the zone, whose `fold` counts, and what they test."""

    zone: str
    start: datetime
    end: datetime
    about: str

    @property
    def starts_at(self) -> datetime:
        return instant(self.zone, self.start)

    @property
    def ends_at(self) -> datetime:
        return instant(self.zone, self.end)


def sittings(zone: str) -> list[Sitting]:
    """Six of them, one of each kind."""
    days = [_plain(zone, "29 February", _leap_day(zone)), _far_day(zone)]
    found = sorted(changes(zone), key=lambda change: _rank(zone, change))
    return [*days, *(_at_changes(zone, found) if found else _without_changes(zone))]


def instant(zone: str, wall: datetime) -> datetime:
    """What zoneinfo says: the truth that the readers are measured by."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _at_changes(zone: str, found: Sequence[Change]) -> Iterator[Sitting]:
    """Wall times that exist twice only in the last of them: those are written as instants."""
    before, over, after = (found[n % len(found)] for n in range(3))
    if len(NOTED.get(zone, ())) == 1:
        over = after = before
    last = before.at - _doubled(before)
    yield _between(zone, "before a change", last - 180 * MINUTE, last - MINUTE)
    last, first = over.at - _doubled(over), over.at + _doubled(over)
    yield _between(zone, "over a change", last - 120 * MINUTE, first + 120 * MINUTE)
    first = after.at + _doubled(after)
    yield _between(zone, "after a change", first, first + 90 * MINUTE)
    close = next((change for change in found if change.back), before)
    half = close.size / 2
    yield _between(zone, "close around a change", close.at - half, close.at + half)


def _doubled(change: Change) -> timedelta:
    """For how long before the change, and after it, the clocks show what they show twice."""
    return change.size if change.back else timedelta()


def _without_changes(zone: str) -> Iterator[Sitting]:
    year = _drawn(zone, "turn", FIRST_YEAR, LAST_YEAR)
    turn = datetime(year, 12, 31, 22)
    yield Sitting(zone, turn, turn + timedelta(hours=3), "turn of the year")
    yield _plain(zone, "first day", datetime(FIRST_YEAR, 1, 1))
    yield _plain(zone, "last day", datetime(LAST_YEAR, 12, 31))
    yield _plain(zone, "any day", _any_day(zone, "another"))


def _between(zone: str, about: str, start: datetime, end: datetime) -> Sitting:
    """Wall times keep their fold, and with it the instant."""
    rules = ZoneInfo(zone)
    start, end = (each.astimezone(rules).replace(tzinfo=None) for each in (start, end))
    return Sitting(zone, start, end, about)


def _far_day(zone: str) -> Sitting:
    """A day without a change three weeks before and after, if there is any."""
    days = (_any_day(zone, f"far {n}") for n in range(99))
    far = next(day for day in days if not any(_near(change, day) for change in changes(zone)))
    return _plain(zone, "far from any change", far)


def _near(change: Change, day: datetime) -> bool:
    return abs(change.at.replace(tzinfo=None) - day) < AROUND


def _plain(zone: str, about: str, day: datetime) -> Sitting:
    """Two and a half hours at some time of the day."""
    start = day + 15 * MINUTE * _drawn(zone, about, 0, 80)
    return Sitting(zone, start, start + timedelta(hours=2, minutes=30), about)


def _leap_day(zone: str) -> datetime:
    return datetime(LEAP_YEARS[_drawn(zone, "leap", 0, len(LEAP_YEARS) - 1)], 2, 29)


def _any_day(zone: str, why: str) -> datetime:
    day = timedelta(days=_drawn(zone, why, 0, 364))
    return datetime(_drawn(zone, f"year {why}", FIRST_YEAR, LAST_YEAR), 1, 1) + day


def _rank(zone: str, change: Change) -> tuple[bool, bool, int]:
    """Noted ones first, then jumps of more or less than an hour, then by lot."""
    noted = f"{change.at:%Y-%m}" in NOTED.get(zone, ())
    ordinary = change.size == timedelta(hours=1)
    return not noted, ordinary, crc32(f"{zone} {change.at}".encode())


def _drawn(zone: str, why: str, least: int, most: int) -> int:
    return least + crc32(f"{zone} {why}".encode()) % (most - least + 1)
