"""A paper as a page of HTML: no script, nothing from elsewhere, every language named."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from urllib.parse import urlencode

from app.core import clock
from app.core.languages import is_right_to_left
from app.letters.glyphs import direction_of
from app.letters.words import LetterLanguage, Run, Runs
from app.programme.headings import columns, place_columns
from app.programme.lifecycle import FORMS, MEDIA_TYPES, NUMBERED, SEGMENTS, PaperForm
from app.programme.markup import Markup, escaped, joined, tag
from app.programme.papers import WHOLE, Day, Entry, Fact, Paper, Part, Speaker
from app.programme.words import Words, words_in

_STYLE = resources.files("app.programme").joinpath("style.css").read_text(encoding="utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_LANGUAGES = {
    LetterLanguage.EN: "English",
    LetterLanguage.FR: "Français",
    LetterLanguage.ES: "Español",
    LetterLanguage.AR: "العربية",
    LetterLanguage.ZH: "中文",
    LetterLanguage.RU: "Русский",
}

_KEPT = {PaperForm.PDF: "PDF", PaperForm.ICS: "iCalendar"}


def page(paper: Paper, query: Mapping[str, str] | None = None) -> bytes:
    """The page as sent; `query` is what it was asked for with."""
    return _Page(paper, words_in(paper.language), query or {}).whole().encode()


@dataclass(frozen=True, slots=True)
class _Page:
    paper: Paper
    words: Words
    query: Mapping[str, str]

    def whole(self) -> str:
        paper = self.paper
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            *self.alternates(),
            tag("title", f"{paper.title} – {paper.meeting.text}"),
            tag("style", Markup(_STYLE)),
        )
        main = tag("main", *self.main())
        whole = tag("html", head, tag("body", main), lang=paper.language, dir=paper.direction)
        return f"<!doctype html>\n{whole}\n"

    def main(self) -> Iterator[Markup]:
        paper = self.paper
        yield self.header()
        yield self.languages()
        yield self.forms()
        for notice in paper.notices:
            yield tag("p", notice, class_="notice", role="note")
        yield tag("dl", *self.facts(paper.facts), class_="facts")
        if paper.places:
            yield self.places()
        if not paper.entries:
            yield tag("p", paper.empty)
        for number, day in enumerate(paper.days):
            yield self.day(day, f"day-{number}")

    def header(self) -> Markup:
        paper = self.paper
        symbol = [tag("bdi", paper.symbol, class_="symbol")] if paper.symbol else []
        issued = [self.issued(paper.issued_at)] if paper.issued_at else []
        committee = [] if paper.committee is None else [tag("p", said(paper.committee))]
        about = [tag("p", joined([*symbol, *issued], " · "))] if symbol or issued else []
        return tag(
            "header",
            tag("div", *committee, *about, class_="top"),
            tag("h1", paper.title),
            tag("p", said(paper.meeting), class_="meeting"),
            class_="paper",
        )

    def issued(self, at: datetime) -> Markup:
        return tag("time", self.words.day(self.paper.stamp), datetime=clock.written(at))

    def languages(self) -> Markup:
        """The same page in the others; the address keeps what else was asked for."""
        links = [
            tag(
                "li",
                tag("a", name, href=self.address(language), hreflang=language, lang=language),
            )
            for language, name in _LANGUAGES.items()
            if language is not self.paper.language
        ]
        return tag("nav", tag("ul", *links), aria_label=self.words.say("other_languages"))

    def forms(self) -> Markup:
        """The same paper in forms that a reader keeps."""
        links = [
            tag("li", tag("a", name, href=self.beside(form), type=MEDIA_TYPES[form]))
            for form, name in _KEPT.items()
            if form in FORMS[self.paper.kind]
        ]
        return tag("nav", tag("ul", *links), aria_label=self.words.say("other_forms"))

    def alternates(self) -> list[Markup]:
        return [
            tag("link", rel="alternate", type=MEDIA_TYPES[form], href=self.beside(form))
            for form in FORMS[self.paper.kind]
            if form is not PaperForm.HTML
        ]

    def beside(self, form: PaperForm) -> str:
        query = urlencode({**self.query, "language": self.paper.language.value})
        return f"{SEGMENTS[self.paper.kind]}.{form.value}?{query}"

    def address(self, language: LetterLanguage) -> str:
        return "?" + urlencode({**self.query, "language": language.value})

    def facts(self, facts: Iterable[Fact]) -> Iterator[Markup]:
        for fact in facts:
            yield tag("dt", fact.label)
            yield from (tag("dd", self.runs(line)) for line in fact.lines)

    def runs(self, line: Runs) -> Markup:
        """Of several runs only values stand apart, else a bracket between two would turn."""
        if len(line) == 1:
            return said(line[0])
        inner = (
            said(run) if run.whole or run.language else Markup(escaped(run.text)) for run in line
        )
        return tag("bdi", *inner, dir=self.paper.direction)

    def places(self) -> Markup:
        rows = [
            tag(
                "tr",
                tag("th", place.name, scope="row"),
                *(tag("td", tag("bdi", hours, dir="ltr")) for hours in place.hours),
                tag("td", tag("bdi", place.clock, dir="ltr"), class_="zone"),
            )
            for place in self.paper.places
        ]
        headings = place_columns(self.paper, self.words)
        table = tag(
            "table",
            tag("thead", tag("tr", *(tag("th", each, scope="col") for each in headings))),
            tag("tbody", *rows),
        )
        heading = tag("h2", self.words.say("places"), id="places")
        return tag("section", heading, table, class_="places", aria_labelledby="places")

    def day(self, day: Day, name: str) -> Markup:
        heading = tag("h2", tag("time", day.heading, datetime=str(day.date)), id=name)
        table = tag(
            "table",
            tag("thead", tag("tr", *(heading_cell(each) for each in self.columns()), role="row")),
            *(self.part(part) for part in day.parts),
            class_="items",
            role="table",
        )
        if not day.heading:
            return table
        return tag("section", heading, table, aria_labelledby=name)

    def part(self, part: Part) -> Markup:
        rows = [self.row(entry) for entry in part.entries]
        if part.name is not None:
            hours = tag("bdi", part.hours, dir="ltr", class_="hours")
            name = joined([tag("span", said(part.name), class_="title"), hours], " ")
            across = str(len(self.columns()))
            head = tag("th", name, scope="rowgroup", colspan=across, role="rowheader")
            rows.insert(0, tag("tr", head, class_="sitting", role="row"))
        return tag("tbody", *rows, role="rowgroup")

    def columns(self) -> list[str]:
        return [self.words.say("columns", name) for name in columns(self.paper)]

    @property
    def numbered(self) -> bool:
        return self.paper.kind in NUMBERED

    def row(self, entry: Entry) -> Markup:
        number = tag(
            "th",
            tag("bdi", entry.number, dir="ltr") if entry.number else None,
            scope="row",
            class_="number",
            role="rowheader",
        )
        times = [tag("td", self.hours(entry), class_="hours", role="cell")]
        if self.paper.reader_timezone is not None:
            there = tag("bdi", entry.there, dir="ltr")
            times.append(tag("td", there, class_="there", role="cell"))
        item = tag("td", *self.item(entry), class_="item", role="cell")
        cells = [number, item, *times] if self.numbered else [*times, number, item]
        kind = f"depth-{min(entry.depth, 5)}" + (" break" if entry.is_break else "")
        return tag("tr", *cells, class_=kind, id=f"item-{entry.id}", role="row")

    def hours(self, entry: Entry) -> Markup:
        """Each end of the hours is a moment of its own for programs."""
        begin, dash, end = entry.hours.partition("–")
        times = [tag("time", begin, datetime=clock.written(entry.starts_at))]
        if dash:
            times += [Markup(dash), tag("time", end, datetime=clock.written(entry.ends_at))]
        return tag("bdi", *times, dir="ltr")

    def item(self, entry: Entry) -> Iterator[Markup]:
        title = tag("span", said(entry.title), class_="title")
        yield tag("s", title) if entry.struck else title
        for name, marks in (("marks", entry.marks), ("news", entry.news)):
            if marks:
                yield Markup(" ")
                yield tag("ul", *(tag("li", mark) for mark in marks), class_=name)
        for fact in entry.facts:
            label = tag("span", self.words.say("labelled", label=fact.label), class_="said")
            lines = [self.runs(line) for line in fact.lines]
            first = [tag("br")] if len(lines) > 1 else []
            yield tag("p", label, *first, joined(lines, tag("br")))
        if entry.panel is not None:
            yield tag("p", said(entry.panel))
        if entry.speakers:
            yield tag("ul", *(self.speaker(each) for each in entry.speakers), class_="people")
        yield from (tag("p", said(note)) for note in entry.notes)

    def speaker(self, person: Speaker) -> Markup:
        parts: list[Markup | str] = []
        if person.at:
            parts.append(tag("bdi", person.at, dir="ltr", class_="cue"))
        role = tag("span", self.words.say("labelled", label=person.role), class_="said")
        parts.append(joined([role, tag("bdi", person.name)]))
        if person.about:
            parts.append(tag("bdi", person.about))
        for detail in (person.length, person.there, person.email):
            parts += [tag("bdi", detail, class_="whole")] if detail else []
        if person.state:
            parts.append(tag("span", person.state, class_="state whole"))
        return tag("li", joined(parts, " · "))


def heading_cell(text: str) -> Markup:
    """Roles are said where a narrow screen shows a table as blocks, as some readers lose them."""
    return tag("th", text, scope="col", role="columnheader")


def said(run: Run) -> Markup:
    """Apart from what stands around it, and with its language where that is another."""
    if run.language is None and run.whole:
        kept = "whole" if len(run.text) <= WHOLE else None
        return tag("bdi", run.text, dir=direction_of(run.text, "ltr"), class_=kept)
    if run.language is None:
        return tag("bdi", run.text)
    direction = "rtl" if is_right_to_left(run.language) else "ltr"
    return tag("bdi", run.text, lang=run.language, dir=direction)
