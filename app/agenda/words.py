"""The phrases about changes of an agenda in the six languages."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from app.core.fields import UN_LANGUAGES
from app.core.languages import RIGHT_TO_LEFT_MARK, apart, base, is_right_to_left

_FILES = resources.files("app.agenda").joinpath("phrases")


@dataclass(frozen=True, slots=True)
class Words:
    """All phrases in one language."""

    language: str
    phrases: Mapping[str, Any]

    def say(self, name: str, **values: str) -> str:
        """The phrase with the values in it, each of which keeps its own direction."""
        own = {key: self.kept(value) for key, value in values.items()}
        return str(self.phrases[name]).format(**own)

    def kind(self, name: str) -> str:
        return str(self.phrases["kinds"][name])

    def member(self, name: str) -> str:
        """What people call a member; one that has no word yet by its own name."""
        return str(self.phrases["members"].get(name, name.replace("_", " ")))

    def choice(self, member: str, value: str) -> str:
        """One of the values that a member has to choose from; others are said as they are."""
        return str(self.phrases["choices"].get(member, {}).get(value, value))

    def listed(self, names: Iterable[str]) -> str:
        return str(self.phrases["separator"]).join(self.kept(name) for name in names)

    def joined(self, sayings: Iterable[str]) -> str:
        """Several things that are said of one."""
        return str(self.phrases["also"]).join(sayings)

    def kept(self, text: str) -> str:
        """The value as it stands in a line: what it does to directions ends with it."""
        return apart(text, self.language)

    def begun(self, text: str) -> str:
        """The text, begun at the side where the phrases begin, whatever its first letter is."""
        return RIGHT_TO_LEFT_MARK + text if is_right_to_left(self.language) else text


@cache
def words_in(language: str) -> Words:
    text = _FILES.joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))


def words_for(tags: Iterable[str]) -> Words:
    """In the first of the reader's languages that there are phrases in, else in English."""
    return words_in(next((base(tag) for tag in tags if base(tag) in UN_LANGUAGES), "en"))
