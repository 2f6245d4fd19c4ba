"""The phrases about archives of documents in the six languages."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from app.core.fields import UN_LANGUAGES
from app.core.languages import base

_FILES = resources.files("app.documents").joinpath("phrases")
_COLUMNS = ("file", "symbol", "language", "title")


@dataclass(frozen=True, slots=True)
class Words:
    """All phrases in one language."""

    phrases: Mapping[str, Any]

    @property
    def columns(self) -> list[str]:
        return [str(self.phrases["columns"][name]) for name in _COLUMNS]

    def instead(self, language: str, wanted: str) -> str:
        """The language of a file that stands in for one that there is not."""
        return str(self.phrases["instead"]).format(language=language, wanted=wanted)


@cache
def words_in(language: str) -> Words:
    text = _FILES.joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Words(tomllib.loads(text))


def words_for(tag: str | None) -> Words:
    """In the language of the tag, or in English."""
    language = base(tag or "en")
    return words_in(language if language in UN_LANGUAGES else "en")
