"""Text as it can be set: a box for what no font has, and no word too long for its line."""

import re
import unicodedata
from dataclasses import dataclass

BOX = "\u25a1"
"""Stands for a character that no font has."""
_JOINERS = frozenset("\u200c\u200d")
_DROPPED = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
"""Controls, marks of direction, private and unassigned code points: none of them is shown."""
_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}
_LONG_WORD = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uffef]{24,}")
"""But for Chinese, which breaks anywhere, by rules of its own."""
_LINE = 50
"""Small letters that fit into the narrowest line."""
_WIDE = frozenset("MW%@")
_PART = re.compile(r"\S{1,16}")
_MAY_BREAK = "\u200b"


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What the fonts have."""

    known: frozenset[int]

    def shown(self, text: str) -> str:
        """The text with nothing in it that cannot be set."""
        spaced = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text))
        return "".join(
            character if self._has(character) else BOX
            for character in spaced
            if character in _JOINERS or unicodedata.category(character) not in _DROPPED
        )

    def shown_bare(self, text: str) -> str:
        """As `shown`, and without the marks that combine with the letter before them."""
        return "".join(
            character
            for character in self.shown(text)
            if not unicodedata.category(character).startswith("M") and character not in _JOINERS
        )

    def _has(self, character: str) -> bool:
        return ord(character) in self.known or character in _JOINERS


def parts(text: str) -> list[str]:
    """The text, cut where it may be broken although no rule of writing says so."""
    return _LONG_WORD.sub(_breakable, text).split(_MAY_BREAK)


def direction_of(text: str, otherwise: str) -> str:
    """That of the first character that has one."""
    found = (_DIRECTIONS.get(unicodedata.bidirectional(each)) for each in text)
    return next((direction for direction in found if direction), otherwise)


def _breakable(word: re.Match[str]) -> str:
    """The word, with places to break it where it may be longer than a line."""
    width = sum(2 if each in _WIDE else 1.4 if each.isupper() else 1 for each in word[0])
    return _MAY_BREAK.join(_PART.findall(word[0])) if width > _LINE else word[0]
