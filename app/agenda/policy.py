"""Pure rules of the agenda: its tree and its order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from app.agenda.lifecycle import ItemKind, ItemStanding

MAX_DEPTH: Final = 10
MAX_ITEMS: Final = 1000


class Node(Protocol):
    """What the rules of the tree need of an item; siblings are in the order of `position`, `id`."""

    @property
    def id(self) -> UUID: ...
    @property
    def parent_id(self) -> UUID | None: ...
    @property
    def position(self) -> int: ...


class Merging(Node, Protocol):
    """What the rules of withdrawing and merging need besides."""

    @property
    def standing(self) -> ItemStanding: ...
    @property
    def merged_into_id(self) -> UUID | None: ...


class PlannedItem(NamedTuple):
    """An item as the organizer plans it.

    `duration` is in minutes and the item's own: what lies under the item comes after it and is
    not part of it. `starts_at` is a pinned start in UTC, None where the start follows from what
    comes before. Siblings are in the order of `position`, then of `id`. One that does not stand
    takes no time, nor does what lies under it.
    """

    id: UUID
    parent_id: UUID | None
    position: int
    kind: ItemKind
    duration: int | None
    starts_at: datetime | None = None
    stands: bool = True
    sitting_id: UUID | None = None
    in_parallel: bool = False
    flexible: bool = False
    room: str | None = None


class BadTree(ValueError):
    """The items do not make an agenda."""


class TooManyItems(BadTree):
    """An agenda has at most `MAX_ITEMS` items."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"An agenda has at most {MAX_ITEMS} items, not {count}.")


class UnfitItem(BadTree):
    """One item, `item_id`, is in the wrong place."""

    reason = "is in the wrong place"

    def __init__(self, item_id: UUID) -> None:
        self.item_id = item_id
        super().__init__(f"Item {item_id} {self.reason}.")


class DuplicateItem(UnfitItem):
    """Two items have the same id."""

    reason = "is there twice"


class UnknownParent(UnfitItem):
    """The item lies under one that is not part of this agenda."""

    reason = "lies under an item that is not on this agenda"


class AgendaCycle(UnfitItem):
    """The item lies under itself, over one or more others."""

    reason = "lies under itself"


class TooDeep(UnfitItem):
    """The item lies more than `MAX_DEPTH` levels deep."""

    reason = f"lies more than {MAX_DEPTH} levels deep"


class UnknownTarget(UnfitItem):
    """The item was merged into one that is not part of this agenda any more."""

    reason = "was merged into an item that would go"


class OverTarget(UnfitItem):
    """The item was merged into one that lies under it."""

    reason = "would lie above the item that it was merged into"


class NoSuchPosition(ValueError):
    """The place to move to is not among the siblings."""

    def __init__(self, index: int, last: int) -> None:
        self.index, self.last = index, last
        super().__init__(f"The place must be from 0 to {last}, not {index}.")


def validate_tree(items: Iterable[Node]) -> None:
    """Make sure that the items are a tree that can be numbered and timed.

    It looks at each item once, however deep a chain may be. Raises `TooManyItems`,
    `DuplicateItem`, `UnknownParent`, `AgendaCycle`, `TooDeep`.
    """
    parents: dict[UUID, UUID | None] = {}
    for item in items:
        if item.id in parents:
            raise DuplicateItem(item.id)
        parents[item.id] = item.parent_id
    if len(parents) > MAX_ITEMS:
        raise TooManyItems(len(parents))
    depths: dict[UUID | None, int] = {None: 0}
    for item_id in parents:
        _measure(item_id, parents, depths)


def validate_merges(items: Mapping[UUID, Merging]) -> None:
    """Make sure that what was merged lies nowhere above that which has taken it in.

    Of what was taken in by an item that is not there, `UnknownTarget` is raised; else `OverTarget`.
    """
    for item in items.values():
        at = item.merged_into_id
        if at is not None and at not in items:
            raise UnknownTarget(item.id)
        while at is not None:
            if at == item.id:
                raise OverTarget(item.id)
            at = items[at].parent_id


def off_agenda(items: Iterable[Merging]) -> frozenset[UUID]:
    """The items that were withdrawn or merged, and whatever lies under one."""
    below: dict[UUID | None, list[UUID]] = defaultdict(list)
    waiting = []
    for item in items:
        below[item.parent_id].append(item.id)
        if item.standing is not ItemStanding.STANDING:
            waiting.append(item.id)
    off: set[UUID] = set()
    while waiting:
        at = waiting.pop()
        if at not in off:
            off.add(at)
            waiting += below[at]
    return frozenset(off)


def moved(siblings: Sequence[UUID], item_id: UUID, index: int) -> list[UUID]:
    """The siblings in their order once the item has the place `index`, counted from 0.

    An item from elsewhere is put in. Raises `NoSuchPosition`.
    """
    others = [sibling for sibling in siblings if sibling != item_id]
    if not 0 <= index <= len(others):
        raise NoSuchPosition(index, len(others))
    return [*others[:index], item_id, *others[index:]]


def new_positions(
    items: Iterable[Node], item_id: UUID, parent_id: UUID | None, index: int
) -> dict[UUID, int]:
    """The positions of the item and its new siblings once it is moved under a parent.

    Positions count from 0 without holes. The siblings it leaves keep theirs, as the order stays.
    Raises `NoSuchPosition`; whether the new place makes a tree is for `validate_tree` to say.
    """
    siblings = sorted((item for item in items if item.parent_id == parent_id), key=_by_position)
    order = moved([sibling.id for sibling in siblings], item_id, index)
    return {sibling: position for position, sibling in enumerate(order)}


def _measure(
    item_id: UUID, parents: Mapping[UUID, UUID | None], depths: dict[UUID | None, int]
) -> None:
    """Walk up to an item whose depth is known; a cycle need not contain the one it began at."""
    walked: dict[UUID, None] = {}
    at: UUID | None = item_id
    while at is not None and at not in depths:
        if at in walked:
            raise AgendaCycle(at)
        if at not in parents:
            raise UnknownParent(next(reversed(walked)))
        walked[at] = None
        at = parents[at]
    for above in reversed(walked):
        depths[above] = depths[parents[above]] + 1
        if depths[above] > MAX_DEPTH:
            raise TooDeep(above)


def _by_position(item: Node) -> tuple[int, UUID]:
    return item.position, item.id
