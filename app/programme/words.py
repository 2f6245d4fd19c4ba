"""The phrases of agendas and programmes in the six languages, and how times are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from app.core.zones import format_offset
from app.letters.words import LetterLanguage, PlainWords, Run
from app.letters.words import words_in as letters_in

_FILES = resources.files("app.programme").joinpath("phrases")


@dataclass(frozen=True, slots=True)
class Words(PlainWords):
    """All phrases of papers in one language."""

    def known(self, *path: str) -> str | None:
        """The phrase under these names, if there is one."""
        try:
            return self.say(*path)
        except KeyError:
            return None

    def text_of(self, texts: Mapping[str, str]) -> Run:
        """What there is in the paper's language, else in another, which is named."""
        found = letters_in(self.language).text_of(texts)
        return found if found.language else Run(found.text)

    def day(self, day: date) -> str:
        return letters_in(self.language).day(day)

    def weekday(self, day: date) -> str:
        return letters_in(self.language).weekday(day)

    def city(self, zone: str) -> str:
        """A place of the zone, such as people say it."""
        return self.known("cities", zone) or zone.rpartition("/")[2].replace("_", " ")

    def hours(self, start: datetime, end: datetime, beside: date | None = None) -> str:
        """From start to end by the clocks of their zone; `beside` is the day that is read with it.

        It runs from the left in every language.
        """
        last = f"{end:%H:%M}" if end > start else ""
        hours = f"{start:%H:%M}–{last}" if last else f"{start:%H:%M}"
        days = 0 if beside is None else (start.date() - beside).days
        if not days:
            return hours
        return self.say("next_day" if days > 0 else "day_before", time=hours, days=abs(days))


@cache
def words_in(language: LetterLanguage) -> Words:
    return Words.read(_FILES, language)


def offset_of(local: datetime) -> str:
    """How far the zone of a time is from UTC: `UTC+05:00`."""
    if isinstance(local.tzinfo, ZoneInfo) and local.tzinfo.key == "UTC":
        return "UTC"
    return f"UTC{format_offset(local.utcoffset() or timedelta())}"
