"""What people wrote, as it may stand in a mail: text, and neither a link nor a change of direction.

Mail programs make links of whatever looks like an address, and marks of direction in a name would
turn the words behind it around. Values go through `shown` or `value`; what a phrase says with them
then becomes text or a header here, and HTML in the layout, where a marked value is a `<bdi>`.
"""

import re
import unicodedata

from app.calendar.writer import plain
from app.core.languages import FIRST_STRONG_ISOLATE, POP_ISOLATE, is_right_to_left, isolated

JOINER = "\u2060"
"""WORD JOINER: nothing to see, and no part of an address."""

_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINKS = re.compile(
    r"""
      (?<=[^\W\d_]) : (?=\S)                # mailto:a, tel:1, javascript:x
    | : (?=//)
    | (?<=/) (?=/) | (?<=\\) (?=\\)         # //evil.example, \\evil\share
    | (?<=www) [.] (?=\S)
    # evil.example, but neither 6.2 nor U.N.
    | (?<=[^\s.,;:!?'"()]) [.\uff0e\uff61] (?=[^\W\d_][\w-])
    | (?<=\S) @ (?=\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ISOLATED = re.compile(f"{FIRST_STRONG_ISOLATE}([^{POP_ISOLATE}]*){POP_ISOLATE}")
_FROM_THE_RIGHT = {"R", "AL", "AN"}


def shown(text: str, *, multiline: bool = False) -> str:
    """The text, with joiners in what a mail program would make a link of."""
    return unlinked(bare(text, multiline=multiline))


def bare(text: str, *, multiline: bool = False) -> str:
    """Without control characters and marks of direction."""
    return plain(_DIRECTIONS.sub("", text), multiline=multiline)


def unlinked(text: str) -> str:
    return _LINKS.sub(_broken, text)


def value(text: str) -> str:
    """The text as a value in a phrase: marked, so that it keeps its own direction."""
    return isolated(shown(text))


def as_header(said: str) -> str:
    """Without the marks, which old programs show as boxes; a value mostly ends a subject anyway."""
    return plain(_DIRECTIONS.sub("", said))


def as_text(said: str, language: str) -> str:
    """The marks stay where the directions of the value and of the language may differ."""
    if is_right_to_left(language):
        return said
    return _ISOLATED.sub(lambda found: found[0] if _turns(found[1]) else found[1], said)


def _broken(found: re.Match[str]) -> str:
    return f"{JOINER}{found[0]}{JOINER}" if found[0] else JOINER


def _turns(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in _FROM_THE_RIGHT for character in text)
