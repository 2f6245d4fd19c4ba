"""The zones of the campaign, and when their clocks change, as zoneinfo tells it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.zones import zone_names

FIRST_YEAR, LAST_YEAR = 2007, 2037
START = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
MANY = 400
LOOK = timedelta(days=3)
"""No two changes of an offset are closer: a test of the writer's own search holds that."""

ODD = {
    "Africa/Cairo": "daylight time came, went and came back; ended for Ramadan in between",
    "Africa/Casablanca": "one hour back for Ramadan; a negative daylight time by law",
    "Africa/El_Aaiun": "as Casablanca",
    "Africa/Juba": "standard time moved by an hour in 2021",
    "Africa/Sao_Tome": "an hour forward in 2018, and back a year later",
    "Africa/Windhoek": "a negative daylight time in winter until 2017",
    "America/Caracas": "half an hour back in 2007, and forward in 2016",
    "America/Nuuk": "changes its clocks with Europe, at a local hour of the day before",
    "America/St_Johns": "half an hour off; changed its clocks a minute after midnight until 2011",
    "Antarctica/Casey": "moved to and fro by two and three hours",
    "Antarctica/Troll": "two hours of daylight time",
    "Asia/Amman": "permanent daylight time since 2022",
    "Asia/Ashgabat": "one hour less than in Soviet days, and no daylight time since",
    "Asia/Gaza": "daylight time around Ramadan, fixed year by year until 2086",
    "Asia/Hebron": "as Gaza, but not in 2011",
    "Asia/Kathmandu": "three quarters of an hour",
    "Asia/Pyongyang": "half an hour back in 2015, and forward in 2018",
    "Asia/Tehran": "half an hour, and daylight time by another calendar until 2022",
    "Australia/Eucla": "three quarters of an hour, daylight time until 2009",
    "Australia/Lord_Howe": "half an hour of daylight time",
    "Etc/GMT+12": "the last place on earth, with a sign the other way round",
    "Etc/GMT-14": "the first",
    "Europe/Dublin": "a negative daylight time in winter, by law",
    "Europe/Istanbul": "permanent daylight time since 2016",
    "Europe/London": "UTC in winter, which some readers take for UTC",
    "Europe/Volgograd": "an hour forward in 2018, and back in 2020",
    "Pacific/Apia": "no 30 December in 2011",
    "Pacific/Chatham": "three quarters of an hour, with daylight time",
    "Pacific/Fakaofo": "no 30 December in 2011 either",
    "Pacific/Fiji": "daylight time for a few weeks, and not every year",
    "Pacific/Kiritimati": "fourteen hours ahead",
    "UTC": "no definition at all",
}
"""Zones that must be among the campaign's, and why."""


@dataclass(frozen=True, slots=True)
class Change:
    """The clocks jump from `before` to `after` at an instant."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def size(self) -> timedelta:
        return abs(self.after - self.before)

    @property
    def back(self) -> bool:
        return self.after < self.before


def chosen() -> list[str]:
    """Four hundred names: the odd ones, all whose clocks change in these years, and of the others
    first those with a clock of their own.
    """
    names = sorted(zone_names())
    first: dict[object, str] = {}
    for name in names:
        first.setdefault(_clock(name), name)

    def rank(name: str) -> tuple[bool, bool, str]:
        return (name not in ODD and not changes(name), first[_clock(name)] != name, name)

    return sorted(sorted(names, key=rank)[:MANY])


@cache
def changes(name: str) -> tuple[Change, ...]:
    """Every change in the years of the campaign, found by looking every few days, then closer."""
    zone = ZoneInfo(name)
    days = (datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) - START) // LOOK
    looks = [(day, offset(zone, day)) for day in (START + n * LOOK for n in range(days + 2))]
    return tuple(
        _closer(zone, low, high)
        for (low, before), (high, after) in pairwise(looks)
        if before != after
    )


def offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _closer(zone: ZoneInfo, low: datetime, high: datetime) -> Change:
    before, after = offset(zone, low), offset(zone, high)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if offset(zone, middle) == before else (low, middle)
    return Change(high, before, after)


def _clock(name: str) -> object:
    return changes(name) or offset(ZoneInfo(name), START)
