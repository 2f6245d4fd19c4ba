"""An agenda laid out as steps that are timed one after the other, and forks that are not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from app.agenda.policy import PlannedItem


class Step(NamedTuple):
    """An item without what lies under it, which comes in later steps."""

    item: PlannedItem
    depth: int
    alive: bool
    """Whether it and all that it lies under stand; others take no time."""
    heads: bool
    """Whether items that stand lie under it."""

    @property
    def minutes(self) -> int:
        return (self.item.duration or 0) if self.alive else 0

    @property
    def pinned(self) -> bool:
        return self.alive and self.item.starts_at is not None

    @property
    def flexible(self) -> bool:
        return self.alive and self.item.flexible


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches that begin together; what comes after begins when the longest has ended."""

    id: UUID
    """Of the item that they lie under."""
    branches: "list[Line]"
    pinned: bool
    """Whether something in it has a pinned start."""
    flexible: bool
    elastic: bool
    """Whether every branch has something that could take more time, after its last pin."""


Line = list[Step | Fork]


@dataclass(frozen=True, slots=True)
class Layout:
    """All steps in reading order, and the line that they are run through in."""

    read: list[Step] = field(default_factory=list)
    line: Line = field(default_factory=list)


def laid_out(items: Iterable[PlannedItem]) -> Layout:
    """For items that `validate_tree` lets pass, in any order."""
    children: dict[UUID | None, list[PlannedItem]] = defaultdict(list)
    for item in items:
        children[item.parent_id].append(item)
    for siblings in children.values():
        siblings.sort(key=_by_place)
    layout = Layout()
    layout.line.extend(_line(children[None], 1, children, layout.read, alive=True))
    return layout


def steps_of(line: Line) -> Iterator[Step]:
    """Every step of a line, those within its forks too, in reading order."""
    for step in line:
        if isinstance(step, Fork):
            for branch in step.branches:
                yield from steps_of(branch)
        else:
            yield step


def _by_place(item: PlannedItem) -> tuple[int, UUID]:
    return item.position, item.id


def _line(
    siblings: list[PlannedItem],
    depth: int,
    children: dict[UUID | None, list[PlannedItem]],
    read: list[Step],
    *,
    alive: bool,
) -> Line:
    line: Line = []
    for item in siblings:
        below = children.get(item.id, [])
        lives = alive and item.stands
        step = Step(item, depth, lives, lives and any(child.stands for child in below))
        read.append(step)
        line.append(step)
        if below and step.heads and item.in_parallel:
            line += _forked(item, depth, children, read)
        elif below:
            line += _line(below, depth + 1, children, read, alive=lives)
    return line


def _forked(
    item: PlannedItem,
    depth: int,
    children: dict[UUID | None, list[PlannedItem]],
    read: list[Step],
) -> Line:
    """The fork under an item, behind those of its children that are on the agenda no more."""
    gone: Line = []
    branches: list[Line] = []
    for child in children[item.id]:
        branch = _line([child], depth + 1, children, read, alive=True)
        if child.stands:
            branches.append(branch)
        else:
            gone += branch
    pinned = any(step.pinned for branch in branches for step in steps_of(branch))
    flexible = any(step.flexible for branch in branches for step in steps_of(branch))
    elastic = all(_can_stretch(branch) for branch in branches)
    return [*gone, Fork(item.id, branches, pinned, flexible, elastic)]


def _can_stretch(line: Line) -> bool:
    for step in reversed(line):
        if isinstance(step, Fork):
            if step.elastic:
                return True
        elif step.flexible:
            return True
        if step.pinned:
            return False
    return False
