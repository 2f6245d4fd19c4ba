"""The phrases of mails, in each language that has a file under `phrases/`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined, meta

from app.core.languages import is_right_to_left, isolated
from app.core.zones import offsets_of

_FILES = resources.files("app.mail").joinpath("phrases")
_PHRASES = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701  # plain text; the HTML layout escapes it


@dataclass(frozen=True, slots=True)
class Words:
    """All phrases in one language; what a phrase leaves undefined raises."""

    language: str
    _phrases: Mapping[str, Any]

    @property
    def direction(self) -> str:
        return "rtl" if is_right_to_left(self.language) else "ltr"

    def say(self, *path: str, **values: Any) -> str:
        """The phrase under these names, with the values in their places."""
        return _render(str(self._at(path)), values)

    def say_all(self, *path: str, **values: Any) -> list[str]:
        """Several phrases; those that come out empty are left out."""
        return [said for each in self._at(path) if (said := _render(str(each), values))]

    def has(self, *path: str) -> bool:
        try:
            self._at(path)
        except KeyError:
            return False
        return True

    def names(self, *path: str) -> set[str]:
        """The values that a phrase speaks of."""
        said = self._at(path)
        text = said if isinstance(said, str) else " ".join(said)
        return meta.find_undeclared_variables(_PHRASES.parse(text))

    def day(self, local: datetime) -> str:
        """A date in words."""
        dates = self._at(("dates",))
        return self.say(
            "dates",
            "day",
            weekday=dates["weekdays"][local.weekday()],
            number=local.day,
            month=dates["months"][local.month - 1],
            year=local.year,
        )

    def moment(self, local: datetime) -> str:
        """Date, time and zone; `local` carries its zone."""
        return self.say(
            "dates", "moment", day=self.day(local), time=f"{local:%H:%M}", zone=self.zone(local)
        )

    def span(self, start: datetime, end: datetime) -> str:
        """From start to end, in the zone that both carry."""
        return self.say(
            "dates",
            "span" if end.date() == start.date() else "span_of_days",
            day=self.day(start),
            start=f"{start:%H:%M}",
            end_day=self.day(end),
            end=f"{end:%H:%M}",
            zone=self.zone(start, end),
        )

    def zone(self, *local: datetime) -> str:
        """The name of the zone that all carry, and its offset at those moments."""
        name = getattr(local[0].tzinfo, "key", None) or "UTC"
        offset = offsets_of(*local)
        said = name if name == "UTC" else self.say("dates", "zone", name=name, offset=offset)
        return isolated(said) if is_right_to_left(self.language) else said

    def _at(self, path: Sequence[str]) -> Any:
        place: Any = self._phrases
        for name in path:
            place = place[name]
        return place


def words_for(language: str) -> Words:
    """The words in a language, else in its wider one (`fr-CA`, `fr`), else in English."""
    tag = language
    while tag and tag not in languages():
        tag = tag.rpartition("-")[0]
    return _load(tag or "en")


@cache
def languages() -> frozenset[str]:
    return frozenset(
        each.name.removesuffix(".toml") for each in _FILES.iterdir() if each.name.endswith(".toml")
    )


@cache
def _load(language: str) -> Words:
    text = _FILES.joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))


@cache
def _compiled(phrase: str) -> Any:
    return _PHRASES.from_string(phrase)


def _render(phrase: str, values: Mapping[str, Any]) -> str:
    return str(_compiled(phrase).render(values)).strip()
