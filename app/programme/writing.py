"""What a paper says, put together from the record and the phrases of a language."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from app.core.zones import to_local
from app.letters.words import Run, Runs
from app.letters.words import words_in as letters_in
from app.programme.items import Items
from app.programme.lifecycle import NUMBERED, PaperKind
from app.programme.nodes import Node, Sitting, nodes_of, sittings_of
from app.programme.papers import Day, Entry, Fact, Paper, Part, Place
from app.programme.policy import day_number, revisions
from app.programme.records import Record, Times, Wanted
from app.programme.words import Words, offset_of, words_in

MOST_DAYS = 5
"""Of which the hours elsewhere are shown: more columns fit on no page."""


def write(record: Record, wanted: Wanted) -> Paper:
    """The paper as it is for everybody who wants it so and may see as much of the agenda."""
    return _Writer(record, wanted, words_in(wanted.language)).paper()


@dataclass(frozen=True)
class _Writer:
    record: Record
    wanted: Wanted
    words: Words

    def paper(self) -> Paper:
        times, wanted = self.times, self.wanted
        days = self.days()
        return Paper(
            kind=wanted.kind,
            state=self.record.state,
            language=wanted.language,
            direction=self.words.direction,
            title=self.title(),
            committee=self.committee(),
            meeting=self.words.text_of(times.title),
            handle=self.record.meeting.handle,
            symbol=None if self.record.draft else self.record.agenda["symbol"],
            version=self.record.version,
            issued_at=self.record.issued_at,
            stamp=to_local(self.record.issued_at or self.record.stamp, times.timezone).date(),
            notices=tuple(self.notices()),
            facts=tuple(self.facts()),
            timezone=times.timezone,
            reader_timezone=self.reader_zone,
            starts_at=times.starts_at,
            ends_at=times.ends_at,
            venue=times.venue or self.record.meeting.place,
            days=days,
            places=tuple(self.places(days)),
            empty=self.words.say("nothing_that_day" if wanted.day else "nothing"),
        )

    @cached_property
    def times(self) -> Times:
        """As they were issued, or as they are now."""
        now, then = self.record.meeting, self.record.agenda.get("meeting")
        if self.record.draft or self.wanted.follows or not isinstance(then, Mapping):
            return Times(
                now.starts_at, now.ends_at, now.timezone, now.title, now.format.value, now.place,
                now.local_start.date(),
            )  # fmt: skip
        starts_at, ends_at = (datetime.fromisoformat(then[n]) for n in ("starts_at", "ends_at"))
        zone, venue = then["timezone"], then.get("venue")
        first = to_local(starts_at, zone).date()
        return Times(starts_at, ends_at, zone, then["title"], then["format"], venue, first)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.times.timezone)

    @cached_property
    def reader_zone(self) -> str | None:
        asked = self.wanted.timezone
        return None if asked == self.times.timezone else asked

    @cached_property
    def nodes(self) -> list[Node]:
        moved_by = self.record.moved_by if self.wanted.follows else timedelta()
        return list(nodes_of(self.record.items, moved_by))

    @cached_property
    def sittings(self) -> Sequence[Sitting]:
        moved_by = self.record.moved_by if self.wanted.follows else timedelta()
        return sittings_of(self.record.agenda, moved_by)

    def title(self) -> str:
        kind = self.wanted.kind
        if kind in NUMBERED:
            return self.words.say("titles", kind.value, self.record.state.value)
        return self.words.say("titles", kind.value, "day" if self.wanted.day else "whole")

    def committee(self) -> Run | None:
        then = (self.record.agenda.get("meeting") or {}) if not self.record.draft else {}
        named = then.get("committee") if isinstance(then, Mapping) else None
        names = named.get("name") if isinstance(named, Mapping) else None
        found = names if isinstance(names, Mapping) else self.record.committee
        return self.words.text_of(found) if found else None

    def notices(self) -> Iterator[str]:
        if self.record.draft and self.wanted.kind is not PaperKind.RUN_OF_SHOW:
            yield self.words.say("draft")
        if not (self.record.draft or self.wanted.follows):
            return
        if self.record.off is not None:
            yield self.words.say(self.record.off)
        elif self.record.moved_by:
            yield self.words.say("moved")

    def facts(self) -> Iterator[Fact]:
        letters = letters_in(self.wanted.language)
        start, end = (at.astimezone(self.zone) for at in (self.times.starts_at, self.times.ends_at))
        yield self.fact("when", letters.span(start, end))
        if self.reader_zone is not None:
            there = ZoneInfo(self.reader_zone)
            span = letters.span(start.astimezone(there), end.astimezone(there))
            yield Fact(self.words.say("columns", "there"), (span,))
        place = [(Run(self.words.say("formats", self.times.format)),)]
        venue = self.times.venue
        yield self.fact("place", *place, *([(Run(venue),)] if venue else []))
        if (usual := self.usual_openness()) not in {None, "closed"}:
            yield self.fact("openness", (Run(self.words.say("openness", str(usual))),))
        if self.wanted.kind is PaperKind.RUN_OF_SHOW:
            yield from self.ways_in()

    def ways_in(self) -> Iterator[Fact]:
        """For organizers: these are secrets."""
        room = self.record.room
        if room is not None:
            for name in ("join_address", "passcode", "dial_in"):
                if (said := getattr(room, name)) is not None:
                    yield self.fact(name, (Run(said, whole=True),))
        lines = [line for each in self.record.meeting.contacts for line in self.contact(each)]
        if lines:
            yield self.fact("contacts", *lines)

    def contact(self, contact: Mapping[str, Any]) -> Iterator[Runs]:
        """Whom to ask, as what, and on a line of its own where: no comma fits all scripts."""
        name, role, email = (contact.get(member) for member in ("name", "role", "email"))
        yield (Run(self.words.say("contact", name=name, role=role) if role else str(name)),)
        if email:
            yield (Run(email, whole=True),)

    def fact(self, name: str, *lines: Runs) -> Fact:
        return Fact(self.words.say("facts", name), lines)

    def usual_openness(self) -> str | None:
        """That of most items; of two that are even, the narrower, which comes first."""
        found = Counter(
            node.openness for node in self.nodes if node.stands and node.kind != "break"
        )
        return max(sorted(found, key=str), key=found.__getitem__, default=None)

    def days(self) -> tuple[Day, ...]:
        """Numbered papers keep the order of the agenda; the others go by time, day by day."""
        entries = list(self.entries())
        if self.wanted.kind in NUMBERED:
            first = self.times.first_day
            whole = (Part(None, "", tuple(entries)),)
            return (Day(first, "", whole),) if entries else ()
        entries.sort(key=lambda entry: entry.starts_at)
        return tuple(
            Day(day, _heading(self.words.weekday(day)), tuple(self.parts(same)))
            for day, same in groupby(entries, key=lambda entry: entry.day)
            if self.wanted.day in {None, day_number(day, self.times.first_day)}
        )

    def parts(self, entries: Iterable[Entry]) -> Iterator[Part]:
        """The entries of a day by the sittings in which they begin."""
        for sitting, same in groupby(entries, key=self.sitting_of):
            if sitting is None:
                yield Part(None, "", tuple(same))
                continue
            start, end = (at.astimezone(self.zone) for at in (sitting.starts_at, sitting.ends_at))
            name = self.words.text_of(sitting.name or {"": self.words.say("sitting")})
            yield Part(name, self.words.hours(start, end), tuple(same))

    def sitting_of(self, entry: Entry) -> Sitting | None:
        holds = (s for s in self.sittings if s.starts_at <= entry.starts_at < s.ends_at)
        return next(holds, None)

    def entries(self) -> Iterator[Entry]:
        numbered = self.wanted.kind in NUMBERED
        before = self.record.before
        known = None if before is None else nodes_of(before["items"])
        items = Items(
            kind=self.wanted.kind,
            words=self.words,
            zone=self.zone,
            there=None if self.reader_zone is None else ZoneInfo(self.reader_zone),
            numbers={node.id: node.number for node in self.nodes},
            documents=self.record.documents,
            news=revisions(known, self.nodes) if numbered else {},
            usual_openness=self.usual_openness(),
        )
        for node in self.nodes:
            if not (numbered and node.kind == "break"):
                yield items.entry(node)

    def places(self, days: Sequence[Day]) -> Iterator[Place]:
        """The hours of each day elsewhere, the meeting's own zone first."""
        spans = [_span(day.entries) for day in days[:MOST_DAYS]] or [
            (self.times.starts_at, self.times.ends_at)
        ]
        for name in dict.fromkeys([self.times.timezone, *self.wanted.zones]):
            if not self.wanted.zones:
                return
            zone = ZoneInfo(name)
            local = [(start.astimezone(zone), end.astimezone(zone)) for start, end in spans]
            hours = tuple(
                self.words.hours(start, end, beside)
                for (start, end), beside in zip(local, self._dates(spans), strict=True)
            )
            offsets = {offset_of(each) for span in local for each in span}
            offset = offsets.pop() if len(offsets) == 1 else ""
            yield Place(self.words.city(name), name, offset, hours)

    def _dates(self, spans: Sequence[tuple[datetime, datetime]]) -> list[date]:
        return [start.astimezone(self.zone).date() for start, _ in spans]


def _span(entries: Sequence[Entry]) -> tuple[datetime, datetime]:
    """From the first to the last moment of a day."""
    return min(each.starts_at for each in entries), max(each.ends_at for each in entries)


def _heading(text: str) -> str:
    """Days begin with a small letter in some languages, but headings with a capital."""
    return text[:1].upper() + text[1:]
