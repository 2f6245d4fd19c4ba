"""When everything on an agenda is on, as rules without a database."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.agenda.lifecycle import ItemKind
from app.agenda.policy import PlannedItem
from app.agenda.timetable import SittingTimes, TimetableProblem, TimetableProblemKind, timetable
from tests.agenda.outlines import END, MINUTE, START, after, item, trees, unhurried


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


def test_durations_cascade_from_the_start() -> None:
    assert spans([item(1, minutes=5), item(2, minutes=30), item(3, minutes=15)]) == [
        (1, 0, 5),
        (2, 5, 35),
        (3, 35, 50),
    ]


def test_the_order_is_that_of_positions_then_ids() -> None:
    items = [item(n)._replace(position=n % 2) for n in (4, 3, 2, 1)]
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
    assert table.problems == [TimetableProblem(TimetableProblemKind.GAP, UUID(int=2), 15)]
    assert table.ends_at == after(45)


def test_an_early_pin_holds_and_the_overrun_is_reported() -> None:
    table = timetable([item(1, minutes=40), item(2, at=30, minutes=30), item(3)], START, END)
    assert [(t.starts_at, t.ends_at) for t in table.items] == [
        (START, after(40)),
        (after(30), after(60)),
        (after(60), after(70)),
    ]
    assert table.problems == [TimetableProblem(TimetableProblemKind.OVERRUN, UUID(int=2), 10)]


def test_what_follows_a_short_pinned_item_waits_for_what_overran() -> None:
    items = [item(1, minutes=40), item(2, at=30, minutes=5), item(3)]
    assert spans(items) == [(1, 0, 40), (2, 30, 35), (3, 40, 50)]


def test_a_pin_before_the_meeting_is_an_overrun() -> None:
    table = timetable([item(1, at=-20, minutes=10)], START, END)
    assert table.problems == [TimetableProblem(TimetableProblemKind.OVERRUN, UUID(int=1), 20)]
    assert table.ends_at == START


def test_what_ends_after_the_meeting_is_reported_where_it_happens() -> None:
    items = [item(1, minutes=170), item(2, minutes=None), item(3, 2, 15), item(4, 2, 10)]
    table = timetable(items, START, END)
    assert table.problems == [
        TimetableProblem(TimetableProblemKind.OUTSIDE_MEETING, UUID(int=3), 5),
        TimetableProblem(TimetableProblemKind.OUTSIDE_MEETING, UUID(int=4), 15),
    ]
    assert timetable(items, START).problems == []


def test_ending_with_the_meeting_is_inside() -> None:
    assert timetable([item(1, minutes=180)], START, END).problems == []


def test_a_missing_duration_is_reported_and_takes_no_time() -> None:
    table = timetable([item(1, minutes=None), item(2, minutes=0)], START, END)
    assert table.problems == [
        TimetableProblem(TimetableProblemKind.MISSING_DURATION, UUID(int=1), 0)
    ]
    assert table.ends_at == START


def test_a_part_of_a_minute_counts_as_one() -> None:
    pinned = item(1)._replace(starts_at=START + timedelta(seconds=1))
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
        assert reported.get((timed.id, TimetableProblemKind.GAP), 0) == timed.gap_before
        assert reported.get((timed.id, TimetableProblemKind.OVERRUN), 0) == timed.overrun
    outside = [p.minutes for p in table.problems if p.kind is TimetableProblemKind.OUTSIDE_MEETING]
    headings = {i.parent_id for i in items} - {i.id for i in items if i.duration}
    ends = [t.starts_at + t.minutes * MINUTE for t in table.items if t.id not in headings]
    late = max([0, *(round((end - after(length)).total_seconds() / 60) for end in ends)])
    assert max([0, *outside]) == late


def test_two_thousand_items_are_timed() -> None:
    items = [item(n, None if n % 10 == 0 else n - n % 10) for n in range(2_000)]
    table = timetable(items, START)
    assert len(table.items) == 2_000
    assert table.ends_at == after(20_000)


# Sittings, flexible items, parallel segments


def sitting(number: int, begin: int, end: int, limit: int | None = None) -> SittingTimes:
    return SittingTimes(UUID(int=100 + number), after(begin), after(end), limit)


MORNING, AFTERNOON = sitting(1, 0, 180), sitting(2, 300, 480)


def found(
    items: Iterable[PlannedItem],
    sittings: Sequence[SittingTimes] = (MORNING, AFTERNOON),
    **members: Any,
) -> tuple[list[tuple[int, int, int]], list[tuple[str, int, int]]]:
    """Id, start and minutes of every item's own time, and the problems."""
    table = timetable(items, START, after(480), sittings, **members)
    return [(t.id.int, round((t.starts_at - START) / MINUTE), t.minutes) for t in table.items], [
        (p.kind.value, p.item_id.int if p.item_id else 0, p.minutes) for p in table.problems
    ]


def test_what_begins_at_the_end_of_a_sitting_goes_on_in_the_next() -> None:
    items = [item(1, minutes=180), item(2, minutes=60, kind=ItemKind.BREAK), item(3)]
    assert found(items) == ([(1, 0, 180), (2, 180, 60), (3, 300, 10)], [])
    for at, held in ((0, MORNING), (179, MORNING), (180, None), (300, AFTERNOON), (480, None)):
        table = timetable([item(1, at=at)], START, after(480), (MORNING, AFTERNOON))
        assert table.items[0].sitting_id == (held and held.id), at


def test_what_runs_past_its_sitting_is_told_with_its_minutes() -> None:
    items = [item(1, minutes=170), item(2, minutes=40), item(3), item(4, at=200)]
    assert found(items) == (
        [(1, 0, 170), (2, 170, 40), (3, 300, 10), (4, 200, 10)],
        [("outside_sitting", 2, 30), ("overrun", 4, 110), ("outside_sitting", 4, 10)],
    )


def test_an_item_waits_for_the_sitting_that_it_names() -> None:
    items = [item(1), item(2, sitting_id=AFTERNOON.id), item(3), item(4, at=400)]
    assert found(items) == (
        [(1, 0, 10), (2, 300, 10), (3, 310, 10), (4, 400, 10)],
        [("gap", 4, 80)],
    )


def test_flexible_items_share_what_their_sitting_has_left() -> None:
    flexible = [item(n, minutes=None, flexible=True) for n in (2, 4, 6)]
    items = [item(1), item(3), item(5, at=111), *flexible]
    assert found(items) == (
        [(1, 0, 10), (2, 10, 46), (3, 56, 10), (4, 66, 45), (5, 111, 10), (6, 121, 59)],
        [],
    )


def test_nothing_may_be_left() -> None:
    items = [item(1, minutes=180), item(2, 1, None, flexible=True), item(3, minutes=100)]
    times, problems = found(items, [MORNING])
    assert times == [(1, 0, 180), (2, 180, 0), (3, 180, 100)]
    assert ("nothing_left", 2, 0) in problems


def test_a_flexible_item_that_is_run_over_at_its_pin_goes_on_behind() -> None:
    items = [item(1, minutes=100), item(2, minutes=None, flexible=True, at=90), item(3)]
    assert found(items, [MORNING])[0] == [(1, 0, 100), (2, 90, 80), (3, 170, 10)]


def test_parallel_items_begin_together_and_the_longest_counts() -> None:
    items = [
        item(1, minutes=5, in_parallel=True),
        item(2, 1, None),
        item(3, 2, 20),
        item(4, 2, 30),
        item(5, 1, 15),
        item(6, 1, None, flexible=True),
        item(7),
    ]
    times, problems = found(items)
    assert times[1:] == [(2, 5, 0), (3, 5, 20), (4, 25, 30), (5, 5, 15), (6, 5, 50), (7, 55, 10)]
    assert problems == []
    assert spans(items)[0] == (1, 0, 55)


def test_groups_that_are_all_flexible_take_the_rest_together() -> None:
    items = [item(1, minutes=0, in_parallel=True), item(4, minutes=30)]
    items += [item(n, 1, None, flexible=True) for n in (2, 3)]
    assert found(items, [MORNING])[0] == [(1, 0, 0), (2, 0, 150), (3, 0, 150), (4, 150, 30)]


def test_what_is_no_more_on_the_agenda_takes_no_time() -> None:
    gone = item(2, minutes=None, stands=False, at=400)
    items = [item(1), gone, item(3, 2, 60, room="A"), item(4)]
    assert found(items) == ([(1, 0, 10), (2, 10, 0), (3, 10, 0), (4, 10, 10)], [])


def test_interpreters_need_pauses() -> None:
    work = [item(n, minutes=70) for n in (1, 2)]
    assert found(work, longest_stretch=120)[1] == [("break_missing", 2, 20)]
    assert found(work, [sitting(1, 0, 180, 130)], longest_stretch=120)[1] == [
        ("break_missing", 2, 10)
    ]
    short = item(3, minutes=9, kind=ItemKind.BREAK)
    pause = short._replace(duration=10)
    for between, problems in ((short, [("break_missing", 2, 29)]), (pause, [])):
        items = [work[0], between._replace(position=1), work[1]]
        assert found(items, longest_stretch=120)[1] == problems


def test_days_need_a_lunch_and_an_end() -> None:
    hours = [sitting(1, 0, 700)]
    assert found([item(1, minutes=200), item(2, minutes=200)], hours)[1] == [
        ("lunch_missing", 2, 40),
        ("sitting_outside_meeting", 0, 220),
    ]
    items = [item(1, minutes=330), item(2, minutes=340, at=360)]
    assert ("long_day", 2, 100) in found(items, hours)[1]


def test_one_room_holds_one_of_two_parallel_items() -> None:
    items = [
        item(1, minutes=None, in_parallel=True),
        item(2, 1, 20, room="Room  4"),
        item(3, 1, None),
        item(4, 3, 5, room="room 5"),
        item(5, 3, 30, room="room 4 "),
        item(6, minutes=10, room="room 4"),
    ]
    assert found(items)[1] == [("room_twice", 5, 15)]
    items[3:5] = [item(4, 3, 20, room="room 5"), item(5, 3, 30, room="room 4 ")]
    assert found(items)[1] == []  # the one ends when the other begins
