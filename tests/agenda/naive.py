"""The timetable once more, as slowly and plainly as can be, to compare the program's with.

It walks the tree with whole minutes after the meeting's start, and knows nothing of what is
flexible.
"""

from collections.abc import Sequence
from uuid import UUID

from app.agenda.lifecycle import ItemKind
from app.agenda.policy import PlannedItem
from tests.agenda.outlines import MINUTE, START

Span = tuple[int, int]
Sitting = tuple[UUID, int, int]


def spans(items: Sequence[PlannedItem], sittings: Sequence[Sitting] = ()) -> dict[UUID, Span]:
    """The own time of every item, without what lies under it."""
    found: dict[UUID, Span] = {}
    _siblings(None, list(items), sittings, min((s[1] for s in sittings), default=0), True, found)
    return found


def _siblings(
    parent: UUID | None,
    items: list[PlannedItem],
    sittings: Sequence[Sitting],
    time: int,
    alive: bool,
    found: dict[UUID, Span],
    at_once: bool = False,
) -> int:
    children = [item for item in items if item.parent_id == parent]
    children.sort(key=lambda item: (item.position, item.id))
    ends = [time]
    for child in children:
        start = ends[0] if at_once else max(ends)
        ends.append(_one(child, items, sittings, start, alive and child.stands, found))
    return max(ends)


def _one(
    item: PlannedItem,
    items: list[PlannedItem],
    sittings: Sequence[Sitting],
    time: int,
    alive: bool,
    found: dict[UUID, Span],
) -> int:
    if not alive:
        found[item.id] = (time, time)
        _siblings(item.id, items, sittings, time, False, found)
        return time
    start = _start(item, sittings, time)
    end = start + (item.duration or 0)
    found[item.id] = (start, end)
    return _siblings(
        item.id, items, sittings, max(time, end), True, found, at_once=item.in_parallel
    )


def _start(item: PlannedItem, sittings: Sequence[Sitting], time: int) -> int:
    if item.starts_at is not None:
        return round((item.starts_at - START) / MINUTE)
    named = [begin for sitting_id, begin, _ in sittings if sitting_id == item.sitting_id]
    if named:
        time = max(time, named[0])
    elif item.kind is ItemKind.BREAK:
        return time
    if any(begin <= time < end for _, begin, end in sittings):
        return time
    later = [begin for _, begin, _ in sittings if begin > time]
    return min(later, default=time)
