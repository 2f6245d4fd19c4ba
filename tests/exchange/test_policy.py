"""The sweep over declared conflicts finds what looking at every two items finds."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange.policy import Pair, Span, Violation, violations

NINE = datetime(2021, 10, 8, 9, tzinfo=UTC)
GROUPS = ("a group", "an entity", "somebody")


def naive(spans: list[Span], pairs: list[Pair[int]]) -> set[tuple[int, UUID, UUID]]:
    """Every two spans, every pair."""
    found = set()
    for one in spans:
        for other in spans:
            if one.item_id >= other.item_id:
                continue
            if not max(one.starts_at, other.starts_at) < min(one.ends_at, other.ends_at):
                continue
            for pair in pairs:
                ways = ((one, other), (other, one))
                named = {pair.first, pair.second} == {one.item_id, other.item_id}
                kin = one.item_id in other.family or other.item_id in one.family
                if any(pair.first in a.keys and pair.second in b.keys for a, b in ways) and (
                    named or not kin
                ):
                    found.add((pair.declared, one.item_id, other.item_id))
    return found


def told(found: list[Violation[int]]) -> set[tuple[int, UUID, UUID]]:
    return {
        (each.declared, min(each.first, each.second), max(each.first, each.second))
        for each in found
    }


@st.composite
def programmes(draw: st.DrawFn) -> tuple[list[Span], list[Pair[int]]]:
    count = draw(st.integers(0, 12))
    spans = []
    for number in range(count):
        start = NINE + timedelta(minutes=draw(st.integers(0, 12)) * 5)
        end = start + timedelta(minutes=draw(st.integers(0, 6)) * 5)
        leads = draw(st.sets(st.sampled_from(GROUPS)))
        above = draw(st.sets(st.integers(0, number - 1).map(_id))) if number else set()
        spans.append(
            Span(_id(number), start, end, frozenset({_id(number), *leads}), frozenset(above))
        )
    keys = [_id(number) for number in range(max(count, 1))]
    pairs = []
    for place in range(draw(st.integers(0, 20))):
        first = draw(st.sampled_from(keys))
        second = draw(st.sampled_from([*keys, *GROUPS]))
        if first != second:
            pairs.append(Pair(place, first, second))
    return spans, pairs


def _id(number: int) -> UUID:
    return UUID(int=number + 1)


@settings(max_examples=60, deadline=None)
@given(programmes())
def test_it_finds_what_the_naive_way_finds(programme: tuple[list[Span], list[Pair[int]]]) -> None:
    spans, pairs = programme
    found = violations(spans, pairs, 1000)
    assert told(found) == naive(spans, pairs)
    assert len(told(found)) == len(found)
    times = {span.item_id: span for span in spans}
    for each in found:
        one, other = times[each.first], times[each.second]
        assert each.starts_at == max(one.starts_at, other.starts_at)
        assert each.ends_at == min(one.ends_at, other.ends_at)
    assert [each.starts_at for each in found] == sorted(each.starts_at for each in found)
    few = violations(spans, pairs, 2)
    often = Counter(each.declared for each in found)
    assert Counter(each.declared for each in few) == {d: min(n, 2) for d, n in often.items()}
    assert told(few) <= told(found)


def test_what_only_touches_is_no_conflict() -> None:
    hour = timedelta(hours=1)
    one = Span(_id(0), NINE, NINE + hour, frozenset({_id(0)}))
    other = Span(_id(1), NINE + hour, NINE + 2 * hour, frozenset({_id(1)}))
    moment = Span(_id(2), NINE, NINE, frozenset({_id(2)}))
    pairs = [Pair(1, _id(0), _id(1)), Pair(2, _id(0), _id(2))]
    assert violations([one, other, moment], pairs) == []
