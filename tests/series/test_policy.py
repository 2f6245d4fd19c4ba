"""Dates and times of a series: pure rules, against the clocks of another maker."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from dateutil import tz
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.zones import to_local
from app.meetings.policy import Times
from app.series import policy
from app.series.lifecycle import AtClockChange, OnDayOff, SeriesDateReason
from app.series.policy import Slot

ZONES = [
    "America/New_York",
    "Australia/Lord_Howe",
    "Atlantic/Azores",
    "Asia/Kathmandu",
    "Europe/Dublin",
]
NIGHTS = st.times(time(0), time(4)).map(lambda at: at.replace(second=0, microsecond=0, fold=0))
CHANGING = st.dates(date(2010, 1, 1), date(2036, 12, 31))
"""Of the nights of a quarter of a century many have a change of the clocks in some zone."""
SUNDAYS = st.integers(0, 1400).map(lambda weeks: date(2010, 1, 3) + timedelta(weeks=weeks))


@settings(max_examples=80, deadline=None)
@given(CHANGING | SUNDAYS, NIGHTS, st.sampled_from(ZONES), st.sampled_from(AtClockChange))
def test_a_start_is_what_dateutil_makes_of_it(
    day: date, start: time, zone: str, choice: AtClockChange
) -> None:
    rules = tz.gettz(zone)
    wall = datetime.combine(day, start, rules)
    found = policy.times_on(day, start, timedelta(hours=3), zone, choice)
    doubtful = tz.datetime_ambiguous(wall) or not tz.datetime_exists(wall)
    if doubtful and choice is AtClockChange.REFUSE:
        assert isinstance(found, str)
        return
    assert isinstance(found, Times)
    if tz.datetime_exists(wall):
        first = wall if choice is not AtClockChange.LATER else tz.enfold(wall)
        assert found.starts_at == first.astimezone(UTC)
    elif choice is AtClockChange.LATER:
        assert found.starts_at == tz.resolve_imaginary(wall).astimezone(UTC)
    else:
        later = tz.resolve_imaginary(wall)
        jump = later.replace(tzinfo=None) - wall.replace(tzinfo=None)
        assert found.local_start == wall.replace(tzinfo=None) - jump
    assert found.ends_at - found.starts_at == timedelta(hours=3)
    assert (found.local_start, found.local_end) == (
        to_local(found.starts_at, zone),
        to_local(found.ends_at, zone),
    )


@given(
    st.lists(st.dates(date(2021, 1, 1), date(2021, 3, 31)), max_size=30, unique=True),
    st.frozensets(st.dates(date(2021, 1, 1), date(2021, 4, 30)), max_size=60),
    st.sampled_from(OnDayOff),
)
def test_each_date_is_held_once_at_most_and_on_a_working_day(
    days: list[date], off: frozenset[date], choice: OnDayOff
) -> None:
    def works(day: date) -> bool:
        return day not in off

    found = list(policy.slots(sorted(days), works, choice))
    assert [slot.day for slot in found] == sorted(days)
    held = [slot.held_on for slot in found if slot.held_on is not None]
    assert len(set(held)) == len(held)
    for slot in found:
        if works(slot.day) or choice is OnDayOff.KEEP:
            assert slot == Slot(slot.day, slot.day)
        elif choice is OnDayOff.SKIP:
            assert slot == Slot(slot.day, None, SeriesDateReason.DAY_OFF)
        elif slot.held_on is not None:
            between = [slot.day + timedelta(n) for n in range((slot.held_on - slot.day).days)]
            assert (works(slot.held_on), any(map(works, between))) == (True, False)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["1st", "2nd", "3rd", "11th", "23rd", "112th"]),
        ("fr-CA", ["1re", "2e", "3e", "11e", "23e", "112e"]),
        ("es", ["1.ª", "2.ª", "3.ª", "11.ª", "23.ª", "112.ª"]),
        ("ru", ["1", "2", "3", "11", "23", "112"]),
    ],
)
def test_ordinals(language: str, said: list[str]) -> None:
    assert [policy.ordinal(language, number) for number in (1, 2, 3, 11, 23, 112)] == said


def test_a_title_is_filled_and_other_braces_are_words() -> None:
    title = {"en": "{ordinal} meeting ({number}/{year}) {}", "zh": "第{number}次会议 {9}"}
    assert policy.unknown_placeholders(title) == []
    assert policy.filled(title, 6, 2021) == {
        "en": "6th meeting (6/2021) {}",
        "zh": "第6次会议 {9}",
    }
    assert policy.unknown_placeholders({"fr": "{ordinal} {nombre}"}) == [("fr", "nombre")]
