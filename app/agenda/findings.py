"""What can be wrong with a timetable, and where the clock finds it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.agenda.clockwork import Block, Clock, SittingTimes, in_parallel, whole_minutes
from app.agenda.lifecycle import ItemKind
from app.agenda.steps import Step
from app.core.choices import Choice


class TimetableProblemKind(Choice):
    """What is wrong with a timetable; none of it forbids saving the agenda."""

    OVERRUN = "overrun"
    """What comes before runs past the pin of the item."""
    GAP = "gap"
    """Nothing is on before the pin of the item."""
    OUTSIDE_MEETING = "outside_meeting"
    """The item ends after a meeting without sittings."""
    MISSING_DURATION = "missing_duration"
    """The item has no minutes."""
    OUTSIDE_SITTING = "outside_sitting"
    """The item runs out of the sitting that it names, or else begins in."""
    NOTHING_LEFT = "nothing_left"
    """The item is flexible, and nothing is left for it."""
    BREAK_MISSING = "break_missing"
    """People work longer than `longest_stretch` without a pause."""
    LUNCH_MISSING = "lunch_missing"
    """A day goes on for more than six hours without half an hour free."""
    LONG_DAY = "long_day"
    """A day is longer than ten hours."""
    ROOM_TWICE = "room_twice"
    """Two items of a parallel segment are in one room."""
    SITTING_OUTSIDE_MEETING = "sitting_outside_meeting"
    """A sitting lies before or after the meeting."""


@dataclass(frozen=True, slots=True)
class TimetableProblem:
    """One thing to mend, at an item or, where it has none, at a sitting.

    `minutes` is its size: of the overrun or gap, how far the item's own time ends after the
    meeting or lies outside its sitting, by how much a stretch or a day is too long, how long two
    items are in one room; 0 for what has no time at all. Parts of a minute count as one.
    """

    kind: TimetableProblemKind
    item_id: UUID | None
    minutes: int
    sitting_id: UUID | None = None
    other_item_id: UUID | None = None
    """The item that it collides with, or after which there is room for a pause."""


NO_TIME: Final = frozenset(
    {TimetableProblemKind.MISSING_DURATION, TimetableProblemKind.NOTHING_LEFT}
)
"""Kinds whose problems have no minutes."""


def faults_of_steps(
    read: Iterable[Step], clock: Clock, ends_at: datetime | None
) -> Iterator[TimetableProblem]:
    """In reading order; `ends_at` is the end of a meeting without sittings."""
    for step in read:
        if step.alive:
            block = clock.blocks[step.item.id]
            found = dict(_sizes(step, block, clock, ends_at))
            sitting = block.sitting.id if block.sitting else None
            for kind, minutes in found.items():
                if minutes or kind in NO_TIME:
                    yield TimetableProblem(kind, step.item.id, minutes, sitting)


def faults_of_sittings(
    sittings: Iterable[SittingTimes], starts_at: datetime, ends_at: datetime | None
) -> Iterator[TimetableProblem]:
    """Sittings that lie before the meeting or after it, in whole or in part."""
    for sitting in sittings:
        early = whole_minutes(min(starts_at, sitting.ends_at) - sitting.begins_at)
        late = 0
        if ends_at is not None:
            late = whole_minutes(sitting.ends_at - max(ends_at, sitting.begins_at))
        if early + late:
            kind = TimetableProblemKind.SITTING_OUTSIDE_MEETING
            yield TimetableProblem(kind, None, early + late, sitting.id)


def rooms_twice(read: Iterable[Step], blocks: Mapping[UUID, Block]) -> Iterator[TimetableProblem]:
    """Items of parallel branches that are in one room at once, each with the first it meets."""
    on_now: dict[str, list[tuple[Step, Block]]] = {}
    timed = [(step, blocks[step.item.id]) for step in read if step.alive and step.item.room]
    for step, block in sorted(timed, key=lambda each: (each[1].starts_at, each[0].item.id)):
        if block.ends_at <= block.starts_at:
            continue
        room = " ".join((step.item.room or "").split()).casefold()
        others = [each for each in on_now.get(room, ()) if each[1].ends_at > block.starts_at]
        for other, there in others:
            if in_parallel(block.lane, there.lane):
                both = whole_minutes(min(block.ends_at, there.ends_at) - block.starts_at)
                yield TimetableProblem(
                    TimetableProblemKind.ROOM_TWICE, step.item.id, both, other_item_id=other.item.id
                )
                break
        on_now[room] = [*others, (step, block)]


def _sizes(
    step: Step, block: Block, clock: Clock, ends_at: datetime | None
) -> Iterator[tuple[TimetableProblemKind, int]]:
    own = block.ends_at > block.starts_at
    yield TimetableProblemKind.GAP, block.gap
    yield TimetableProblemKind.OVERRUN, block.overrun
    if step.flexible and not own:
        yield TimetableProblemKind.NOTHING_LEFT, 0
    elif step.item.duration is None and not step.heads and not step.flexible:
        yield TimetableProblemKind.MISSING_DURATION, 0
    if clock.sittings and clock.sittings[0].id is not None:
        yield TimetableProblemKind.OUTSIDE_SITTING, outside(step, block, clock)
    elif ends_at is not None and (own or not step.heads):
        yield TimetableProblemKind.OUTSIDE_MEETING, whole_minutes(block.ends_at - ends_at)


def outside(step: Step, block: Block, clock: Clock) -> int:
    """The minutes of an item's own time that lie outside its sitting.

    That is the one it names, or else the one in which it begins. A break may lie between two.
    """
    start, end = block.starts_at, block.ends_at
    named = clock.sitting_named(step.item.sitting_id)
    sitting = named or block.sitting
    first, last = clock.sittings[0].begins_at, clock.sittings[-1].ends_at
    if named is None and step.item.kind is ItemKind.BREAK:
        inside = min(end, last) - max(start, first)
    elif sitting is None:
        return whole_minutes(end - start)
    else:
        inside = min(end, sitting.ends_at) - max(start, sitting.begins_at)
    return whole_minutes(end - start - max(inside, inside * 0))
