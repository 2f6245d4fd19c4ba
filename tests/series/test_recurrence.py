"""Days of rules, as parsers of other makers count them."""

from datetime import date, datetime, time, timedelta
from itertools import islice
from time import process_time

import pytest
from dateutil.rrule import rrulestr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.series.lifecycle import Frequency, Weekday
from app.series.recurrence import HORIZON, Rule, WeekdayInMonth

MANY = 25


def rrule(rule: Rule) -> str:
    """As RFC 5545 writes it."""
    days = [f"{each.ordinal or ''}{each.weekday.value}" for each in rule.by_day]
    parts = {
        "FREQ": rule.frequency.value.upper(),
        "INTERVAL": str(rule.interval),
        "BYDAY": ",".join(days),
        "BYMONTHDAY": ",".join(map(str, rule.by_month_day)),
        "BYMONTH": ",".join(map(str, rule.by_month)),
        "COUNT": str(rule.count or ""),
        "UNTIL": f"{rule.until:%Y%m%d}" if rule.until else "",
    }
    return "RRULE:" + ";".join(f"{name}={value}" for name, value in parts.items() if value)


def days_by_dateutil(rule: Rule) -> list[date]:
    start = datetime.combine(rule.starts_on, time())
    end = rule.starts_on + HORIZON
    found = islice(rrulestr(rrule(rule), dtstart=start), MANY)
    return [each.date() for each in found if each.date() <= end]


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    frequency = draw(st.sampled_from(Frequency))
    in_months = frequency in {Frequency.MONTHLY, Frequency.YEARLY}
    counted = in_months and draw(st.booleans())  # dateutil takes a mix for what both sorts give
    ordinals = st.sampled_from([1, 2, 3, 4, 5, -1, -2, -5]) if counted else st.none()
    weekdays = st.builds(WeekdayInMonth, st.sampled_from(Weekday), ordinals)
    month_days = st.integers(1, 31) | st.integers(-31, -1)
    by_month_day: tuple[int, ...] = ()
    if frequency is not Frequency.WEEKLY:
        by_month_day = tuple(draw(st.lists(month_days, max_size=3)))
    starts_on = draw(st.dates(date(1999, 1, 1), date(2037, 12, 31)))
    ends = draw(st.sampled_from(["count", "until", "never"]))
    return Rule(
        frequency=frequency,
        starts_on=starts_on,
        interval=draw(st.integers(1, 12)),
        by_day=tuple(draw(st.lists(weekdays, max_size=3))),
        by_month_day=by_month_day,
        by_month=tuple(draw(st.lists(st.integers(1, 12), max_size=3))),
        count=draw(st.integers(1, 40)) if ends == "count" else None,
        until=starts_on + timedelta(draw(st.integers(0, 3000))) if ends == "until" else None,
    )


@settings(max_examples=80, deadline=None, phases=[Phase.generate])  # dateutil is slow to shrink by
@given(rules())
def test_a_rule_gives_the_days_that_dateutil_gives(rule: Rule) -> None:
    if rule.faults():
        return
    assert list(islice(rule.days(), MANY)) == days_by_dateutil(rule)


@settings(max_examples=30, deadline=None)
@given(rules())
def test_days_rise_and_lie_within_their_bounds(rule: Rule) -> None:
    days = list(islice(rule.days(), MANY))
    assert days == sorted(set(days))
    assert len(days) <= (rule.count or MANY)
    last = rule.until or rule.starts_on + HORIZON
    assert [day for day in days if not rule.starts_on <= day <= last] == []


def test_every_friday_and_the_second_tuesday() -> None:
    rule = Rule(
        frequency=Frequency.MONTHLY,
        starts_on=date(2021, 10, 8),
        by_day=(WeekdayInMonth.read("FR"), WeekdayInMonth.read("2TU")),
        count=5,
    )
    assert [day.day for day in rule.days()] == [8, 12, 15, 22, 29]


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"frequency": Frequency.WEEKLY, "by_day": (WeekdayInMonth(Weekday.FRIDAY, 1),)}, "by_day"),
        ({"frequency": Frequency.WEEKLY, "by_month_day": (1,)}, "by_month_day"),
        ({"frequency": Frequency.YEARLY, "by_month_day": (1,)}, "by_month"),
        ({"frequency": Frequency.DAILY, "count": 3, "until": date(2021, 12, 1)}, "until"),
        ({"frequency": Frequency.DAILY, "until": date(2021, 9, 1)}, "until"),
        (
            {"frequency": Frequency.MONTHLY, "by_month": (2,), "by_month_day": (30,)},
            "starts_on",
        ),
    ],
)
def test_what_makes_no_rule_is_named(members: dict, place: str) -> None:
    rule = Rule(starts_on=date(2021, 10, 8), **members)
    assert [each for each, _ in rule.faults()] == [place]


def test_the_longest_rule_costs_little_more_than_a_short_one() -> None:
    """Whoever writes it holds up everybody else of the process for as long."""
    ordinals = [f"{n}{day}" for n in (5, -5, 4, -4, 3) for day in Weekday]
    kept = {"frequency": "monthly", "starts_on": "2021-01-01", "interval": 1, "by_month": []}
    days_of_month = [*range(1, 32), *range(-31, 0)]
    short = Rule.read(kept | {"by_day": ["5MO"], "by_month_day": []})
    longest = Rule.read(kept | {"by_day": ["5MO"] * 35, "by_month_day": days_of_month})
    assert longest.by_day == short.by_day
    assert list(longest.days()) == list(short.days())
    worst = Rule.read(kept | {"by_day": ordinals, "by_month_day": days_of_month})
    assert min(_took(worst) for _ in range(3)) < 8 * min(_took(short) for _ in range(3))


def _took(rule: Rule) -> float:
    begun = process_time()
    for _ in islice(rule.days(), 10_000):
        pass
    return process_time() - begun
