"""What an edit of the agenda does, to the rows and as the log tells it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import compress
from operator import attrgetter, ne
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.agenda.ordering import displaced
from app.agenda.tree import ItemState

UNTOLD: Final = frozenset({"presenter", "title", "note", "annotation"})
"""Of which the log has only that they were changed."""


_ROOM_MADE: Final = ["position"]
"""What differs about most items when one of their siblings is moved."""


class Edit(NamedTuple):
    """What one edit does to the rows."""

    added: list[ItemState]
    changed: list[ItemState]
    removed: list[UUID]
    differing: dict[UUID, list[str]]
    """The members of each changed item that differ."""

    @classmethod
    def between(cls, before: Mapping[UUID, ItemState], after: Mapping[UUID, ItemState]) -> "Edit":
        added, changed, differing = [], [], {}
        for item_id, state in after.items():
            old = before.get(item_id)
            if old is None:
                added.append(state)
            elif old is not state and old != state:
                changed.append(state)
                differing[item_id] = _differing(old, state)
        removed = [item_id for item_id in before if item_id not in after]
        return cls(added, changed, removed, differing)

    @property
    def members(self) -> frozenset[str]:
        """Those that differ in any of the changed items."""
        return frozenset(name for names in self.differing.values() for name in names)


class Changes(NamedTuple):
    """What one edit did, as the log keeps it."""

    added: list[UUID]
    changed: dict[str, Any]
    removed: list[UUID]


def changes_of(
    edit: Edit,
    before: Mapping[UUID, ItemState],
    after: Mapping[UUID, ItemState],
    moved: UUID | None = None,
) -> Changes:
    """By item its members before and after; not of those that only made room for others.

    Presenters are people, and texts may name some, who stay out of the log.
    """
    out_of_order: set[UUID] = set()
    if any("position" in names for names in edit.differing.values()):
        parents = {state.parent_id for state in edit.changed}
        out_of_order = _displaced(_orders(before, parents), _orders(after, parents), moved)
    changed = {}
    for state in edit.changed:
        names = edit.differing[state.id]
        if names == _ROOM_MADE and state.id not in out_of_order:
            continue
        if "parent_id" not in names and state.id not in out_of_order:
            names = [name for name in names if name != "position"]
        if names:
            changed[str(state.id)] = _told(before[state.id], state, names)
    return Changes([state.id for state in edit.added], changed, edit.removed)


def _differing(before: ItemState, after: ItemState) -> list[str]:
    return list(compress(ItemState._fields, map(ne, before, after)))


def _told(before: ItemState, after: ItemState, names: Iterable[str]) -> dict[str, Any]:
    return {
        name: {}
        if name in UNTOLD
        else {"before": getattr(before, name), "after": getattr(after, name)}
        for name in names
    }


def _displaced(
    old: Mapping[UUID | None, list[UUID]],
    new: Mapping[UUID | None, list[UUID]],
    moved: UUID | None,
) -> set[UUID]:
    return {
        item_id
        for parent_id, siblings in new.items()
        for item_id in displaced(old.get(parent_id, []), siblings, moved)
    }


def _orders(
    states: Mapping[UUID, ItemState], parents: set[UUID | None]
) -> dict[UUID | None, list[UUID]]:
    """The siblings under each of the parents, in their order."""
    found: dict[UUID | None, list[UUID]] = defaultdict(list)
    concerned = [state for state in states.values() if state.parent_id in parents]
    for state in sorted(concerned, key=attrgetter("position", "id")):
        found[state.parent_id].append(state.id)
    return found
