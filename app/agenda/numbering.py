"""The numbers of agenda items by their place, in a committee's style."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.committees.numbering import (
    MAX_LEVELS,
    PRESETS,
    Brackets,
    NumberingLevel,
    NumberingPreset,
    Numerals,
)

Write = Callable[[int], str]


class Numbered(NamedTuple):
    """An item in reading order; one that does not count has no number and uses none up."""

    id: UUID
    depth: int
    counts: bool


class Style(NamedTuple):
    """Of each level that can be, what writes its numerals and whether the number above comes first.

    The last level that was said goes on for all deeper ones.
    """

    levels: tuple[tuple[Write, bool], ...]

    @classmethod
    def of(cls, numbering: Any) -> "Style":
        """Of a name or levels as the settings keep them."""
        if isinstance(numbering, str):
            said: Sequence[NumberingLevel] = PRESETS[NumberingPreset(numbering)]
        else:
            said = [NumberingLevel.model_validate(level) for level in numbering]
        every = [said[min(depth, len(said) - 1)] for depth in range(MAX_LEVELS)]
        return cls(
            tuple(
                (_written(level, top=depth == 0), level.repeats_parent)
                for depth, level in enumerate(every)
            )
        )


def numbers_of(items: Iterable[tuple[UUID, int, bool]], style: Style) -> dict[UUID, str | None]:
    """The number of every item, each a `Numbered` or as it is; whatever lies under one without a
    number has none either.
    """
    found: dict[UUID, str | None] = {}
    above: list[str | None] = [""]
    counts = [0]
    for item_id, depth, counting in items:
        del above[depth:], counts[depth:]
        number = None
        parent = above[-1]
        if counting and parent is not None:
            counts[-1] += 1
            write, repeats = style.levels[depth - 1]
            number = (parent if repeats else "") + write(counts[-1])
        found[item_id] = number
        above.append(number)
        counts.append(0)
    return found


def _written(level: NumberingLevel, *, top: bool) -> Write:
    """A dot parts a number from the one above, so there is none without it."""
    dot = "." if level.dot and level.repeats_parent and not top else ""
    opening = "(" if level.brackets is Brackets.BOTH else ""
    closing = "" if level.brackets is Brackets.NONE else ")"
    return partial(_put, _NUMERALS[level.numerals], dot + opening, closing)


def _put(numeral: Write, before: str, behind: str, count: int) -> str:
    return f"{before}{numeral(count)}{behind}"


@cache
def letters(count: int) -> str:
    """From a to z, then aa, ab as columns of a sheet go on."""
    found = ""
    while count:
        count, rest = divmod(count - 1, 26)
        found = chr(ord("a") + rest) + found
    return found


@cache
def roman(count: int) -> str:
    """As i, ii, iii, iv."""
    found = ""
    for value, numeral in _ROMAN:
        times, count = divmod(count, value)
        found += numeral * times
    return found


def _upper(numeral: Write, count: int) -> str:
    return numeral(count).upper()


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
_NUMERALS: Final[dict[Numerals, Write]] = {
    Numerals.ARABIC: str,
    Numerals.LOWER_LETTERS: letters,
    Numerals.UPPER_LETTERS: partial(_upper, letters),
    Numerals.LOWER_ROMAN: roman,
    Numerals.UPPER_ROMAN: partial(_upper, roman),
}
UN: Final = Style.of(NumberingPreset.UN)
