"""Time zones as other calendar programs name and define them.

A name that everybody knows decides; else the definition that came with the object does, of which at
most two onsets of each rule are looked at, so that no rule is ever expanded.
"""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from app.core.zones import UnknownZone, canonical_zone

_OFFSET = re.compile(r"([+-])([0-9]{2})([0-9]{2})([0-9]{2})?")
_WALL = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z?")
_DAY = re.compile(r"([+-]?[0-9])?(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_NAME = 100


def zone_named(name: str) -> ZoneInfo | None:
    """The IANA zone of this name, also behind a maker's prefix (`/example.org/Europe/Zurich`)."""
    parts = name.strip("/")[:MAX_NAME].split("/")
    for length in (1, 2, 3):
        try:
            return ZoneInfo(canonical_zone("/".join(parts[-length:])))
        except UnknownZone:
            continue
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observance:
    """A STANDARD or DAYLIGHT part of a VTIMEZONE: from its onsets on, clocks are at `offset`."""

    start: datetime
    before: timedelta
    offset: timedelta
    rule: Mapping[str, str]

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self | None:
        """From its properties; None where it cannot be understood."""
        start = _wall(values.get("DTSTART", ""))
        before = _offset(values.get("TZOFFSETFROM", ""))
        offset = _offset(values.get("TZOFFSETTO", ""))
        if start is None or before is None or offset is None:
            return None
        pairs = (pair.partition("=") for pair in values.get("RRULE", "").upper().split(";")[:20])
        rule = {key: value for key, _, value in pairs if value}
        return cls(start=start, before=before, offset=offset, rule=rule)

    def latest_onset(self, wall: datetime) -> datetime | None:
        """The last onset that is not after the wall time."""
        if wall < self.start:
            return None
        for year in (wall.year, wall.year - 1):
            onset = self._onset_in(year)
            if onset is not None and self.start <= onset <= wall and not self._is_past(onset):
                return onset
        return self.start

    def _onset_in(self, year: int) -> datetime | None:
        """In a year, by a yearly rule of a month and a weekday, which is what zones have."""
        month = self.rule.get("BYMONTH", "")
        if self.rule.get("FREQ") != "YEARLY" or year < 1 or not re.fullmatch("[0-9]{1,2}", month):
            return None
        number = int(month)
        day = _day_of(year, number, self.rule) if 1 <= number <= 12 else None
        return self.start.replace(year=year, month=number, day=day) if day else None

    def _is_past(self, onset: datetime) -> bool:
        until = _wall(self.rule.get("UNTIL", ""))
        return until is not None and onset - self.before > until


def offset_between(wall: datetime, observances: Sequence[Observance]) -> timedelta | None:
    """The offset at a wall time; None where nothing was defined."""
    onsets = [(onset, each) for each in observances if (onset := each.latest_onset(wall))]
    if onsets:
        return max(onsets, key=lambda pair: pair[0])[1].offset
    first = min(observances, key=lambda each: each.start, default=None)
    return first.before if first else None


def _day_of(year: int, month: int, rule: Mapping[str, str]) -> int | None:
    """`2SU` is the second Sunday, `-1SU` the last; with BYMONTHDAY, the first from that day on."""
    found = _DAY.fullmatch(rule.get("BYDAY", ""))
    if found is None:
        return None
    last = monthrange(year, month)[1]
    matching = [
        day
        for day in range(1, last + 1)
        if datetime(year, month, day).weekday() == _DAYS.index(found[2])  # noqa: DTZ001  # a day
    ]
    said = (each for each in rule.get("BYMONTHDAY", "").split(",")[:31] if len(each) < 3)
    days = {int(each) for each in said if each.isdecimal()}
    if days:
        return next((day for day in matching if day in days), None)
    place = int(found[1] or 1)
    try:
        return matching[place - 1 if place > 0 else place]
    except IndexError:
        return None


def _offset(text: str) -> timedelta | None:
    found = _OFFSET.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = int(found[2]), int(found[3]), int(found[4] or 0)
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if length >= timedelta(days=1):
        return None
    return -length if found[1] == "-" else length


def _wall(text: str) -> datetime | None:
    found = _WALL.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return datetime(*map(int, found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001  # six numbers of a wall time
    except ValueError:
        return None
