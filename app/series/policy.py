"""From the days of a series to the dates on which it is held, and their times: pure rules."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from app.core.languages import base
from app.core.zones import RepeatedWallTime, SkippedWallTime, ZoneTrouble, to_instant, to_local
from app.meetings.lifecycle import MeetingStatus
from app.meetings.policy import YEARS, Times
from app.series.lifecycle import AtClockChange, OnDayOff, SeriesDateReason, SeriesVerb, Weekday

FARTHEST: Final = timedelta(days=31)
"""Within so many days the next working day must lie."""
PLACEHOLDERS: Final = ("number", "ordinal", "year")
_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_]+)\}")
_DAY: Final = timedelta(days=1)
_MOVABLE: Final[Mapping[SeriesVerb, frozenset[MeetingStatus]]] = {
    SeriesVerb.SCHEDULE: frozenset({MeetingStatus.DRAFT}),
    SeriesVerb.RESCHEDULE: frozenset({MeetingStatus.DRAFT, MeetingStatus.SCHEDULED}),
    SeriesVerb.CANCEL: frozenset(
        {MeetingStatus.DRAFT, MeetingStatus.SCHEDULED, MeetingStatus.POSTPONED}
    ),
}
"""A postponed meeting has no time to be shifted: it is rescheduled by itself."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A date of the series; `held_on` is None where no meeting is held for it."""

    day: date
    held_on: date | None
    reason: SeriesDateReason | None = None


def slots(
    days: Sequence[date], works_on: Callable[[date], bool], on_day_off: OnDayOff
) -> Iterator[Slot]:
    """For each day of the series, in their order, where it is held.

    No two are held on one day: a date that would move onto another of the series is left out.
    """
    keeps = on_day_off is OnDayOff.KEEP
    taken = {day for day in days if keeps or works_on(day)}
    for day in days:
        if day in taken and (keeps or works_on(day)):
            yield Slot(day, day)
            continue
        held_on = None if on_day_off is OnDayOff.SKIP else next_working_day(day, works_on)
        if held_on is None:
            yield Slot(day, None, SeriesDateReason.DAY_OFF)
        elif held_on in taken:
            yield Slot(day, None, SeriesDateReason.SAME_DAY)
        else:
            taken.add(held_on)
            yield Slot(day, held_on, SeriesDateReason.DAY_OFF)


def next_working_day(day: date, works_on: Callable[[date], bool]) -> date | None:
    """From the day itself on; None where there is none for a month."""
    passed = (day + n * _DAY for n in range(FARTHEST.days))
    return next((each for each in passed if works_on(each)), None)


def times_on(
    day: date, start: time, length: timedelta, zone: str, at_clock_change: AtClockChange
) -> Times | str:
    """The times of a meeting on a day, which lasts as long whatever the clocks do; or why the
    clocks have no such start.
    """
    local = datetime.combine(day, start)
    try:
        local, starts_at = _start(local, zone, at_clock_change)
        ends_at = starts_at + length
        if starts_at.year not in YEARS or ends_at.year not in YEARS:
            return f"Must lie between {YEARS.start} and {YEARS.stop - 1} in UTC."
        return Times(zone, local, to_local(ends_at, zone), starts_at, ends_at)
    except ZoneTrouble as trouble:
        return str(trouble)


def _start(local: datetime, zone: str, choice: AtClockChange) -> tuple[datetime, datetime]:
    try:
        return local, to_instant(local, zone)
    except RepeatedWallTime as repeated:
        if choice is AtClockChange.REFUSE:
            raise
        offset = repeated.offsets[0 if choice is AtClockChange.EARLIER else 1]
        return local, to_instant(local, zone, fold_offset=offset)
    except SkippedWallTime as skipped:
        if choice is AtClockChange.REFUSE:
            raise
        near = skipped.earlier if choice is AtClockChange.EARLIER else skipped.later
        return near, to_instant(near, zone)


def moved_day(day: date, weekday: Weekday | None, shift: int) -> date:
    """The day of the same week, from Monday to Sunday, or so many days later."""
    if weekday is not None:
        return day + (weekday.number - day.weekday()) * _DAY
    return day + shift * _DAY


def stays(
    verb: SeriesVerb, status: MeetingStatus, starts_at: datetime, now: datetime
) -> str | None:
    """Why an act on the whole series leaves a meeting alone; None if it does not."""
    if status not in _MOVABLE[verb]:
        return f"The meeting is {status.value}."
    if starts_at <= now and status is not MeetingStatus.POSTPONED:
        return "The time of its start has passed."
    return None


def unknown_placeholders(title: Mapping[str, str]) -> list[tuple[str, str]]:
    """Language and name of each placeholder that nothing stands for."""
    return [
        (language, name)
        for language, text in title.items()
        for name in _PLACEHOLDER.findall(text)
        if name not in PLACEHOLDERS
    ]


def filled(title: Mapping[str, str], number: int, year: int) -> dict[str, str]:
    """The title of one meeting, in all its languages."""
    found = {}
    for language, text in title.items():
        words = {
            "number": str(number),
            "ordinal": ordinal(language, number),
            "year": str(year),
        }
        found[language] = _PLACEHOLDER.sub(partial(_word, words), text)
    return found


def _word(words: Mapping[str, str], found: re.Match[str]) -> str:
    return words.get(found[1], found[0])


def ordinal(language: str, number: int) -> str:
    """As meetings are counted: `6th`, `6e`, `6.ª`; the number alone in other languages."""
    match base(language):
        case "en":
            teen = 11 <= number % 100 <= 13
            return f"{number}{'th' if teen else _ENGLISH.get(number % 10, 'th')}"
        case "fr":
            return f"{number}{'re' if number == 1 else 'e'}"
        case "es":
            return f"{number}.ª"
        case _:
            return str(number)


_ENGLISH = {1: "st", 2: "nd", 3: "rd"}


def upcoming(days: Iterable[date], since: date, enough: int) -> list[date]:
    """Days of the series from a month before `since` on, as many as `enough` dates can need when
    some are skipped, and as many behind them as can move onto one.
    """
    wanted: list[date] = []
    for day in days:
        if day >= since - FARTHEST:
            wanted.append(day)
        if len(wanted) >= 4 * enough + 2 * FARTHEST.days:
            break
    return wanted
