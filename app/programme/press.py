"""A paper as PDF: A4, tagged (PDF/UA-1), the same bytes for the same paper.

It is set in the thread of the letters, which takes one after the other; the papers that were set
last are kept, and callers who want the same at the same time wait for one setting.
"""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata, resources
from typing import Any, Final

from app.letters.fonts import FAMILIES
from app.letters.glyphs import direction_of, parts
from app.letters.press import Shown, print_document
from app.letters.words import LetterLanguage, Run, Runs
from app.programme.headings import columns, place_columns
from app.programme.lifecycle import NUMBERED
from app.programme.papers import WHOLE, Day, Entry, Fact, Paper, Part, Place, Speaker
from app.programme.problems import PressBusy
from app.programme.words import Words, words_in

KEPT: Final = 64
"""Papers that a process keeps."""
WAITING: Final = 32
"""Papers that wait to be set at most."""
_SOURCE = resources.files("app.programme").joinpath("template.typ").read_bytes()
_MADE_BY = "typst", "fontpkg-noto-serif", "fontpkg-amiri", "justmytype-intl-cjk"
_LEADING = {LetterLanguage.AR: 0.72, LetterLanguage.ZH: 0.75}
_SIZE = {LetterLanguage.AR: 11.5}
"""Amiri is smaller than its size says."""


@dataclass
class Desk:
    """What was set last, and what is being set now."""

    kept: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    under_way: dict[str, asyncio.Task[bytes]] = field(default_factory=dict)

    async def print(self, paper: Paper, tag: str) -> bytes:
        """The paper as PDF; `tag` is its own. Raises `PressBusy`."""
        if tag in self.kept:
            self.kept.move_to_end(tag)
            return self.kept[tag]
        task = self.under_way.get(tag)
        if task is None:
            if len(self.under_way) >= WAITING:
                raise PressBusy(f"{WAITING} papers wait to be set.")
            task = asyncio.create_task(self._set(paper, tag))
            self.under_way[tag] = task
        return await asyncio.shield(task)

    async def _set(self, paper: Paper, tag: str) -> bytes:
        try:
            found = await print_document(
                _SOURCE, "paper", lambda shown: content_of(paper, shown), paper.stamp
            )
            self.kept[tag] = found
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
            return found
        finally:
            del self.under_way[tag]


def tag_of(paper: Paper) -> str:
    """The strong entity tag of its PDF, which is known before it is set.

    The same content, template, compiler and fonts make the same bytes.
    """
    versions = [f"{name} {metadata.version(name)}" for name in _MADE_BY]
    said = json.dumps([versions, content_of(paper, str), str(paper.stamp)], sort_keys=True)
    return f'"{hashlib.sha256(_SOURCE + said.encode()).hexdigest()[:32]}"'


def content_of(paper: Paper, shown: Shown) -> dict[str, Any]:
    """What the template reads, from texts as they can be set."""
    return _Content(paper, shown, words_in(paper.language)).whole()


@dataclass(frozen=True, slots=True)
class _Content:
    paper: Paper
    shown: Shown
    words: Words

    def whole(self) -> dict[str, Any]:
        paper = self.paper
        names = columns(paper)
        committee = paper.committee
        heading = [paper.title, *([paper.symbol] if paper.symbol else [])]
        return self.file() | {
            "numbered": self.numbered,
            "there": paper.reader_timezone is not None,
            "committee": None if committee is None else self.line(committee),
            "about": [self.text(line) for line in self.about()],
            "heading": self.text(paper.title),
            "meeting": self.line(paper.meeting),
            "foot": self.text(" – ".join(heading)),
            "notices": [self.text(each) for each in paper.notices],
            "facts": [self.fact(each) for each in paper.facts],
            "elsewhere": self.text(self.words.say("places")),
            "place-columns": [self.text(each) for each in self.place_columns()],
            "places": [self.place(each) for each in paper.places],
            "columns": [self.text(self.words.say("columns", name)) for name in names],
            "shares": [1 if name == "item" else 0 for name in names],
            "empty": self.text(paper.empty),
            "days": [self.day(each) for each in paper.days],
        }

    def file(self) -> dict[str, Any]:
        """What the file bears, and how it is set."""
        paper = self.paper
        return {
            "lang": paper.language.value,
            "dir": paper.direction,
            "fonts": FAMILIES[paper.language],
            "size": _SIZE.get(paper.language, 9.5),
            "leading": _LEADING.get(paper.language, 0.6),
            "year": paper.stamp.year,
            "month": paper.stamp.month,
            "day": paper.stamp.day,
            "title": self.shown(f"{paper.title} – {paper.meeting.text}"),
            "author": self.shown((paper.committee or paper.meeting).text),
            "wide": False,
        }

    @property
    def numbered(self) -> bool:
        return self.paper.kind in NUMBERED

    def about(self) -> Iterable[str]:
        if self.paper.symbol is not None:
            yield self.paper.symbol
        if self.paper.issued_at is not None:
            yield self.words.day(self.paper.stamp)

    def place_columns(self) -> list[str]:
        return place_columns(self.paper, self.words) if self.paper.places else []

    def place(self, place: Place) -> dict[str, Any]:
        return {
            "name": self.text(place.name),
            "hours": [self.shown(hours) for hours in place.hours],
            "zone": self.shown(place.clock),
        }

    def day(self, day: Day) -> dict[str, Any]:
        return {
            "heading": self.text(day.heading) if day.heading else None,
            "parts": [self.part(each) for each in day.parts],
        }

    def part(self, part: Part) -> dict[str, Any]:
        return {
            "name": None if part.name is None else self.line(part.name),
            "hours": self.shown(part.hours),
            "entries": [self.entry(each) for each in part.entries],
        }

    def entry(self, entry: Entry) -> dict[str, Any]:
        return {
            "number": entry.number or "",
            "depth": min(entry.depth, 5),
            "hours": self.shown(entry.hours),
            "there": self.shown(entry.there),
            "title": self.line(entry.title),
            "struck": entry.struck,
            "pause": entry.is_break,
            "marks": [self.text(each) for each in entry.marks],
            "news": [self.text(each) for each in entry.news],
            "facts": [self.labelled(each) for each in entry.facts],
            "panel": None if entry.panel is None else self.line(entry.panel),
            "people": [self.person(each) for each in entry.speakers],
            "notes": [self.line(each) for each in entry.notes],
        }

    def person(self, person: Speaker) -> dict[str, Any]:
        free = [Run(person.about), Run(person.length, whole=True), Run(person.there, whole=True)]
        details = [*free, Run(person.email, whole=True), Run(person.state)]
        return {
            "at": person.at,
            "role": self.text(self.words.say("labelled", label=person.role)),
            "name": self.text(person.name),
            "details": [self.line(each) for each in details if each.text],
        }

    def fact(self, fact: Fact) -> dict[str, Any]:
        return {"label": self.text(fact.label), "lines": [self.runs(each) for each in fact.lines]}

    def labelled(self, fact: Fact) -> dict[str, Any]:
        label = self.words.say("labelled", label=fact.label)
        return {"label": self.text(label), "lines": [self.runs(each) for each in fact.lines]}

    def text(self, text: str) -> dict[str, Any]:
        return self.line(Run(text))

    def line(self, run: Run) -> dict[str, Any]:
        return self.runs((run,))

    def runs(self, line: Runs) -> dict[str, Any]:
        """A single run in its own direction; what has none runs as the paper does, but a number
        that somebody is to dial or to type from the left. Of several the paper puts them in its
        order, and each value keeps its own direction.
        """
        texts = [self.shown(run.text) for run in line]
        alone = self.direction(line[0], texts[0]) if len(line) == 1 else None
        return {
            "dir": alone or self.paper.direction,
            "short": sum(map(len, texts)) <= WHOLE,
            "runs": [
                {
                    "parts": parts(text),
                    "lang": run.language,
                    "dir": None if alone else self.otherwise(run, text),
                    "whole": run.whole and len(text) <= WHOLE,
                }
                for run, text in zip(line, texts, strict=True)
            ],
        }

    def direction(self, run: Run, text: str) -> str:
        return direction_of(text, "ltr" if run.whole else self.paper.direction)

    def otherwise(self, run: Run, text: str) -> str | None:
        """The direction of a value that runs otherwise than the line around it."""
        if not (run.whole or run.language):
            return None
        found = self.direction(run, text)
        return None if found == self.paper.direction else found
