"""Overlaps against naive pairs, nested items, and decent hours."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.panels.policy import Busy, DecentHours, lines_of, outermost, overlaps

HOURS = DecentHours("07:00", "22:00")


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20), st.integers(0, 8))))
def test_overlaps_are_exactly_the_naive_pairs(found: list[tuple[str, int, int]]) -> None:
    taken = [Busy(key, use, at, at + long) for use, (key, at, long) in enumerate(found)]
    naive = {
        frozenset({one.use, other.use})
        for one in taken
        for other in taken
        if one.use < other.use
        and one.key == other.key
        and max(one.starts_at, other.starts_at) < min(one.ends_at, other.ends_at)
    }
    pairs = list(overlaps(taken))
    assert {frozenset({one.use, other.use}) for one, other in pairs} == naive
    assert len(pairs) == len(naive)
    assert all(one.starts_at <= other.starts_at for one, other in pairs)


def test_somebody_everywhere_at_once_costs_no_more_than_is_wanted() -> None:
    """There are fifty million pairs, which would fill the memory."""
    assert len(list(islice(overlaps([Busy("a", use, 0, 1) for use in range(10_000)]), 9))) == 9


def test_of_nested_items_the_outer_one_counts() -> None:
    top, under, beside = (UUID(int=each) for each in range(1, 4))
    parents = {top: None, under: top, beside: None}
    assert lines_of(parents, [under]) == {under: {top, under}}
    seats = [("a", top), ("a", under), ("a", beside), ("b", under)]
    assert sorted(outermost(seats, parents)) == sorted([("a", top), ("a", beside), ("b", under)])


@pytest.mark.parametrize(
    ("start", "minutes", "zone", "decent"),
    [
        ((11, 0), 60, "America/New_York", True),
        ((10, 59), 60, "America/New_York", False),
        ((1, 0), 60, "America/New_York", True),
        ((1, 1), 60, "America/New_York", False),
        ((14, 0), 60, "Asia/Tashkent", True),
        ((17, 0), 60, "Asia/Tashkent", False),
        ((3, 0), 1500, "America/New_York", False),
    ],
)
def test_decent_hours(start: tuple[int, int], minutes: int, zone: str, decent: bool) -> None:
    at = datetime(2021, 10, 8, *start, tzinfo=UTC)
    assert HOURS.hold(at, at + timedelta(minutes=minutes), zone) is decent


def test_until_midnight_and_on_the_day_when_clocks_change() -> None:
    late = DecentHours("07:00", "24:00")
    at = datetime(2021, 10, 9, 3, tzinfo=UTC)
    assert late.hold(at, at + timedelta(hours=1), "America/New_York")
    assert not late.hold(at, at + timedelta(minutes=61), "America/New_York")
    changed = datetime(2021, 11, 7, 12, tzinfo=UTC)
    assert HOURS.hold(changed, changed + timedelta(hours=1), "America/New_York")
