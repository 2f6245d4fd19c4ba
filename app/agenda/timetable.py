"""The timetable of an agenda: pure arithmetic on minutes, pins and sittings.

Every item begins when all that comes before it has ended. A pinned start holds in any case: an
item that comes too early leaves a gap, one that comes too late an overrun, and what follows begins
when both have ended, so that an item without a pin never begins before the end of an earlier one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from app.agenda.clockwork import Block, Clock, SittingTimes
from app.agenda.findings import (
    TimetableProblem,
    TimetableProblemKind,
    faults_of_sittings,
    faults_of_steps,
    rooms_twice,
)
from app.agenda.pauses import faults_of_work
from app.agenda.policy import PlannedItem
from app.agenda.steps import Step, laid_out

__all__ = [
    "SittingTimes",
    "TimedItem",
    "Timetable",
    "TimetableProblem",
    "TimetableProblemKind",
    "timetable",
]


class TimedItem(NamedTuple):
    """An item with its place and its times, all in UTC.

    `depth` is 1 at the top. `ends_at` is the end of everything under the item. `gap_before` are
    the minutes of nothing before its start in its sitting, `overrun` the minutes that what comes
    before runs past a pinned start; at most one of the two is not zero.
    """

    id: UUID
    depth: int
    starts_at: datetime
    ends_at: datetime
    gap_before: int
    overrun: int
    minutes: int = 0
    """Of its own, also those that a flexible item takes."""
    sitting_id: UUID | None = None
    """In which it begins, where the meeting has sittings."""


@dataclass(frozen=True)
class Timetable:
    """The items in reading order, depth first, when the last of them ends, and what is wrong.

    What is wrong is looked for when somebody asks.
    """

    items: list[TimedItem]
    ends_at: datetime
    look: Callable[[], Iterable[TimetableProblem]] = field(repr=False, compare=False)

    @cached_property
    def by_id(self) -> dict[UUID, TimedItem]:
        return {item.id: item for item in self.items}

    @cached_property
    def problems(self) -> list[TimetableProblem]:
        return list(self.look())


def timetable(
    items: Iterable[PlannedItem],
    starts_at: datetime,
    ends_at: datetime | None = None,
    sittings: Sequence[SittingTimes] = (),
    *,
    longest_stretch: int | None = None,
) -> Timetable:
    """When every item is on, for items that `validate_tree` lets pass.

    Sittings come in their order and do not overlap; without any, the meeting is the one sitting,
    and without `ends_at` nothing can be outside. `longest_stretch` holds for sittings that do not
    have their own.
    """
    layout = laid_out(items)
    clock = Clock(sittings_or_meeting(sittings, starts_at, ends_at))
    last = clock.run(layout.line, sittings[0].begins_at if sittings else starts_at)

    def look() -> Iterator[TimetableProblem]:
        yield from faults_of_steps(layout.read, clock, ends_at)
        yield from rooms_twice(layout.read, clock.blocks)
        yield from faults_of_work(layout.read, clock, longest_stretch)
        yield from faults_of_sittings(sittings, starts_at, ends_at)

    return Timetable(_timed(layout.read, clock.blocks), last, look)


def sittings_or_meeting(
    sittings: Sequence[SittingTimes], starts_at: datetime, ends_at: datetime | None
) -> Sequence[SittingTimes]:
    if sittings or ends_at is None:
        return sittings
    return [SittingTimes(None, starts_at, ends_at)]


def ends_with_children(
    read: Sequence[Step], blocks: Sequence[Block], passed: frozenset[UUID] = frozenset()
) -> list[datetime]:
    """The end of each item and all under it, without what takes no time; all by their places."""
    latest: dict[int, datetime] = {}
    found: list[datetime] = []
    for step, block in zip(reversed(read), reversed(blocks), strict=True):
        end, depth = block.ends_at, step.depth
        total = max(end, latest.pop(depth + 1, end))
        found.append(total)
        if step.alive and (not passed or step.item.id not in passed):
            latest[depth] = max(total, latest.get(depth, total))
    found.reverse()
    return found


def _timed(read: Sequence[Step], blocks: Mapping[UUID, Block]) -> list[TimedItem]:
    placed = [blocks[step.item.id] for step in read]
    ends = ends_with_children(read, placed)
    return [
        TimedItem(
            step.item.id,
            step.depth,
            block.starts_at,
            end,
            block.gap,
            block.overrun,
            round((block.ends_at - block.starts_at).total_seconds() / 60),
            block.sitting.id if block.sitting else None,
        )
        for step, block, end in zip(read, placed, ends, strict=True)
    ]
