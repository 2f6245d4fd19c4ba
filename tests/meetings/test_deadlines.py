"""Counting back to deadlines: on weekends, holidays, leap days, ends of years and clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.meetings.deadlines import (
    DeadlineRule,
    WorkingCalendar,
    wall_instant,
    working_days_back,
)

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
WEEKS = st.sets(st.integers(1, 7), min_size=1).map(frozenset)
ZONES = st.sampled_from(
    [
        "America/New_York",
        "Europe/Zurich",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Pacific/Apia",
        "Asia/Tashkent",
        "UTC",
    ]
)


@st.composite
def calendars(draw: st.DrawFn, around: date) -> WorkingCalendar:
    away = draw(st.sets(st.integers(-60, 60), max_size=20))
    holidays = frozenset(around + timedelta(days=each) for each in away)
    return WorkingCalendar(draw(WEEKS), holidays)


@given(st.data(), DAYS, st.integers(0, 30))
def test_it_is_always_a_working_day_before_and_counts_exactly(
    data: st.DataObject, day: date, number: int
) -> None:
    calendar = data.draw(calendars(day))
    found = working_days_back(day, number, calendar)
    assert found is not None
    assert calendar.works_on(found)
    between = [found + timedelta(days=n) for n in range((day - found).days)]
    worked = [each for each in between if calendar.works_on(each)]
    if number:
        assert found < day
        assert len(worked) == number
    else:
        assert found <= day
        assert len(worked) == (0 if found == day else 1)


@given(st.data(), DAYS, st.integers(0, 29))
def test_more_days_are_earlier_and_later_meetings_never_earlier(
    data: st.DataObject, day: date, number: int
) -> None:
    calendar = data.draw(calendars(day))
    one = working_days_back(day, number, calendar)
    more = working_days_back(day, number + 1, calendar)
    later = working_days_back(day + timedelta(days=1), number, calendar)
    assert one is not None
    assert more is not None
    assert later is not None
    if number:
        assert more < one
    assert more <= one <= later


@given(DAYS, st.integers(1, 40), st.sets(st.integers(1, 90), max_size=20))
def test_more_holidays_never_make_it_later(day: date, number: int, away: set[int]) -> None:
    holidays = frozenset(day - timedelta(days=each) for each in away)
    plain = working_days_back(day, number, WorkingCalendar())
    held = working_days_back(day, number, WorkingCalendar(holidays=holidays))
    assert held is not None
    assert plain is not None
    assert held <= plain


@given(DAYS, st.times().map(lambda at: at.replace(second=0, microsecond=0)), ZONES)
def test_a_wall_time_that_exists_is_met_and_one_that_does_not_is_the_jump(
    day: date, at: time, zone: str
) -> None:
    instant = wall_instant(day, at, zone)
    shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    local = datetime.combine(day, at)
    if shown == local:
        earlier = (instant - timedelta(days=1)).astimezone(ZoneInfo(zone))
        assert earlier.replace(tzinfo=None) < local
        return
    assert shown > local
    just_before = (instant - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    assert just_before.replace(tzinfo=None) < local


@given(
    DAYS.filter(lambda day: day.year < 2037),
    st.integers(1, 20),
    st.sampled_from([time(0, 30), time(2, 30), time(9), time(18), time(23, 59)]),
    ZONES,
)
def test_the_clocks_change_moves_no_day(day: date, number: int, at: time, zone: str) -> None:
    """A rule gives the same wall time in every zone where that time exists."""
    rule = DeadlineRule(time=at, working_days_before=number)
    start = datetime.combine(day, time(10))
    instant = rule.instant(start, zone, WorkingCalendar())
    assert instant is not None
    counted = working_days_back(day, number, WorkingCalendar())
    assert counted is not None
    assert instant == wall_instant(counted, at, zone)
    assert instant < datetime.combine(day, time.max, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("start", "number", "holidays", "expected"),
    [
        ("2021-10-08", 3, (), "2021-10-05"),
        ("2021-10-11", 1, (), "2021-10-08"),
        ("2021-10-11", 0, (), "2021-10-11"),
        ("2021-10-10", 0, (), "2021-10-08"),
        ("2024-03-01", 1, (), "2024-02-29"),
        ("2023-03-01", 1, (), "2023-02-28"),
        ("2024-02-29", 4, (), "2024-02-23"),
        ("2020-01-02", 1, ("2020-01-01",), "2019-12-31"),
        ("2020-12-28", 1, ("2020-12-25",), "2020-12-24"),
        ("2020-04-13", 3, ("2020-04-10",), "2020-04-07"),
    ],
)
def test_known_days(start: str, number: int, holidays: tuple[str, ...], expected: str) -> None:
    calendar = WorkingCalendar(holidays=frozenset(map(date.fromisoformat, holidays)))
    found = working_days_back(date.fromisoformat(start), number, calendar)
    assert found == date.fromisoformat(expected)


def test_a_week_from_sunday_to_thursday() -> None:
    calendar = WorkingCalendar(frozenset({7, 1, 2, 3, 4}))
    assert working_days_back(date(2021, 10, 10), 1, calendar) == date(2021, 10, 7)


def test_without_a_working_day_there_is_none() -> None:
    every = frozenset(date(2010, 1, 1) + timedelta(days=n) for n in range(8000))
    assert working_days_back(date(2021, 10, 8), 1, WorkingCalendar(holidays=every)) is None
    assert working_days_back(date.min, 1, WorkingCalendar()) is None


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        (date(2021, 3, 14), time(2, 30), "America/New_York", datetime(2021, 3, 14, 7)),
        (date(2021, 11, 7), time(1, 30), "America/New_York", datetime(2021, 11, 7, 5, 30)),
        (date(2021, 10, 3), time(2, 15), "Australia/Lord_Howe", datetime(2021, 10, 2, 15, 30)),
        (date(2011, 12, 30), time(18), "Pacific/Apia", datetime(2011, 12, 30, 10)),
        (date(2024, 2, 29), time(18), "Europe/Zurich", datetime(2024, 2, 29, 17)),
    ],
)
def test_known_instants(day: date, at: time, zone: str, expected: datetime) -> None:
    assert wall_instant(day, at, zone) == expected.replace(tzinfo=UTC)
