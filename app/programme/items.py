"""An item as it stands in a paper."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.letters.words import Run
from app.programme.lifecycle import NUMBERED, PaperKind
from app.programme.nodes import Node, Person
from app.programme.papers import Entry, Fact, Reading, Speaker
from app.programme.policy import Revision, speaking_times
from app.programme.records import Listed
from app.programme.words import Words

_NAMED_KINDS = frozenset({"panel", "briefing", "statement"})
"""The others say so with their title or their purpose."""
_HALF_KNOWN = frozenset({"proposed", "invited"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Writes the items of one paper."""

    kind: PaperKind
    words: Words
    zone: ZoneInfo
    there: ZoneInfo | None
    numbers: Mapping[str, str | None]
    news: Mapping[str, Revision]
    documents: Mapping[str, Sequence[Listed]]
    usual_openness: str | None
    """That of most items, which is not said of each."""

    def entry(self, node: Node) -> Entry:
        start, end = node.starts_at.astimezone(self.zone), node.ends_at.astimezone(self.zone)
        title = self.words.text_of(node.title)
        panel = None if node.panel is None else self.words.text_of(node.panel)
        return Entry(
            id=node.id,
            parent=node.parent,
            number=node.number,
            merged_into_id=node.merged_into_id,
            depth=node.depth,
            kind=node.kind,
            kind_name=self.words.known("kinds", node.kind) or node.kind,
            title=title,
            starts_at=node.starts_at,
            ends_at=node.ends_at,
            day=start.date(),
            hours=self.words.hours(start, end) if node.stands else "",
            there=self._there(node, start),
            standing=node.standing,
            marks=tuple(self._marks(node)),
            news=tuple(self._news(node)),
            room=node.room,
            facts=tuple(self._facts(node)),
            documents=self._readings(node),
            panel=None if panel is None or panel.text == title.text else panel,
            speakers=tuple(self._speakers(node)),
            notes=tuple(self._notes(node)),
        )

    def _there(self, node: Node, start: datetime) -> str:
        if self.there is None or not node.stands:
            return ""
        local = [at.astimezone(self.there) for at in (node.starts_at, node.ends_at)]
        return self.words.hours(local[0], local[1], start.date())

    def _marks(self, node: Node) -> Iterator[str]:
        if not node.stands:
            yield self._gone(node)
        if node.restricted:
            yield self.words.say("restricted")
        if node.addition is not None:
            yield from self._known("additions", node.addition)
        if node.kind in _NAMED_KINDS:
            yield from self._known("kinds", node.kind)
        if node.purpose is not None:
            yield from self._known("purposes", node.purpose)
        if node.openness not in {None, self.usual_openness} and node.kind != "break":
            yield from self._known("openness", str(node.openness))
        if node.parallel and self.kind not in NUMBERED:
            yield self.words.say("in_parallel")
        if node.room is not None:
            yield node.room

    def _gone(self, node: Node) -> str:
        number = self.numbers.get(node.merged_into_id or "")
        if number is not None:
            return self.words.say("merged_into", number=number)
        return self.words.known(node.standing) or node.standing

    def _known(self, *path: str) -> Iterator[str]:
        if (said := self.words.known(*path)) is not None:
            yield said

    def _news(self, node: Node) -> Iterator[str]:
        news = self.news.get(node.id, Revision())
        if news.new:
            yield self.words.say("new")
        if news.changed:
            yield self.words.say("changed")
        if news.number_before is not None:
            yield self.words.say("before", number=news.number_before)

    def _facts(self, node: Node) -> Iterator[Fact]:
        yield from self._actual(node)
        yield from self._projected(node)
        if node.lead is not None:
            yield self._fact("lead", self.words.text_of(node.lead))
        group = None if node.group is None else self.words.text_of(node.group)
        if group is not None and group != self.words.text_of(node.title):
            yield self._fact("group", group)
        if node.presenter is not None:
            yield self._fact("presenter", Run(node.presenter))
        if readings := self._readings(node):
            lines = tuple(each.line for each in readings)
            yield Fact(self.words.say("facts", "documents"), lines)

    def _readings(self, node: Node) -> tuple[Reading, ...]:
        return tuple(
            Reading(each.id, each.symbol, self.words.text_of(each.title), each.languages)
            for each in self.documents.get(node.id, ())
        )

    def _actual(self, node: Node) -> Iterator[Fact]:
        """When it was started and ended, for those who run the meeting."""
        if node.actual_start is None or self.kind is not PaperKind.RUN_OF_SHOW:
            return
        start = node.actual_start.astimezone(self.zone)
        end = (node.actual_end or node.actual_start).astimezone(self.zone)
        yield self._fact("actual", Run(self.words.hours(start, end), whole=True))

    def _projected(self, node: Node) -> Iterator[Fact]:
        """When it is expected to be on as things stand, where that is not as planned."""
        if node.projected_start is None or node.projected_end is None:
            return
        planned = node.starts_at.astimezone(self.zone)
        ends = (node.projected_start, node.projected_end)
        start, end = (at.astimezone(self.zone) for at in ends)
        hours = self.words.hours(start, end, planned.date())
        if hours != self.words.hours(planned, node.ends_at.astimezone(self.zone)):
            yield self._fact("projected", Run(hours, whole=True))

    def _fact(self, name: str, run: Run) -> Fact:
        return Fact(self.words.say("facts", name), ((run,),))

    def _speakers(self, node: Node) -> Iterator[Speaker]:
        private = self.kind is PaperKind.RUN_OF_SHOW
        times = speaking_times(node.people, node.starts_at)
        for person, at in zip(node.people, times, strict=True):
            yield Speaker(
                role=self.words.known("roles", person.role) or person.role,
                name=person.name,
                about=person.about,
                state=self._state(person, private=private),
                minutes=person.minutes,
                length=self._length(person.minutes),
                at=f"{at.astimezone(self.zone):%H:%M}" if at and private else "",
                there=self._clock(person, at) if at and private else "",
                email=(person.email or "") if private else "",
            )

    def _state(self, person: Person, *, private: bool) -> str:
        if person.state is None or not (private or person.state in _HALF_KNOWN):
            return ""
        return self.words.known("states", person.state) or person.state

    def _clock(self, person: Person, at: datetime) -> str:
        """By the person's own clocks, where those are others."""
        if person.zone in {None, "UTC", self.zone.key}:
            return ""
        local = at.astimezone(ZoneInfo(str(person.zone)))
        return self.words.say(
            "in_zone", time=f"{local:%H:%M}", zone=self.words.city(str(person.zone))
        )

    def _length(self, minutes: int | None) -> str:
        return "" if minutes is None else self.words.say("minutes", number=minutes)

    def _notes(self, node: Node) -> Iterator[Run]:
        yield from self._paragraphs(node.note)
        if self.kind in {PaperKind.ANNOTATED, PaperKind.RUN_OF_SHOW}:
            yield from self._paragraphs(node.annotation)

    def _paragraphs(self, texts: Mapping[str, str]) -> Iterator[Run]:
        if not texts:
            return
        found = self.words.text_of(texts)
        for line in found.text.splitlines():
            if line.strip():
                yield Run(line.strip(), found.language)
