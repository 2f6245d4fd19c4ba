"""The agenda's tree, timetable, order and clashes, as rules without a database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.agenda.lifecycle import TRANSITIONS, ItemKind, VersionStatus
from app.agenda.policy import (
    MAX_DEPTH,
    MAX_ITEMS,
    AgendaCycle,
    DuplicateItem,
    NoSuchPosition,
    PlannedItem,
    ProblemKind,
    Slot,
    TimetableProblem,
    TooDeep,
    TooManyItems,
    UnknownParent,
    conflicts,
    moved,
    new_positions,
    timetable,
    validate_tree,
)

START = datetime(2021, 10, 8, 14, tzinfo=UTC)
END = START + timedelta(hours=3)

# A busy machine may take its time to make an example.
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def after(minutes: int) -> datetime:
    """So many minutes after the meeting's start."""
    return START + timedelta(minutes=minutes)


def item(
    number: int,
    parent: int | None = None,
    minutes: int | None = 10,
    kind: ItemKind = ItemKind.DISCUSSION,
    at: int | None = None,
) -> PlannedItem:
    """An item in the order of its number, pinned `at` so many minutes after the start."""
    return PlannedItem(
        id=UUID(int=number),
        parent_id=None if parent is None else UUID(int=parent),
        position=number,
        kind=kind,
        duration=minutes,
        starts_at=None if at is None else after(at),
    )


def spans(items: Iterable[PlannedItem]) -> list[tuple[int, float, float]]:
    """Id, start and end in minutes after the meeting's start, in reading order."""
    return [
        (
            timed.id.int,
            (timed.starts_at - START) / timedelta(minutes=1),
            (timed.ends_at - START) / timedelta(minutes=1),
        )
        for timed in timetable(items, START).items
    ]


@st.composite
def trees(draw: st.DrawFn, *, pins: bool = True, most: int = 30) -> list[PlannedItem]:
    """Any tree that may be saved, its items in any order."""
    items: list[PlannedItem] = []
    depths: dict[int, int] = {}
    for number in range(1, draw(st.integers(0, most)) + 1):
        above = [n for n, depth in depths.items() if depth < MAX_DEPTH]
        parent = draw(st.sampled_from([None, *above]))
        depths[number] = 1 if parent is None else depths[parent] + 1
        planned = item(
            number,
            parent,
            draw(st.none() | st.integers(0, 90)),
            draw(st.sampled_from([ItemKind.PANEL, ItemKind.BRIEFING, ItemKind.BREAK])),
            draw(st.none() | st.integers(-60, 300)) if pins else None,
        )
        items.append(replace(planned, position=draw(st.integers(0, 5))))
    return draw(st.permutations(items))


# The tree


def test_an_empty_agenda_is_one() -> None:
    validate_tree([])
    assert timetable([], START, END).items == []
    assert timetable([], START, END).ends_at == START


def test_ten_levels_and_a_thousand_items_are_allowed() -> None:
    chain = [item(1)] + [item(n, n - 1) for n in range(2, MAX_DEPTH + 1)]
    validate_tree(chain)
    validate_tree([item(n) for n in range(MAX_ITEMS)])


def test_an_eleventh_level_is_refused() -> None:
    chain = [item(1)] + [item(n, n - 1) for n in range(2, MAX_DEPTH + 2)]
    with pytest.raises(TooDeep) as refusal:
        validate_tree(chain)
    assert refusal.value.item_id == UUID(int=MAX_DEPTH + 1)


def test_one_item_too_many_is_refused() -> None:
    with pytest.raises(TooManyItems) as refusal:
        validate_tree([item(n) for n in range(MAX_ITEMS + 1)])
    assert refusal.value.count == MAX_ITEMS + 1


def test_an_item_under_a_stranger_is_refused() -> None:
    with pytest.raises(UnknownParent) as refusal:
        validate_tree([item(1), item(2, 99)])
    assert refusal.value.item_id == UUID(int=2)


def test_two_items_with_one_id_are_refused() -> None:
    with pytest.raises(DuplicateItem) as refusal:
        validate_tree([item(1), item(2), item(1)])
    assert refusal.value.item_id == UUID(int=1)


@pytest.mark.parametrize(
    "items",
    [
        [item(1, 1)],
        [item(1, 2), item(2, 1)],
        [item(1), item(2, 4), item(3, 2), item(4, 3)],
        [item(5, 1), item(1, 2), item(2, 1)],
    ],
)
def test_an_item_under_itself_is_refused(items: list[PlannedItem]) -> None:
    with pytest.raises(AgendaCycle):
        validate_tree(items)


@unhurried
@given(trees())
def test_every_tree_passes(items: list[PlannedItem]) -> None:
    validate_tree(items)
    read = timetable(items, START).items
    assert sorted(timed.id for timed in read) == sorted(planned.id for planned in items)


# Times


def test_durations_cascade_from_the_start() -> None:
    assert spans([item(1, minutes=5), item(2, minutes=30), item(3, minutes=15)]) == [
        (1, 0, 5),
        (2, 5, 35),
        (3, 35, 50),
    ]


def test_the_order_is_that_of_positions_then_ids() -> None:
    items = [replace(item(n), position=n % 2) for n in (4, 3, 2, 1)]
    assert [span[0] for span in spans(items)] == [2, 4, 1, 3]


def test_a_parent_lasts_as_long_as_what_is_under_it() -> None:
    items = [
        item(1, minutes=None),
        item(2, 1, 20),
        item(3, 1, None),
        item(4, 3, 15),
        item(5),
    ]
    assert spans(items) == [(1, 0, 35), (2, 0, 20), (3, 20, 35), (4, 20, 35), (5, 35, 45)]
    assert timetable(items, START).problems == []


def test_the_own_duration_of_a_parent_comes_first() -> None:
    items = [item(1, minutes=5), item(2, 1, 20), item(3, minutes=10)]
    assert spans(items) == [(1, 0, 25), (2, 5, 25), (3, 25, 35)]


def test_a_late_pin_leaves_a_gap() -> None:
    table = timetable([item(1), item(2, at=25), item(3)], START, END)
    assert [(t.gap_before, t.overrun) for t in table.items] == [(0, 0), (15, 0), (0, 0)]
    assert table.items[1].starts_at == after(25)
    assert table.problems == [TimetableProblem(ProblemKind.GAP, UUID(int=2), 15)]
    assert table.ends_at == after(45)


def test_an_early_pin_holds_and_the_overrun_is_reported() -> None:
    table = timetable([item(1, minutes=40), item(2, at=30, minutes=30), item(3)], START, END)
    assert [(t.starts_at, t.ends_at) for t in table.items] == [
        (START, after(40)),
        (after(30), after(60)),
        (after(60), after(70)),
    ]
    assert table.problems == [TimetableProblem(ProblemKind.OVERRUN, UUID(int=2), 10)]


def test_what_follows_a_short_pinned_item_waits_for_what_overran() -> None:
    items = [item(1, minutes=40), item(2, at=30, minutes=5), item(3)]
    assert spans(items) == [(1, 0, 40), (2, 30, 35), (3, 40, 50)]


def test_a_pin_before_the_meeting_is_an_overrun() -> None:
    table = timetable([item(1, at=-20, minutes=10)], START, END)
    assert table.problems == [TimetableProblem(ProblemKind.OVERRUN, UUID(int=1), 20)]
    assert table.ends_at == START


def test_what_ends_after_the_meeting_is_reported_where_it_happens() -> None:
    items = [item(1, minutes=170), item(2, minutes=None), item(3, 2, 15), item(4, 2, 10)]
    table = timetable(items, START, END)
    assert table.problems == [
        TimetableProblem(ProblemKind.OUTSIDE_MEETING, UUID(int=3), 5),
        TimetableProblem(ProblemKind.OUTSIDE_MEETING, UUID(int=4), 15),
    ]
    assert timetable(items, START).problems == []


def test_ending_with_the_meeting_is_inside() -> None:
    assert timetable([item(1, minutes=180)], START, END).problems == []


def test_a_missing_duration_is_reported_and_takes_no_time() -> None:
    table = timetable([item(1, minutes=None), item(2, minutes=0)], START, END)
    assert table.problems == [TimetableProblem(ProblemKind.MISSING_DURATION, UUID(int=1), 0)]
    assert table.ends_at == START


def test_a_part_of_a_minute_counts_as_one() -> None:
    pinned = replace(item(1), starts_at=START + timedelta(seconds=1))
    assert timetable([pinned], START).items[0].gap_before == 1


def test_the_sixth_meeting_fits_its_three_hours() -> None:
    items = [
        item(1, minutes=5, kind=ItemKind.OPENING),
        item(2, minutes=5, kind=ItemKind.ADOPTION_OF_AGENDA),
        item(3, minutes=15, kind=ItemKind.STATEMENT),
        item(4, minutes=60, kind=ItemKind.PANEL, at=25),
        item(5, minutes=10, kind=ItemKind.BREAK),
        item(6, minutes=None, kind=ItemKind.DISCUSSION),
        *(item(n, 6, 8, ItemKind.BRIEFING) for n in range(7, 15)),
        item(15, minutes=10, kind=ItemKind.OTHER_BUSINESS),
        item(16, minutes=10, kind=ItemKind.CLOSING),
    ]
    table = timetable(items, START, END)
    assert table.problems == []
    assert table.ends_at == after(179)


@unhurried
@given(trees())
def test_pins_hold(items: list[PlannedItem]) -> None:
    starts = {timed.id: timed.starts_at for timed in timetable(items, START).items}
    pinned = {i.id: i.starts_at for i in items if i.starts_at is not None}
    assert {item_id: starts[item_id] for item_id in pinned} == pinned


@unhurried
@given(trees())
def test_times_never_go_backwards_but_at_an_overrun(items: list[PlannedItem]) -> None:
    table = timetable(items, START)
    own = {i.id: timedelta(minutes=i.duration or 0) for i in items}
    now = START
    for timed in table.items:
        assert timed.starts_at == now + timedelta(minutes=timed.gap_before - timed.overrun)
        assert timed.ends_at >= timed.starts_at + own[timed.id]
        assert 0 in {timed.gap_before, timed.overrun}
        now = max(now, timed.starts_at + own[timed.id])
    assert table.ends_at == now
    calm = [timed.starts_at for timed in table.items if not timed.overrun]
    assert all(one <= other for one, other in pairwise(calm))


@unhurried
@given(trees())
def test_a_parent_ends_with_the_last_of_what_is_under_it(items: list[PlannedItem]) -> None:
    timed = {t.id: t for t in timetable(items, START).items}
    for planned in items:
        me = timed[planned.id]
        below = [timed[i.id].ends_at for i in items if i.parent_id == planned.id]
        own = me.starts_at + timedelta(minutes=planned.duration or 0)
        assert me.ends_at == max([own, *below])


@unhurried
@given(trees(pins=False))
def test_without_pins_the_whole_is_the_sum(items: list[PlannedItem]) -> None:
    table = timetable(items, START)
    assert table.ends_at == after(sum(i.duration or 0 for i in items))
    assert {(t.gap_before, t.overrun) for t in table.items} <= {(0, 0)}


@unhurried
@given(trees())
def test_with_pins_the_whole_is_the_sum_and_the_gaps_unless_overrun(
    items: list[PlannedItem],
) -> None:
    table = timetable(items, START)
    total = sum(i.duration or 0 for i in items) + sum(t.gap_before for t in table.items)
    assert table.ends_at <= after(total)
    if not any(t.overrun for t in table.items):
        assert table.ends_at == after(total)


@unhurried
@given(trees(), st.integers(-60, 400))
def test_problems_say_what_the_items_say(items: list[PlannedItem], length: int) -> None:
    table = timetable(items, START, after(length))
    reported = {(p.item_id, p.kind): p.minutes for p in table.problems}
    assert len(reported) == len(table.problems)
    for timed in table.items:
        assert reported.get((timed.id, ProblemKind.GAP), 0) == timed.gap_before
        assert reported.get((timed.id, ProblemKind.OVERRUN), 0) == timed.overrun
    outside = [p.minutes for p in table.problems if p.kind is ProblemKind.OUTSIDE_MEETING]
    headings = {i.parent_id for i in items} - {i.id for i in items if i.duration}
    own = {i.id: timedelta(minutes=i.duration or 0) for i in items}
    ends = [t.starts_at + own[t.id] for t in table.items if t.id not in headings]
    late = max([0, *(round((end - after(length)).total_seconds() / 60) for end in ends)])
    assert max([0, *outside]) == late


def test_two_thousand_items_are_timed() -> None:
    items = [item(n, None if n % 10 == 0 else n - n % 10) for n in range(2_000)]
    table = timetable(items, START)
    assert len(table.items) == 2_000
    assert table.ends_at == after(20_000)


# Order


def test_moving_within_the_siblings() -> None:
    a, b, c, d = (UUID(int=n) for n in range(4))
    assert moved([a, b, c, d], a, 2) == [b, c, a, d]
    assert moved([a, b, c, d], d, 0) == [d, a, b, c]
    assert moved([a, b, c, d], b, 1) == [a, b, c, d]
    assert moved([a, b], c, 1) == [a, c, b]


@pytest.mark.parametrize(("index", "last"), [(-1, 1), (2, 1)])
def test_a_place_beyond_the_siblings_is_refused(index: int, last: int) -> None:
    siblings = [UUID(int=n) for n in range(2)]
    with pytest.raises(NoSuchPosition) as refusal:
        moved(siblings, siblings[0], index)
    assert (refusal.value.index, refusal.value.last) == (index, last)


@unhurried
@given(st.data(), st.lists(st.uuids(), min_size=1, max_size=20, unique=True))
def test_moving_there_and_back_changes_nothing(data: st.DataObject, siblings: list[UUID]) -> None:
    place = st.integers(0, len(siblings) - 1)
    origin, target = data.draw(place), data.draw(place)
    there = moved(siblings, siblings[origin], target)
    assert there[target] == siblings[origin]
    assert sorted(there) == sorted(siblings)
    assert moved(there, siblings[origin], origin) == siblings


def test_positions_under_a_new_parent() -> None:
    items = [item(1), item(2), item(3, 1), item(4, 1), item(5, 2)]
    assert new_positions(items, UUID(int=5), UUID(int=1), 1) == {
        UUID(int=3): 0,
        UUID(int=5): 1,
        UUID(int=4): 2,
    }
    assert new_positions(items, UUID(int=2), None, 0) == {UUID(int=2): 0, UUID(int=1): 1}


# Clashes


def slot(person: str, on: int, start: int, end: int, meeting: int = 1) -> Slot:
    return Slot(person, UUID(int=on), UUID(int=meeting), after(start), after(end))


def test_a_person_on_two_items_at_once_is_found_across_meetings() -> None:
    one, other = slot("kenya", 1, 0, 30), slot("kenya", 2, 29, 40, meeting=2)
    assert conflicts([other, one]) == [(one, other)]


def test_slots_that_touch_or_belong_to_others_do_not_clash() -> None:
    assert (
        conflicts(
            [
                slot("kenya", 1, 0, 30),
                slot("kenya", 2, 30, 40),
                slot("uzbekistan", 2, 0, 40),
                slot("kenya", 3, 10, 10),
            ]
        )
        == []
    )


def test_two_parts_on_one_item_do_not_clash() -> None:
    assert conflicts([slot("kenya", 1, 0, 30), slot("kenya", 1, 10, 20)]) == []


slots = st.builds(
    lambda person, on, start, length: slot(person, on, start, start + length),
    st.sampled_from("ab"),
    st.integers(1, 4),
    st.integers(0, 20),
    st.integers(0, 10),
)


@unhurried
@given(st.lists(slots, max_size=15, unique=True))
def test_clashes_are_exactly_the_overlaps(found: list[Slot]) -> None:
    expected = {
        frozenset({one, other})
        for one, other in combinations(found, 2)
        if one.person_key == other.person_key
        and one.item_id != other.item_id
        and max(one.starts_at, other.starts_at) < min(one.ends_at, other.ends_at)
    }
    pairs = conflicts(found)
    assert {frozenset(pair) for pair in pairs} == expected
    assert len(pairs) == len(expected)
    assert all(one.starts_at <= other.starts_at for one, other in pairs)


# Versions


def test_versions_go_from_provisional_over_revisions_to_adopted() -> None:
    following = {
        VersionStatus.PROVISIONAL: {VersionStatus.REVISED, VersionStatus.ADOPTED},
        VersionStatus.REVISED: {VersionStatus.REVISED, VersionStatus.ADOPTED},
        VersionStatus.ADOPTED: set(),
    }
    assert following == TRANSITIONS
