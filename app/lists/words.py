"""The phrases of lists in the six languages."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from app.letters.words import LetterLanguage

_FILES = resources.files("app.lists").joinpath("phrases")


@dataclass(frozen=True, slots=True)
class Words:
    """All phrases of lists in one language."""

    language: LetterLanguage
    _phrases: Mapping[str, Any]

    @property
    def direction(self) -> str:
        return "rtl" if self.language is LetterLanguage.AR else "ltr"

    def say(self, *path: str, **values: object) -> str:
        """The phrase under these names, with the values in it."""
        place: Any = self._phrases
        for name in path:
            place = place[name]
        return str(place).format(**values)


@cache
def words_in(language: LetterLanguage) -> Words:
    text = _FILES.joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))
