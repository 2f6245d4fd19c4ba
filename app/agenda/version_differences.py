"""What is different between two issued agendas: pure functions over plain values.

Members are compared by their names, whatever they are, so that a new one needs nothing here. One
that only one of the two versions knows came with a newer program and is not compared, at whatever
depth it stands.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from app.agenda.languages import TEXTS
from app.agenda.lifecycle import ItemChangeKind, ItemStanding
from app.agenda.orders import in_common_order

PLACE: Final = "place"
_STRUCTURE: Final = frozenset({"id", "items", "depth"})
_TIMES: Final = frozenset({"starts_at", "ends_at", "local_start", "local_end", "minutes"})
_STANDING: Final = frozenset({"standing", "merged_into_id"})
_KINDS: Final = {
    "number": ItemChangeKind.RENUMBERED,
    "title": ItemChangeKind.RETITLED,
    "name": ItemChangeKind.RETITLED,
    PLACE: ItemChangeKind.MOVED,
}
Plain = Mapping[str, Any]


class Change(NamedTuple):
    """One member before and after."""

    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Node:
    """An item, or a sitting, of one version, and where it stands in it."""

    values: Plain
    parent_id: str | None
    position: int
    previous: str | None
    """The item before it under the same parent."""

    @property
    def place(self) -> Plain:
        return {"parent_id": self.parent_id, "position": self.position}


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What became of one item, or of one sitting, which has neither number nor place; `before` or
    `after` is None where it is not in that version.
    """

    id: str
    before: Node | None
    after: Node | None
    members: Mapping[str, Change] = field(default_factory=dict)
    shifted: bool = False
    """Whether its times moved only as the meeting did."""

    @property
    def node(self) -> Node:
        """As it is now, or was last."""
        found = self.after or self.before
        assert found is not None, "it was in one of the versions"
        return found

    @property
    def kinds(self) -> list[ItemChangeKind]:
        """What happened, in the order of the enumeration."""
        if self.before is None or self.after is None:
            return [ItemChangeKind.ADDED if self.before is None else ItemChangeKind.REMOVED]
        found = {kind for name, change in self.members.items() for kind in self._of(name, change)}
        if found & {ItemChangeKind.WITHDRAWN, ItemChangeKind.MERGED}:
            found -= {ItemChangeKind.RETIMED, ItemChangeKind.SHIFTED}  # it takes no time any more
        return [kind for kind in ItemChangeKind if kind in found]

    def _of(self, name: str, change: Change) -> Iterator[ItemChangeKind]:
        if name in _STANDING:
            assert self.after is not None, "only of those in both"
            yield _STANDS[self.after.values.get("standing", ItemStanding.STANDING)]
        elif name in _TIMES:
            yield ItemChangeKind.SHIFTED if self.shifted else ItemChangeKind.RETIMED
        elif name == "panel":
            yield from _of_panel(change)
        else:
            yield _KINDS.get(name, ItemChangeKind.CHANGED)


@dataclass(frozen=True, slots=True)
class Differences:
    """All that is different: of the meeting, by sitting, and by item, in the order of the later
    version.
    """

    meeting: Mapping[str, Change]
    sittings: Sequence[ItemChange]
    items: Sequence[ItemChange]

    def __bool__(self) -> bool:
        return bool(self.meeting or self.sittings or self.items)


def between(before: Plain, after: Plain) -> Differences:
    """From one issued agenda to another; `between(b, a)` is the mirror of `between(a, b)`."""
    old, new = nodes(before), nodes(after)
    moves = _shift(before["meeting"], after["meeting"])
    return Differences(
        _members(before["meeting"], after["meeting"], after["meeting"]),
        _changes(*_sittings(before, after), moves),
        _changes(old, new, moves, old.keys() & new.keys() - _unmoved(old, new)),
    )


def nodes(issued: Plain) -> dict[str, Node]:
    """Every item by its id, in reading order."""
    return dict(_nodes(issued["items"], None))


def panellists(panel: Plain | None) -> list[Plain]:
    return list(panel["panellists"]) if panel else []


_STANDS: Final = {
    ItemStanding.STANDING: ItemChangeKind.REINSTATED,
    ItemStanding.WITHDRAWN: ItemChangeKind.WITHDRAWN,
    ItemStanding.MERGED: ItemChangeKind.MERGED,
}


def _nodes(items: Sequence[Plain], parent_id: str | None) -> Iterator[tuple[str, Node]]:
    previous: str | None = None
    for position, item in enumerate(items):
        yield item["id"], Node(item, parent_id, position, previous)
        yield from _nodes(item["items"], item["id"])
        previous = item["id"]


def _unmoved(old: Mapping[str, Node], new: Mapping[str, Node]) -> set[str]:
    """Those that kept their parent and their order among all that did; as many as can be."""
    stayed = [i for i in new if i in old and old[i].parent_id == new[i].parent_id]
    by_parent: dict[str | None, list[str]] = {}
    for item_id in stayed:
        by_parent.setdefault(new[item_id].parent_id, []).append(item_id)
    return {
        item_id
        for siblings in by_parent.values()
        for item_id in in_common_order(siblings, {i: old[i].position for i in siblings})
    }


def _sittings(before: Plain, after: Plain) -> tuple[dict[str, Node], dict[str, Node]]:
    """Those of both versions by their ids; none where one of them does not know sittings yet."""
    both = before.get("sittings"), after.get("sittings")
    old, new = both if None not in both else ([], [])
    return _in_a_row(old), _in_a_row(new)


def _in_a_row(sittings: Any) -> dict[str, Node]:
    return {
        each["id"]: Node(each, None, position, None) for position, each in enumerate(sittings or ())
    }


def _changes(
    old: Mapping[str, Node],
    new: Mapping[str, Node],
    moves: Any,
    moved: AbstractSet[str] = frozenset(),
) -> list[ItemChange]:
    found = [
        _difference(key, old.get(key), new.get(key), moves, moved=key in moved)
        for key in [*new, *(each for each in old if each not in new)]
    ]
    return [each for each in found if each.members or each.before is None or each.after is None]


def _difference(
    item_id: str, old: Node | None, new: Node | None, moves: Any, *, moved: bool
) -> ItemChange:
    if old is None or new is None:
        return ItemChange(item_id, old, new)
    names = [name for name in new.values if name not in _STRUCTURE]
    members = _members(old.values, new.values, names)
    if moved:
        members[PLACE] = Change(old.place, new.place)
    return ItemChange(item_id, old, new, members, _as_the_meeting(old.values, new.values, moves))


def _members(old: Plain, new: Plain, names: Iterable[str]) -> dict[str, Change]:
    """Those that differ in what both versions know of them."""
    found = {}
    for name in names:
        if name not in old or name not in new or old[name] == new[name]:
            continue
        change = Change(_known(name, old[name], new[name]), _known(name, new[name], old[name]))
        if change.before != change.after:
            found[name] = change
    return found


def _known(name: str, value: Any, other: Any) -> Any:
    """With those members only that the other version knows too; texts have languages instead."""
    if isinstance(value, list) and isinstance(other, list):
        return [_known("", each, other[0]) for each in value] if other else value
    if name in TEXTS or not isinstance(value, Mapping) or not isinstance(other, Mapping):
        return value
    return {key: _known(key, each, other[key]) for key, each in value.items() if key in other}


def _of_panel(change: Change) -> Iterator[ItemChangeKind]:
    if panellists(change.before) != panellists(change.after):
        yield ItemChangeKind.PANELLISTS
    rest = [{**(panel or {}), "panellists": None} for panel in change]
    if rest[0] != rest[1]:
        yield ItemChangeKind.CHANGED


def _shift(old: Plain, new: Plain) -> Any:
    return _instant(new["starts_at"]) - _instant(old["starts_at"])


def _as_the_meeting(old: Plain, new: Plain, moves: Any) -> bool:
    ends = ("starts_at", "ends_at")
    same = old.get("minutes") == new.get("minutes")
    return same and all(_instant(new[end]) - _instant(old[end]) == moves for end in ends)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
