"""Pure rules of the agenda: its tree, its numbers, its order and its clashes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.agenda.lifecycle import ItemKind

MAX_DEPTH: Final = 5
MAX_ITEMS: Final = 500


@dataclass(frozen=True, slots=True)
class PlannedItem:
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


@dataclass(frozen=True, slots=True)
class Slot:
    """A person's time on an item; `person_key` is the same wherever the person is."""

    person_key: str
    item_id: UUID
    meeting_id: UUID
    starts_at: datetime
    ends_at: datetime


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


class NoSuchPosition(ValueError):
    """The place to move to is not among the siblings."""

    def __init__(self, index: int, last: int) -> None:
        self.index, self.last = index, last
        super().__init__(f"The place must be from 0 to {last}, not {index}.")


def validate_tree(items: Iterable[PlannedItem]) -> None:
    """Make sure that the items are a tree that can be numbered and timed.

    Raises `TooManyItems`, `DuplicateItem`, `UnknownParent`, `AgendaCycle`, `TooDeep`.
    """
    planned = list(items)
    if len(planned) > MAX_ITEMS:
        raise TooManyItems(len(planned))
    parents: dict[UUID, UUID | None] = {}
    for item in planned:
        if item.id in parents:
            raise DuplicateItem(item.id)
        parents[item.id] = item.parent_id
    for item in planned:
        _validate_place(item.id, parents)


def number_items(items: Iterable[PlannedItem]) -> dict[UUID, str | None]:
    """The number of every item by its place: 1, 2, 2(a), 2(a)(i), then 2(a)(i)(1).

    Breaks, and whatever lies under one, have no number and use none up.
    """
    return {item.id: number for item, _, number in _in_reading_order(items)}


def conflicts(slots: Iterable[Slot]) -> list[tuple[Slot, Slot]]:
    """Every two slots in which one person is on two items at once, the earlier slot first.

    Slots that only touch do not clash, nor do two parts on one item, such as moderating it and
    speaking. The pairs are in the order of time.
    """
    found = []
    on_now: dict[str, list[Slot]] = defaultdict(list)
    for slot in sorted(slots, key=_by_time):
        if slot.starts_at >= slot.ends_at:
            continue
        others = [other for other in on_now[slot.person_key] if other.ends_at > slot.starts_at]
        found += [(other, slot) for other in others if other.item_id != slot.item_id]
        on_now[slot.person_key] = [*others, slot]
    return found


def moved(siblings: Sequence[UUID], item_id: UUID, index: int) -> list[UUID]:
    """The siblings in their order once the item has the place `index`, counted from 0.

    An item from elsewhere is put in. Raises `NoSuchPosition`.
    """
    others = [sibling for sibling in siblings if sibling != item_id]
    if not 0 <= index <= len(others):
        raise NoSuchPosition(index, len(others))
    return [*others[:index], item_id, *others[index:]]


def new_positions(
    items: Iterable[PlannedItem], item_id: UUID, parent_id: UUID | None, index: int
) -> dict[UUID, int]:
    """The positions of the item and its new siblings once it is moved under a parent.

    Positions count from 0 without holes. The siblings it leaves keep theirs, as the order stays.
    Raises `NoSuchPosition`; whether the new place makes a tree is for `validate_tree` to say.
    """
    siblings = sorted((item for item in items if item.parent_id == parent_id), key=_by_position)
    order = moved([sibling.id for sibling in siblings], item_id, index)
    return {sibling: position for position, sibling in enumerate(order)}


def _validate_place(item_id: UUID, parents: Mapping[UUID, UUID | None]) -> None:
    """Walk up to the top; a cycle need not contain the item from which the walk comes to it."""
    seen = {item_id}
    above = parents[item_id]
    while above is not None:
        if above not in parents:
            raise UnknownParent(item_id)
        if above in seen:
            raise AgendaCycle(above)
        seen.add(above)
        above = parents[above]
    if len(seen) > MAX_DEPTH:
        raise TooDeep(item_id)


def _in_reading_order(items: Iterable[PlannedItem]) -> list[tuple[PlannedItem, int, str | None]]:
    """The items depth first, each with its depth, 1 at the top, and its number."""
    children: dict[UUID | None, list[PlannedItem]] = defaultdict(list)
    for item in sorted(items, key=_by_position):
        children[item.parent_id].append(item)
    read = []
    waiting = _numbered(children[None], 1, "")
    while waiting:
        item, depth, number = waiting.pop()
        read.append((item, depth, number))
        waiting += _numbered(children[item.id], depth + 1, number)
    return read


def _by_position(item: PlannedItem) -> tuple[int, UUID]:
    return item.position, item.id


def _by_time(slot: Slot) -> tuple[datetime, datetime, UUID, UUID]:
    return slot.starts_at, slot.ends_at, slot.meeting_id, slot.item_id


def _numbered(
    siblings: list[PlannedItem], depth: int, above: str | None
) -> list[tuple[PlannedItem, int, str | None]]:
    """Siblings with depth and number, the last first, as a stack wants them."""
    write = _NUMERALS.get(depth, _in_brackets)
    numbered: list[tuple[PlannedItem, int, str | None]] = []
    count = 0
    for item in siblings:
        if above is None or item.kind is ItemKind.BREAK:
            numbered.append((item, depth, None))
        else:
            count += 1
            numbered.append((item, depth, above + write(count)))
    return numbered[::-1]


def _letters(count: int) -> str:
    """(a) to (z), then (aa), (ab) as columns of a sheet go on."""
    letters = ""
    while count:
        count, rest = divmod(count - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return f"({letters})"


def _roman(count: int) -> str:
    """(i), (ii), (iii), (iv)."""
    roman = ""
    for value, numeral in _ROMAN:
        times, count = divmod(count, value)
        roman += numeral * times
    return f"({roman})"


def _in_brackets(count: int) -> str:
    return f"({count})"


_ROMAN: Final = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_NUMERALS: Final[dict[int, Callable[[int], str]]] = {1: str, 2: _letters, 3: _roman}
