"""When the rest of an agenda will be on, given what has happened of it: pure, `now` is given."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from app.agenda.clockwork import Actual, Clock, SittingTimes
from app.agenda.policy import PlannedItem
from app.agenda.steps import Fork, Layout, Line, laid_out, steps_of
from app.agenda.timetable import ends_with_children, sittings_or_meeting
from app.core.choices import Choice


class ItemProgress(Choice):
    """How far an item has come."""

    OVER = "over"
    """It was on, and is not any more."""
    RUNNING = "running"
    """It is on."""
    TO_COME = "to_come"
    """It has not begun."""
    PASSED_OVER = "passed_over"
    """Something after it has begun, or what it lies under is over; it may still be started."""
    OFF = "off"
    """Withdrawn or merged."""


@dataclass(frozen=True, slots=True)
class ProjectedItem:
    """What will be, and what was; of what takes no time any more there are no times."""

    id: UUID
    progress: ItemProgress
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True)
class Projection:
    """In reading order, and when the last will have ended."""

    items: list[ProjectedItem]
    ends_at: datetime

    @cached_property
    def by_id(self) -> dict[UUID, ProjectedItem]:
        return {item.id: item for item in self.items}


def projected(
    items: Iterable[PlannedItem],
    actuals: Mapping[UUID, Actual],
    now: datetime,
    starts_at: datetime,
    ends_at: datetime,
    sittings: Sequence[SittingTimes] = (),
) -> Projection:
    """Nothing that has not begun begins before `now`, before what comes before it has ended, or
    before its pin. Durations stay as planned; flexible items take what is left then.
    """
    layout = laid_out(items)
    passed = frozenset(_passed(layout.line, actuals)) | frozenset(_under_ended(layout, actuals))
    spans = sittings_or_meeting(sittings, starts_at, ends_at)
    clock = Clock(spans, actuals, passed, now)
    last = clock.run(layout.line, sittings[0].begins_at if sittings else starts_at)
    blocks = [clock.blocks[step.item.id] for step in layout.read]
    ends = ends_with_children(layout.read, blocks, passed)
    begun = _begun(layout, actuals)
    found = []
    for step, block, until in zip(layout.read, blocks, ends, strict=True):
        item_id = step.item.id
        actual = actuals.get(item_id)
        progress = _progress(item_id, actual, passed, begun, alive=step.alive)
        start: datetime | None = block.starts_at
        end: datetime | None = until
        if progress is ItemProgress.RUNNING:
            start = actual.starts_at if actual else begun[item_id]
            end = max(now, until)
        elif progress is ItemProgress.OVER and actual is not None:
            end = actual.ends_at
        elif progress in {ItemProgress.OFF, ItemProgress.PASSED_OVER}:
            start = end = None
        found.append(ProjectedItem(item_id, progress, start, end))
    return Projection(found, last)


def _progress(
    item_id: UUID,
    actual: Actual | None,
    passed: frozenset[UUID],
    begun: Mapping[UUID, datetime],
    *,
    alive: bool,
) -> ItemProgress:
    if not alive:
        return ItemProgress.OFF
    if actual is not None:
        return ItemProgress.RUNNING if actual.ends_at is None else ItemProgress.OVER
    if item_id in begun:
        return ItemProgress.RUNNING
    return ItemProgress.PASSED_OVER if item_id in passed else ItemProgress.TO_COME


def _passed(line: Line, actuals: Mapping[UUID, Actual], *, over: bool = False) -> Iterator[UUID]:
    """What has not begun although something after it in its line has."""
    begun = [
        place
        for place, step in enumerate(line)
        if any(each.item.id in actuals for each in steps_of([step]))
    ]
    last = begun[-1] if begun else -1
    for place, step in enumerate(line):
        gone = over or place < last
        if isinstance(step, Fork):
            for branch in step.branches:
                yield from _passed(branch, actuals, over=gone)
        elif gone and step.item.id not in actuals:
            yield step.item.id


def _under_ended(layout: Layout, actuals: Mapping[UUID, Actual]) -> Iterator[UUID]:
    """What has not begun under something that is over."""
    ended: int | None = None
    for step in layout.read:
        if ended is not None and step.depth <= ended:
            ended = None
        actual = actuals.get(step.item.id)
        if ended is not None and actual is None:
            yield step.item.id
        elif ended is None and actual is not None and actual.ends_at is not None:
            ended = step.depth


def _begun(layout: Layout, actuals: Mapping[UUID, Actual]) -> dict[UUID, datetime]:
    """Items with something under them that has begun, and when the first of it did."""
    parents = {step.item.id: step.item.parent_id for step in layout.read}
    found: dict[UUID, datetime] = {}
    for item_id, actual in actuals.items():
        above = parents.get(item_id)
        while above is not None:
            found[above] = min(actual.starts_at, found.get(above, actual.starts_at))
            above = parents[above]
    return found
