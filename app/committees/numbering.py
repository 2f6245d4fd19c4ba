"""How a committee numbers the items of its agendas: a style is data, said level by level."""

from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    Field,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from app.core.fields import Flag, Schema

MAX_LEVELS: Final = 10


class Numerals(StrEnum):
    """What counts the items of a level."""

    ARABIC = "arabic"
    LOWER_LETTERS = "lower_letters"
    UPPER_LETTERS = "upper_letters"
    LOWER_ROMAN = "lower_roman"
    UPPER_ROMAN = "upper_roman"


class Brackets(StrEnum):
    """What stands around a numeral: nothing, `(a)` or `a)`."""

    NONE = "none"
    BOTH = "both"
    CLOSING = "closing"


class NumberingPreset(StrEnum):
    """`un`: 1, 2(a), 2(a)(i); `roman`: I, III.B, III.B.2; `decimal`: 1, 1.2, 1.2.3."""

    UN = "un"
    ROMAN = "roman"
    DECIMAL = "decimal"


class NumberingLevel(Schema):
    """How the items of one level are counted, and how that is written."""

    numerals: Numerals
    brackets: Brackets = Brackets.NONE
    dot: Flag = Field(
        False, description="Whether a dot stands between the number above and this one."
    )
    repeats_parent: Flag = Field(True, description="Whether the number above comes first.")


def _told_apart(levels: list[NumberingLevel]) -> list[NumberingLevel]:
    """Refuse what two items could share: is `111` the first of 11, or the eleventh of 1?

    The last level goes on for all that lie deeper, so it follows itself too.
    """
    rest = [levels[-1]] if len(levels) < MAX_LEVELS else []
    for above, below in pairwise([*levels, *rest]):
        if below.repeats_parent and not _parted(above, below):
            raise ValueError(
                "needs a dot, an opening bracket or numerals of another kind wherever a level "
                "(the last one goes on for all deeper ones) follows the number above it"
            )
    return levels


def _parted(above: NumberingLevel, below: NumberingLevel) -> bool:
    return (
        below.dot
        or below.brackets is Brackets.BOTH
        or above.brackets is not Brackets.NONE
        or _SIGNS[above.numerals] != _SIGNS[below.numerals]
    )


_SIGNS: Final = {
    Numerals.ARABIC: "digits",
    Numerals.LOWER_LETTERS: "lower",
    Numerals.UPPER_LETTERS: "upper",
    Numerals.LOWER_ROMAN: "lower",
    Numerals.UPPER_ROMAN: "upper",
}

Levels = Annotated[
    list[NumberingLevel],
    Field(min_length=1, max_length=MAX_LEVELS),
    AfterValidator(_told_apart),
]
_PRESET: Final = TypeAdapter(NumberingPreset)
_LEVELS: Final = TypeAdapter(Levels)


def _by_shape(value: Any, _union: ValidatorFunctionWrapHandler) -> NumberingPreset | Levels:
    """What a list lacks is told of its levels, and of anything else that it is no such name."""
    if isinstance(value, list):
        return _LEVELS.validate_python(value)
    return _PRESET.validate_python(value)


AgendaNumbering = Annotated[
    NumberingPreset | Levels,
    WrapValidator(_by_shape),
    Field(
        description="How items of agendas are numbered: by a name (`un`: 1, 2(a), 2(a)(i); "
        "`roman`: III.B.2; `decimal`: 1.2.3), or level by level from the top, the last one for "
        "all that lie deeper.",
        examples=["un"],
    ),
]
"""A name, or a list that a merge patch replaces as a whole."""

PRESETS: Final[dict[NumberingPreset, list[NumberingLevel]]] = {
    NumberingPreset.UN: [
        NumberingLevel(numerals=Numerals.ARABIC),
        NumberingLevel(numerals=Numerals.LOWER_LETTERS, brackets=Brackets.BOTH),
        NumberingLevel(numerals=Numerals.LOWER_ROMAN, brackets=Brackets.BOTH),
        NumberingLevel(numerals=Numerals.ARABIC, brackets=Brackets.BOTH),
    ],
    NumberingPreset.ROMAN: [
        NumberingLevel(numerals=Numerals.UPPER_ROMAN),
        NumberingLevel(numerals=Numerals.UPPER_LETTERS, dot=True),
        NumberingLevel(numerals=Numerals.ARABIC, dot=True),
        NumberingLevel(numerals=Numerals.LOWER_LETTERS, dot=True),
        NumberingLevel(numerals=Numerals.LOWER_ROMAN, dot=True),
    ],
    NumberingPreset.DECIMAL: [
        NumberingLevel(numerals=Numerals.ARABIC),
        NumberingLevel(numerals=Numerals.ARABIC, dot=True),
    ],
}
