"""The phrases of letters, their dates and numbers, in the six languages."""

import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Self
from zoneinfo import ZoneInfo

from app.core.fields import in_language
from app.core.zones import offsets_of

_FILES = resources.files("app.letters").joinpath("phrases")
_FORMAT = string.Formatter()


class LetterLanguage(StrEnum):
    """The languages that letters are written in."""

    EN = "en"
    FR = "fr"
    ES = "es"
    AR = "ar"
    ZH = "zh"
    RU = "ru"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text, and its language where that is not the letter's own."""

    text: str
    language: str | None = None
    whole: bool = False
    """It stays on one line."""


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """All phrases of one kind of paper in one language."""

    language: LetterLanguage
    _phrases: Mapping[str, Any]

    @classmethod
    def read(cls, files: Traversable, language: LetterLanguage) -> Self:
        text = files.joinpath(f"{language}.toml").read_text(encoding="utf-8")
        return cls(language, tomllib.loads(text))

    @property
    def direction(self) -> str:
        return "rtl" if self.language is LetterLanguage.AR else "ltr"

    def phrase(self, *path: str) -> str:
        place: Any = self._phrases
        for name in path:
            place = place[name]
        return str(place)


@dataclass(frozen=True, slots=True)
class PlainWords(Phrases):
    """Phrases whose values are plain text."""

    def say(self, *path: str, **values: object) -> str:
        """The phrase under these names, with the values in it."""
        return self.phrase(*path).format(**values)


@dataclass(frozen=True, slots=True)
class Words(Phrases):
    """All phrases of letters in one language."""

    def say(self, *path: str, **values: Run | Runs) -> Runs:
        """The phrase under these names, with the values as runs of their own."""
        runs: list[Run] = []
        for text, name, _, _ in _FORMAT.parse(self.phrase(*path)):
            runs += [Run(text)] if text else []
            value = () if name is None else values[name]
            runs += [value] if isinstance(value, Run) else value
        return tuple(runs)

    def text_of(self, texts: Mapping[str, str]) -> Run:
        """What there is in the letter's language, else in another, which is named."""
        found = in_language(dict(texts), [self.language])
        tags = [tag for tag, text in texts.items() if text == found]
        own = any(tag.partition("-")[0] == self.language for tag in tags) or not tags
        return Run(found, None if own else tags[0].partition("-")[0])

    def ordinal(self, number: int) -> str:
        """Which meeting it is: of a masculine, feminine or neuter one, as the language has it."""
        match self.language:
            case LetterLanguage.EN:
                return f"{number}{_english_ending(number)}"
            case LetterLanguage.FR:
                return f"{number}re" if number == 1 else f"{number}e"
            case LetterLanguage.ES:
                return f"{number}.ª"
            case LetterLanguage.RU:
                return f"{number}-е"
            case _:
                return str(number)

    def day(self, day: date) -> str:
        """A day as letters give it, such as 8 October 2021."""
        dates = self._phrases["dates"]
        return str(dates["date"]).format(
            day=dates.get("first_day", "1") if day.day == 1 else day.day,
            month=dates["months"][day.month - 1],
            year=day.year,
        )

    def weekday(self, day: date) -> str:
        """The day with its name, such as Friday, 8 October 2021."""
        dates = self._phrases["dates"]
        name = dates["weekdays"][day.weekday()]
        return str(dates["weekday"]).format(weekday=name, date=self.day(day))

    def moment(self, local: datetime) -> Runs:
        """Day, time and zone; `local` carries its zone."""
        day, time = Run(self.weekday(local)), Run(f"{local:%H:%M}")
        return self.say("dates", "moment", day=day, time=time, zone=_zone(local))

    def span(self, start: datetime, end: datetime) -> Runs:
        """From start to end, in the zone that both carry."""
        return self.say(
            "dates",
            "one_day" if start.date() == end.date() else "days",
            day=Run(self.weekday(start)),
            start=Run(f"{start:%H:%M}"),
            last_day=Run(self.weekday(end)),
            end=Run(f"{end:%H:%M}"),
            zone=_zone(start, end),
        )


@cache
def words_in(language: LetterLanguage) -> Words:
    return Words.read(_FILES, language)


def language_for(tags: Iterable[str]) -> LetterLanguage:
    """The first of the reader's languages that letters are written in, else English."""
    known = {language.value: language for language in LetterLanguage}
    found = (known[primary] for tag in tags if (primary := tag.partition("-")[0]) in known)
    return next(found, LetterLanguage.EN)


def plain_text(runs: Runs) -> str:
    return "".join(run.text for run in runs)


def _english_ending(number: int) -> str:
    if number % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _zone(*local: datetime) -> Run:
    zone = local[0].tzinfo
    name = zone.key if isinstance(zone, ZoneInfo) else "UTC"
    return Run(name if name == "UTC" else f"{name}, UTC{offsets_of(*local)}", whole=True)
