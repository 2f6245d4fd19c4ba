"""Pure rules of declared conflicts: which of them the timetable breaks."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar
from uuid import UUID

Declared = TypeVar("Declared", bound=Hashable)
Key = Hashable
"""What a conflict is declared of: an item, a group, an entity, somebody."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time of an item, and all that is on with it: itself, who leads it, who speaks.

    `family` are the items that it lies under; it is no surprise that they are on as well.
    """

    item_id: UUID
    starts_at: datetime
    ends_at: datetime
    keys: frozenset[Key]
    family: frozenset[UUID] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Pair(Generic[Declared]):
    """Two things that are not to be at the same time; `first` is an item."""

    declared: Declared
    first: Key
    second: Key


@dataclass(frozen=True, slots=True)
class Violation(Generic[Declared]):
    """A declared conflict that the timetable has, with the two items and the time they share."""

    declared: Declared
    first: UUID
    second: UUID
    starts_at: datetime
    ends_at: datetime


MOST_OF_ONE: Final = 20


def violations(
    spans: Iterable[Span], pairs: Iterable[Pair[Declared]], most: int = MOST_OF_ONE
) -> list[Violation[Declared]]:
    """Every declared conflict that happens, and the first times that it does, in their order.

    One sweep over the spans by their starts: it looks at what is on with each span only where a
    pair says so, and so takes n log n for the spans, and a step for each end of a pair and each
    violation. Spans that only touch share no time, and an item without any is at no time.

    Of two items one of which lies under the other the pair itself must say that they conflict;
    that the one is led by somebody who also leads the other is no conflict.

    Of one pair there may be as many as there are spans, so no more than `most` are looked for.
    """
    against: dict[Key, list[tuple[Pair[Declared], Key]]] = defaultdict(list)
    for pair in pairs:
        against[pair.first].append((pair, pair.second))
        against[pair.second].append((pair, pair.first))
    on_now: dict[Key, list[Span]] = defaultdict(list)
    found: dict[tuple[Declared, UUID, UUID], Violation[Declared]] = {}
    wanted: dict[Declared, int] = defaultdict(lambda: most)
    for span in sorted(spans, key=_by_time):
        if span.starts_at >= span.ends_at:
            continue
        for key in span.keys & against.keys():
            for pair, other in against[key]:
                if left := wanted[pair.declared]:
                    others = _still_on(on_now, other, span.starts_at)
                    wanted[pair.declared] -= _add(found, pair, others, span, left)
        for key in span.keys & against.keys():
            on_now[key].append(span)
    return list(found.values())


def _still_on(on_now: Mapping[Key, list[Span]], key: Key, now: datetime) -> Sequence[Span]:
    """Those of the key that have not ended; the others are never looked at again."""
    spans = on_now.get(key)
    if not spans:
        return ()
    spans[:] = [span for span in spans if span.ends_at > now]
    return spans


def _conflict(pair: Pair[Declared], one: Span, other: Span) -> bool:
    if one.item_id == other.item_id:
        return False
    if {pair.first, pair.second} == {one.item_id, other.item_id}:
        return True
    return one.item_id not in other.family and other.item_id not in one.family


def _add(
    found: dict[tuple[Declared, UUID, UUID], Violation[Declared]],
    pair: Pair[Declared],
    others: Sequence[Span],
    later: Span,
    most: int,
) -> int:
    """Each once, though both may be looked at from both of their keys; how many are new."""
    new = 0
    for earlier in others:
        if new == most:
            break
        first, second = sorted((earlier.item_id, later.item_id))
        key = pair.declared, first, second
        if key not in found and _conflict(pair, later, earlier):
            ends = min(earlier.ends_at, later.ends_at)
            about = earlier.item_id, later.item_id, later.starts_at, ends
            found[key] = Violation(pair.declared, *about)
            new += 1
    return new


def _by_time(span: Span) -> tuple[datetime, datetime, UUID]:
    return span.starts_at, span.ends_at, span.item_id
