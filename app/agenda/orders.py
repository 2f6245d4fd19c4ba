"""Who kept their order when a row was put in another one: as many as can be."""

import hashlib
from collections.abc import Mapping, Sequence

_ONE = 1 << 80
"""One more of them counts more than all that tells two rows of the same length apart."""


def in_common_order(row: Sequence[str], places: Mapping[str, int]) -> set[str]:
    """The longest part of the row whose places rise.

    Of several the same is taken whichever of the two orders comes first, so that what moved one
    way moves back the other way. O(n log n).
    """
    rank = {place: number for number, place in enumerate(sorted(places.values()))}
    best: list[tuple[int, str | None]] = [(0, None)] * (len(row) + 1)
    before: dict[str, str | None] = {}
    for name in row:
        number = rank[places[name]]
        weight, before[name] = _heaviest(best, number)
        _raise(best, number + 1, (weight + _ONE + _weight(name), name))
    _, last = _heaviest(best, len(row))
    found: set[str] = set()
    while last is not None:
        found.add(last)
        last = before[last]
    return found


def _weight(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())


def _heaviest(best: Sequence[tuple[int, str | None]], number: int) -> tuple[int, str | None]:
    """Of the first so many (a Fenwick tree of maxima)."""
    found: tuple[int, str | None] = (0, None)
    while number > 0:
        found = max(found, best[number], key=lambda each: each[0])
        number -= number & -number
    return found


def _raise(best: list[tuple[int, str | None]], number: int, to: tuple[int, str | None]) -> None:
    while number < len(best):
        best[number] = max(best[number], to, key=lambda each: each[0])
        number += number & -number
