"""Truth about time zones: which names count, and which instant a wall clock means.

Only the pinned `tzdata` package is asked, never the machine's own and possibly older rules.
"""

import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

zoneinfo.reset_tzpath(to=[])
ZoneInfo.clear_cache()

_DATA: Final = resources.files("tzdata")
_RULES: Final = _DATA.joinpath("zoneinfo", "tzdata.zi").read_text("utf-8")

TZDATA_VERSION: Final = _RULES.split("\n", 1)[0].removeprefix("# version ")

# Places that the links of tzdb fold into another country's clock. Their time is the same since
# 1970, but a person in Asmara should not read Nairobi: these are the current names of the place.
_SAME_PLACE: Final = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Antarctica/South_Pole": "Antarctica/McMurdo",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
}


class ZoneTrouble(ValueError):
    """A zone name or a wall time that means nothing, or more than one thing."""


class UnknownZone(ZoneTrouble):
    """The name is none of the zones that a meeting may be held in."""

    def __init__(self, name: str) -> None:
        shown = name if len(name) <= 60 else name[:60] + "..."
        super().__init__(f"{shown!a} is not an IANA time zone name such as Europe/Zurich.")


class SkippedWallTime(ZoneTrouble):
    """The clocks jump over this wall time.

    `earlier` and `later` are the wall times that exist in its place, as far from each other as
    the clocks jump: 02:30 in New York on 14 March 2021 has the neighbours 01:30 and 03:30.
    """

    def __init__(self, local: datetime, zone: str, before: timedelta, after: timedelta) -> None:
        self.earlier = local - (after - before)
        self.later = local + (after - before)
        super().__init__(
            f"{local.isoformat()} does not exist in {zone}: the clocks jump over it. "
            f"{self.earlier.isoformat()} and {self.later.isoformat()} exist."
        )


class RepeatedWallTime(ZoneTrouble):
    """The clocks show this wall time twice; `offsets` from UTC, the first time first."""

    def __init__(self, local: datetime, zone: str, offsets: tuple[timedelta, timedelta]) -> None:
        self.offsets = offsets
        super().__init__(
            f"{local.isoformat()} happens twice in {zone}: name the offset, "
            f"{format_offset(offsets[0])} or {format_offset(offsets[1])}."
        )


class WrongOffset(ZoneTrouble):
    """The zone does not have the named offset from UTC at this wall time; `offsets` it has."""

    def __init__(
        self, local: datetime, zone: str, wrong: timedelta, offsets: tuple[timedelta, ...]
    ) -> None:
        self.offsets = offsets
        known = " or ".join(map(format_offset, offsets))
        super().__init__(
            f"{zone} is at {known} from UTC at {local.isoformat()}, not {format_offset(wrong)}."
        )


class OutsideCalendar(ZoneTrouble):
    """The time falls off the years 1 to 9999 once the zone is applied."""


def canonical_zone(name: str) -> str:
    """The current name of a zone; case counts.

    Two sources in `tzdata` decide. `zone.tab` lists one name per country and clock: these are
    current and stay as they are, even where the rules are shared (Europe/Amsterdam is a link to
    Europe/Brussels in `tzdata.zi`, but nobody in Amsterdam should read Brussels). A link that is
    not in `zone.tab` is an old name and becomes its target: Europe/Kiev becomes Europe/Kyiv.

    Names without an area (`EST`, `localtime`, `Japan`, `posixrules`) are refused, except `UTC`,
    which all its spellings under `Etc` become. Raises `UnknownZone`.
    """
    try:
        return _current_names()[name]
    except KeyError:
        raise UnknownZone(name) from None


def to_instant(local: datetime, zone: str, *, fold_offset: timedelta | None = None) -> datetime:
    """The instant in UTC at which the zone's clocks show the naive `local`; `fold` is not read.

    A skipped wall time is refused whatever the offset; a repeated one needs `fold_offset`, the
    offset from UTC that is meant. An offset may also be named where there is no doubt, and is
    checked. Raises `SkippedWallTime`, `RepeatedWallTime`, `WrongOffset`, `UnknownZone`,
    `OutsideCalendar`.
    """
    if local.tzinfo is not None:
        raise TypeError("a wall time has no zone of its own")
    first, second = _offsets(local, zone)
    if first < second:
        raise SkippedWallTime(local, zone, first, second)
    if fold_offset is None and first != second:
        raise RepeatedWallTime(local, zone, (first, second))
    if fold_offset not in {None, first, second}:
        raise WrongOffset(local, zone, fold_offset, tuple(dict.fromkeys((first, second))))
    offset = first if fold_offset is None else fold_offset
    try:
        return (local - offset).replace(tzinfo=UTC, fold=0)
    except OverflowError:
        raise OutsideCalendar(f"{local.isoformat()} in {zone} is off the calendar.") from None


def to_local(instant: datetime, zone: str) -> datetime:
    """What the zone's clocks show at an instant, naive; `offset_at` tells repeated times apart."""
    return _shown(instant, zone).replace(tzinfo=None, fold=0)


def offset_at(instant: datetime, zone: str) -> timedelta:
    """The zone's offset from UTC at an instant, positive to the east."""
    offset = _shown(instant, zone).utcoffset()
    return offset if offset is not None else timedelta()


def format_offset(offset: timedelta) -> str:
    """`+05:30`; seconds only where the zone has them."""
    sign = "-" if offset < timedelta() else "+"
    minutes, seconds = divmod(int(abs(offset).total_seconds()), 60)
    text = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def offsets_of(*local: datetime) -> str:
    """`-04:00` of times that carry their zone; `+02:00/+01:00` where the clocks change between."""
    offsets = dict.fromkeys(format_offset(each.utcoffset() or timedelta()) for each in local)
    return "/".join(offsets)


@cache
def _current_names() -> dict[str, str]:
    """Every accepted name and its current name: the allow-list."""
    table = _DATA.joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    current = {row.split("\t")[2] for row in table.splitlines() if not row.startswith("#")}
    targets = {old: new for new, old in re.findall(r"^L (\S+) (\S+)$", _RULES, re.MULTILINE)}
    names = {"UTC": "UTC"}
    for name in _DATA.joinpath("zones").read_text("utf-8").split():
        if "/" in name:
            name_now = name if name in current else _SAME_PLACE.get(name, targets.get(name, name))
            names[name] = "UTC" if name_now == "Etc/UTC" else name_now
    return names


def _offsets(local: datetime, zone: str) -> tuple[timedelta, timedelta]:
    """The offsets before and after a change of the clocks around `local` (PEP 495)."""
    rules = _rules(zone)
    try:
        first, second = (rules.utcoffset(local.replace(tzinfo=rules, fold=fold)) for fold in (0, 1))
    except OverflowError:
        raise OutsideCalendar(f"{local.isoformat()} in {zone} is off the calendar.") from None
    return first or timedelta(), second or timedelta()


def _shown(instant: datetime, zone: str) -> datetime:
    if instant.utcoffset() is None:
        raise TypeError("an instant names its offset from UTC")
    try:
        return instant.astimezone(_rules(zone))
    except OverflowError:
        raise OutsideCalendar(f"{instant.isoformat()} in {zone} is off the calendar.") from None


@cache
def _rules(zone: str) -> ZoneInfo:
    return ZoneInfo(canonical_zone(zone))
