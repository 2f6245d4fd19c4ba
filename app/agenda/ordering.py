"""Which items an edit has moved, and which have only made room for them."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from uuid import UUID


def displaced(
    before: Sequence[UUID], after: Sequence[UUID], moved: UUID | None = None
) -> set[UUID]:
    """The fewest of the siblings that are in both orders without which the others keep theirs.

    Where two would do, as when neighbours change places, it is the one that is said to be `moved`.
    """
    common = set(before) & set(after)
    old = [each for each in before if each in common]
    new = [each for each in after if each in common]
    if old == new:
        return set()
    if moved in common and _without(old, moved) == _without(new, moved):
        return {moved}
    places = {each: place for place, each in enumerate(old)}
    return common - _in_order(new, places)


def _without(siblings: Sequence[UUID], gone: UUID) -> list[UUID]:
    return [each for each in siblings if each != gone]


def _in_order(siblings: Sequence[UUID], places: Mapping[UUID, int]) -> set[UUID]:
    """The longest run of siblings, not all of them side by side, whose places rise."""
    ends: list[int] = []
    """The lowest place with which a run of each length ends so far."""
    last: list[UUID] = []
    before: dict[UUID, UUID | None] = {}
    for sibling in siblings:
        length = bisect_left(ends, places[sibling])
        ends[length : length + 1] = [places[sibling]]
        last[length : length + 1] = [sibling]
        before[sibling] = last[length - 1] if length else None
    kept: set[UUID] = set()
    at = last[-1] if last else None
    while at is not None:
        kept.add(at)
        at = before[at]
    return kept
