"""VTIMEZONE (RFC 5545 section 3.6.5), written from the zone rules one change at a time.

A reader that only looks for the latest onset gets every instant right. There is no RRULE, and no
RDATE but the onset itself: it stands there twice, since some readers take onsets from DTSTART only
and others from RDATE only. Only changes of the offset count; a change of nothing but the
abbreviation or the daylight flag gets no sub-component.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
LATEST_YEAR = 9980
"""The last year with enough room after it to look for what follows."""

UTC_KEYS = frozenset(
    {"UTC", "UCT", "Universal", "Zulu", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu"}
)

STEP = 2 * 86_400
"""Seconds between two looks at a zone: since 1970 no two changes of an offset are closer
than 6.9 days (South America in October 2000, Palestine), so none can hide between two looks."""


@dataclass(frozen=True, slots=True)
class Observance:
    """One stretch of constant offset; `onset` is the wall time at which it begins, told by
    the clock that was valid before (in `offset_from`), as DTSTART wants it.
    """

    onset: datetime
    offset_from: timedelta
    offset_to: timedelta
    name: str
    daylight: bool


def is_utc(zone: ZoneInfo) -> bool:
    """Whether times of the zone belong in the UTC form (`...Z`), without a VTIMEZONE."""
    return zone.key in UTC_KEYS


def reads_one_way(zone: ZoneInfo, wall: datetime) -> bool:
    """False for wall times that exist twice or not at all: readers disagree about those."""
    local = wall.replace(tzinfo=zone)
    return local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()


def vtimezone(zone: ZoneInfo, first: datetime, last: datetime) -> list[str]:
    """The component as unfolded content lines, for wall times from `first` to `last`.

    Raises ValueError for wall times before 1970, whose rules are not reliable, and at the very
    end of what a datetime can hold.
    """
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone.key}"]
    for observance in observances(zone, first, last):
        lines += _component(observance)
    return [*lines, "END:VTIMEZONE"]


def observances(zone: ZoneInfo, first: datetime, last: datetime) -> list[Observance]:
    """The changes of the calendar years from one before `first` to one after `last`.

    Whole years, so that a meeting moved within its year keeps the very same definition.
    They are preceded by what was valid when those years began, and the list opens with a
    STANDARD one, unless that would be before 1970: readers fall back to it for anything earlier.
    """
    if not EARLIEST.year <= first.year <= last.year <= LATEST_YEAR:
        raise ValueError(f"no zone rules from {first} to {last}")
    decade = (last.year + 1) // 10 * 10
    changes = [it for it in _changes(zone, decade) if it.onset.year <= last.year + 1]
    start = len(changes) - 1
    while start and changes[start].onset.year >= first.year - 1:
        start -= 1
    while start and changes[start].daylight:
        start -= 1
    return changes[start:]


@lru_cache(maxsize=1024)
def _changes(zone: ZoneInfo, decade: int) -> tuple[Observance, ...]:
    """Every change of the offset from 1970 to the end of the decade, after one that stands for
    whatever was valid on the first of January 1970.

    Some 10 ms a zone, hence kept. The key is the object, so rules loaded anew are read anew.
    """
    end = int(datetime(decade + 10, 1, 1, tzinfo=UTC).timestamp())
    offsets = [(second, _offset(zone, second)) for second in range(0, end + STEP, STEP)]
    found = [
        _change(zone, before, after)
        for (before, old), (after, new) in pairwise(offsets)
        if old != new
    ]
    return (_opening(zone), *found)


def _opening(zone: ZoneInfo) -> Observance:
    offset = _offset(zone, 0)
    return Observance(
        onset=EARLIEST,
        offset_from=offset,
        offset_to=offset,
        name=_name(zone, 0),
        daylight=_is_daylight(zone, 0),
    )


def _change(zone: ZoneInfo, before: int, after: int) -> Observance:
    """The one change between two seconds, found by halving."""
    old = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return Observance(
        onset=datetime.fromtimestamp(after, UTC).replace(tzinfo=None) + old,
        offset_from=old,
        offset_to=_offset(zone, after),
        name=_name(zone, after),
        daylight=_is_daylight(zone, after),
    )


def _is_daylight(zone: ZoneInfo, second: int) -> bool:
    """The higher offset of a year is the DAYLIGHT one, whatever the zone's law calls it.

    Ireland and Morocco legislate a negative daylight time in winter. A good part of the readers
    takes DAYLIGHT for the later clock, so for such zones the roles are exchanged, as in the
    "rearguard" form of the zone rules: the standard time that a negative daylight
    time with a lower offset follows within a year is written as DAYLIGHT.
    """
    saving = _saving(zone, second)
    if saving:
        return saving > timedelta(0)
    year_ahead = range(second, second + 366 * 86_400, 7 * 86_400)
    offset = _offset(zone, second)
    return any(
        _saving(zone, later) < timedelta(0) and _offset(zone, later) < offset
        for later in year_ahead
    )


def _offset(zone: ZoneInfo, second: int) -> timedelta:
    return datetime.fromtimestamp(second, zone).utcoffset() or timedelta(0)


def _saving(zone: ZoneInfo, second: int) -> timedelta:
    return datetime.fromtimestamp(second, zone).dst() or timedelta(0)


def _name(zone: ZoneInfo, second: int) -> str:
    return datetime.fromtimestamp(second, zone).tzname() or zone.key


def _component(observance: Observance) -> list[str]:
    kind = "DAYLIGHT" if observance.daylight else "STANDARD"
    onset = f"{observance.onset:%Y%m%dT%H%M%S}"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{onset}",
        f"RDATE:{onset}",
        f"TZOFFSETFROM:{_utc_offset(observance.offset_from)}",
        f"TZOFFSETTO:{_utc_offset(observance.offset_to)}",
        f"TZNAME:{observance.name}",
        f"END:{kind}",
    ]


def _utc_offset(offset: timedelta) -> str:
    """RFC 5545 section 3.3.14: seconds only where there are any, and never `-0000`."""
    seconds = int(offset.total_seconds())
    sign = "-" if seconds < 0 else "+"
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{sign}{minutes // 60:02}{minutes % 60:02}"
    return f"{text}{rest:02}" if rest else text
