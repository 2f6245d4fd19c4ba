"""What holds for every timetable, whatever the agenda; each law takes an agenda and checks it."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from app.agenda import retiming
from app.agenda.clockwork import Actual, SittingTimes
from app.agenda.fitting import DoesNotFit, apportioned, fitted
from app.agenda.lifecycle import ChildrenRun, ItemAccess, ItemKind, ItemStanding
from app.agenda.policy import MAX_DEPTH, PlannedItem
from app.agenda.projection import ItemProgress, projected
from app.agenda.sittings import HeldSitting
from app.agenda.steps import laid_out
from app.agenda.timetable import Timetable, TimetableProblemKind, timetable
from app.agenda.tree import ItemState, WorkingAgenda
from app.core.problems import Problem
from app.meetings.tables import Meeting
from tests.agenda import naive
from tests.agenda.outlines import MINUTE, START, after, item, trees

Agenda = tuple[list[PlannedItem], list[SittingTimes], datetime]


@st.composite
def agendas(draw: st.DrawFn, *, most: int = 9, pins: bool = True) -> Agenda:
    """Items, sittings that do not overlap, and the end of the meeting."""
    items = draw(trees(pins=pins, most=most, rich=True))
    sittings = []
    time = 0
    for number in range(draw(st.integers(0, 3))):
        begin = time + draw(st.integers(0, 120))
        time = begin + draw(st.integers(1, 240))
        limit = draw(st.none() | st.integers(15, 180))
        sittings.append(SittingTimes(UUID(int=1000 + number), after(begin), after(time), limit))
    named = st.sampled_from([None, None, *(sitting.id for sitting in sittings)])
    items = [item._replace(sitting_id=draw(named)) for item in items]
    return items, sittings, after(max(time, draw(st.integers(1, 600))))


def random_agenda(seed: int, most: int = 20) -> Agenda:
    """As quick as can be, for campaigns."""
    dice = random.Random(seed)  # noqa: S311  # no secret
    sittings = []
    time = 0
    for number in range(dice.randint(0, 3)):
        begin = time + dice.randint(0, 120)
        time = begin + dice.randint(1, 240)
        limit = dice.choice([None, 15, 60, 120, 180])
        sittings.append(SittingTimes(UUID(int=1000 + number), after(begin), after(time), limit))
    named = [None, None, None, *(sitting.id for sitting in sittings)]
    rate = dice.random()
    items: list[PlannedItem] = []
    depths: dict[int, int] = {}
    for number in range(1, dice.randint(0, most) + 1):
        above = [None, *(n for n, depth in depths.items() if depth < MAX_DEPTH)]
        parent = dice.choice(above)
        depths[number] = 1 if parent is None else depths[parent] + 1
        flexible = dice.random() < 0.2
        minutes = None if flexible or dice.random() < 0.1 else dice.randint(0, 90)
        kinds = [ItemKind.PANEL, ItemKind.BRIEFING, ItemKind.BREAK]
        pin = dice.randint(-60, 400) if dice.random() < rate / 2 else None
        planned = item(
            number,
            parent,
            minutes,
            dice.choice(kinds),
            pin,
            flexible=flexible,
            in_parallel=dice.random() < 0.4,
            stands=dice.random() > 0.1,
            room=dice.choice([None, "A", " a ", "B"]),
            sitting_id=dice.choice(named) if dice.random() < rate else None,
        )
        items.append(planned._replace(position=dice.randint(0, 5)))
    dice.shuffle(items)
    return items, sittings, after(max(time, dice.randint(1, 600)))


def table_of(agenda: Agenda) -> Timetable:
    items, sittings, end = agenda
    return timetable(items, START, end, sittings, longest_stretch=120)


def it_is_what_the_plain_way_finds(agenda: Agenda) -> None:
    items, sittings, end = agenda
    items = [i._replace(flexible=False) for i in items]
    known = [(s.id or UUID(int=0), _minute(s.begins_at), _minute(s.ends_at)) for s in sittings]
    plain = naive.spans(items, known)
    table = timetable(items, START, end, sittings)
    assert {
        t.id: (_minute(t.starts_at), _minute(t.starts_at) + t.minutes) for t in table.items
    } == (plain)


def the_order_of_the_rows_does_not_matter(agenda: Agenda) -> None:
    items, sittings, end = agenda
    assert table_of((sorted(items, key=lambda i: i.id), sittings, end)) == table_of(agenda)


def pins_hold_and_times_go_forward(agenda: Agenda) -> None:
    items, *_ = agenda
    table = table_of(agenda)
    timed = {each.id: each for each in table.items}
    alive = {step.item.id for step in laid_out(items).read if step.alive}
    for each in items:
        me = timed[each.id]
        assert me.minutes >= 0
        assert me.ends_at >= me.starts_at
        if each.id not in alive:
            assert me.minutes == me.gap_before == me.overrun == 0
            continue
        if each.starts_at is not None:
            assert me.starts_at == each.starts_at
        if not each.flexible:
            assert me.minutes == (each.duration or 0)
        below = [timed[i.id] for i in items if i.parent_id == each.id and i.id in alive]
        own = me.starts_at + me.minutes * MINUTE
        assert me.ends_at == max([own, *(child.ends_at for child in below)])
        for child, pin in ((c, next(i for i in items if i.id == c.id).starts_at) for c in below):
            assert pin is not None or child.starts_at >= own


def what_is_gone_causes_no_problem(agenda: Agenda) -> None:
    items, *_ = agenda
    gone = {step.item.id for step in laid_out(items).read if not step.alive}
    table = table_of(agenda)
    assert not [p for p in table.problems if p.item_id in gone or p.other_item_id in gone]
    assert all(problem.minutes >= 0 for problem in table.problems)


def flexible_items_share_fairly_and_cause_nothing(agenda: Agenda) -> None:
    """No pin is run over, and no sitting, that would not be so without them.

    Where pins are in a wrong order, or between sittings, more may be wrong.
    """
    items, sittings, end = agenda
    bare = [i._replace(flexible=False) for i in items]
    harm = {
        TimetableProblemKind.OVERRUN,
        TimetableProblemKind.OUTSIDE_MEETING,
        TimetableProblemKind.OUTSIDE_SITTING,
    }

    def harmed(table: Timetable) -> set[tuple[TimetableProblemKind, UUID | None, int]]:
        return {(p.kind, p.item_id, p.minutes) for p in table.problems if p.kind in harm}

    without = harmed(timetable(bare, START, end, sittings))
    spans = sittings or [SittingTimes(None, START, end)]
    pins = [each.starts_at for each in items if each.starts_at is not None]
    if all(any(s.begins_at <= pin < s.ends_at for s in spans) for pin in pins) and not [
        kind for kind, *_ in without if kind is TimetableProblemKind.OVERRUN
    ]:
        assert harmed(table_of(agenda)) <= without


def fitting_sums_exactly(agenda: Agenda, *, fill: bool) -> None:
    items, sittings, end = agenda
    try:
        durations = fitted(items, START, end, sittings, fill=fill)
    except DoesNotFit:
        return
    known = {i.id: i for i in items}
    kinds = {known[item_id].kind for item_id in durations}
    assert ItemKind.BREAK not in kinds
    assert all(1 <= n <= 1440 for n in durations.values())
    if not fill:
        assert all(n < (known[item_id].duration or 0) for item_id, n in durations.items())


def one_line_fits(items: Sequence[PlannedItem], available: int, *, fill: bool) -> None:
    """Without pins the whole is as long as there is time, unless it was short already."""
    durations = fitted(items, START, after(available), fill=fill)
    changed = [i._replace(duration=durations.get(i.id, i.duration)) for i in items]
    before, now = (timetable(each, START).ends_at for each in (items, changed))
    if before > after(available) or (fill and durations):
        assert now == after(available)
    else:
        assert (now, durations) == (before, {})


def parts_have_their_sum(weights: Sequence[int], total: int) -> None:
    least = [1] * len(weights)
    found = apportioned(weights, least, total)
    assert sum(found) == total
    assert min(found) >= 1
    for (one, mine), (other, theirs) in pairwise(zip(weights, found, strict=True)):
        assert one < other or mine >= theirs
        assert one != other or mine - theirs in {0, 1}


def nothing_begun_is_as_planned(agenda: Agenda) -> None:
    """At the start of the meeting, where no pin is run over."""
    items, sittings, end = agenda
    table = table_of(agenda)
    if any(p.kind is TimetableProblemKind.OVERRUN for p in table.problems):
        return
    now = START - timedelta(days=1)
    found = projected(items, {}, now, START, end, sittings)
    alive = {step.item.id for step in laid_out(items).read if step.alive}
    assert [(i.id, i.starts_at, i.ends_at) for i in found.items if i.id in alive] == [
        (t.id, t.starts_at, t.ends_at) for t in table.items if t.id in alive
    ]
    assert found.ends_at == table.ends_at


def what_is_projected_can_still_be(agenda: Agenda, started: int, now: int) -> None:
    """Nothing to come begins before now or its pin, and breaks are as long as planned."""
    items, sittings, end = agenda
    steps = [step for step in laid_out(items).read if step.alive]
    actuals = {}
    for step in steps[:started]:
        last = step is steps[:started][-1] or step.heads
        actuals[step.item.id] = Actual(after(now - 5), None if last else after(now - 3))
    found = {i.id: i for i in projected(items, actuals, after(now), START, end, sittings).items}
    for step in steps:
        mine = found[step.item.id]
        if mine.progress is ItemProgress.TO_COME:
            assert mine.starts_at is not None
            assert mine.ends_at is not None
            assert after(now) <= mine.starts_at <= mine.ends_at
            if step.item.starts_at is not None:
                assert mine.starts_at >= step.item.starts_at
            assert mine.ends_at - mine.starts_at >= timedelta(minutes=step.minutes)


def _minute(instant: datetime) -> int:
    return round((instant - START) / MINUTE)


def working(agenda: Agenda) -> WorkingAgenda:
    """As the service has it in memory; pins are as far from the start as on the wall."""
    items, sittings, end = agenda
    times: dict[str, Any] = {
        "timezone": "UTC",
        "local_start": START.replace(tzinfo=None),
        "local_end": end.replace(tzinfo=None),
        "starts_at": START,
        "ends_at": end,
    }
    meeting = Meeting(**times)
    held = [
        HeldSitting(
            sitting.id or UUID(int=0),
            0,
            {},
            sitting.longest_stretch,
            sitting.begins_at.replace(tzinfo=None),
            sitting.ends_at.replace(tzinfo=None),
            sitting,
        )
        for sitting in sittings
    ]
    states = {each.id: _state(each) for each in items}
    return WorkingAgenda(meeting, states, dict.fromkeys(states), sittings=tuple(held))


def swapping_twice_changes_nothing(agenda: Agenda, one: int, other: int) -> None:
    before = working(agenda)
    first_id, second_id = (UUID(int=1 + number % max(1, len(agenda[0]))) for number in (one, other))
    try:
        there = retiming.swap(before, first_id, second_id)
    except Problem:
        return
    assert retiming.swap(there, first_id, second_id).states == before.states
    if all(each.stands and not each.flexible for each in agenda[0]):
        sums = [sum(timed.minutes for timed in each.timetable.items) for each in (before, there)]
        assert sums[0] == sums[1]


def _flexible_in_parallel(items: Sequence[PlannedItem]) -> bool:
    """Whether something flexible lies in a parallel segment, where a pin ends its share."""
    by_id = {each.id: each for each in items}
    for each in items:
        above = each
        while each.flexible and above.parent_id is not None:
            above = by_id[above.parent_id]
            if above.in_parallel:
                return True
    return False


def shifting_there_and_back_changes_no_time(agenda: Agenda, which: int, minutes: int) -> None:
    """The item is pinned from there on, by which flexible ones beside it may share otherwise."""
    if _flexible_in_parallel(agenda[0]):
        return
    before = working(agenda)
    item_id = UUID(int=1 + which % max(1, len(agenda[0])))
    if item_id not in before.states:
        return
    reach = retiming.ShiftReach.MEETING
    there = retiming.shift(before, item_id, minutes, reach)
    back = retiming.shift(there, item_id, -minutes, reach)
    times, again = (
        {t.id: (t.starts_at, t.ends_at) for t in each.timetable.items} for each in (before, back)
    )
    assert times == again
    moved = {t.id: t.starts_at for t in there.timetable.items}
    alive = {step.item.id for step in laid_out(agenda[0]).read if step.alive}
    if item_id in alive:
        assert moved[item_id] == times[item_id][0] + minutes * MINUTE


def _state(planned: PlannedItem) -> ItemState:
    pin = planned.starts_at
    return ItemState(
        planned.id,
        planned.parent_id,
        planned.position,
        planned.kind,
        {},
        {},
        planned.duration,
        None if pin is None else _minute(pin),
        ItemAccess.PUBLIC,
        None,
        None,
        standing=ItemStanding.STANDING if planned.stands else ItemStanding.WITHDRAWN,
        sitting_id=planned.sitting_id,
        children_run=ChildrenRun.IN_PARALLEL if planned.in_parallel else ChildrenRun.IN_SEQUENCE,
        flexible=planned.flexible,
        room=planned.room,
    )
