"""A conference as frab and pentabarf think of one: days, rooms, events."""

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Final
from uuid import UUID

from app.agenda.lifecycle import ItemKind
from app.core.fields import in_language
from app.core.zones import offset_at, to_local
from app.exchange.outline import Foreign, Outline, Shown

SLUG: Final = re.compile("[a-z0-9_]{4,}-[a-z0-9_-]{3,}[a-z0-9]")
CODE: Final = re.compile("[0-9A-Z]{6}")
_MINUTE: Final = timedelta(minutes=1)
_OURS: Final = frozenset(kind.value for kind in ItemKind)


@dataclass(slots=True)
class Event:
    guid: UUID
    number: int
    code: str | None
    slug: str
    title: str
    subtitle: str
    kind: str
    track: str
    language: str
    abstract: str
    description: str
    starts_at: datetime
    """With the offset of the meeting's zone."""
    minutes: int
    room: str
    people: list[str]
    address: str


@dataclass(slots=True)
class Day:
    index: int
    date: date
    rooms: dict[str, list[Event]] = field(default_factory=dict)

    @property
    def events(self) -> list[Event]:
        return [event for events in self.rooms.values() for event in events]

    @property
    def starts_at(self) -> datetime:
        return min(event.starts_at for event in self.events)

    @property
    def ends_at(self) -> datetime:
        return max(event.starts_at + event.minutes * _MINUTE for event in self.events)


@dataclass(slots=True)
class Conference:
    title: str
    acronym: str
    zone: str
    version: str
    address: str
    days: list[Day]
    first_day: date
    """Of the meeting, for a conference without events."""

    @property
    def events(self) -> list[Event]:
        return [event for day in self.days for event in day.events]

    @property
    def tracks(self) -> list[str]:
        return list(dict.fromkeys(event.track for event in self.events if event.track))

    @property
    def grain(self) -> int:
        """The longest slot that all starts and lengths are made of, an hour at most."""
        minutes = [n for e in self.events for n in (e.minutes, e.starts_at.minute)]
        return math.gcd(60, *minutes)


def conference_of(outline: Outline, wanted: Iterable[str]) -> Conference:
    """The items that have a time of their own, in one language."""
    languages = [*wanted, *outline.languages]
    namer = _Namer(acronym_of(outline.handle))
    days: dict[date, Day] = {}
    timed = [item for item in outline.items if item.minutes is not None and not item.gone]
    for item in timed:
        event = _event(outline, item, languages, namer)
        day = days.setdefault(event.starts_at.date(), Day(0, event.starts_at.date()))
        day.rooms.setdefault(event.room, []).append(event)
    in_order = [days[each] for each in sorted(days)]
    for index, day in enumerate(in_order, start=1):
        day.index = index
        for events in day.rooms.values():
            events.sort(key=lambda event: event.starts_at)
    return Conference(
        title=in_language(outline.title, languages),
        acronym=namer.acronym,
        zone=outline.zone,
        version=outline.version,
        address=outline.address,
        days=in_order,
        first_day=to_local(outline.starts_at, outline.zone).date(),
    )


def acronym_of(handle: str) -> str:
    """A handle in the letters of acronyms, of which there are four at least."""
    letters = handle.replace("-", "_")
    return letters if len(letters) >= 4 else f"meeting_{letters}"


class _Namer:
    """Numbers, codes and slugs, of which a conference has each once."""

    def __init__(self, acronym: str) -> None:
        self.acronym = acronym
        self.taken: set[int | str] = set()

    def number(self, guid: UUID, known: int | None) -> int:
        """The known one, else one that follows from the guid and so stays what it is."""
        if known is not None and known > 0 and known not in self.taken:
            number = known
        else:
            digest = hashlib.sha256(guid.bytes).digest()
            number = int.from_bytes(digest[:4]) % 2_000_000_000 + 1
            while number in self.taken:
                number += 1
        self.taken.add(number)
        return number

    def code(self, known: str | None) -> str | None:
        if known is None or not CODE.fullmatch(known) or known in self.taken:
            return None
        self.taken.add(known)
        return known

    def slug(self, number: int, title: str, known: str | None) -> str:
        if known is not None and SLUG.fullmatch(known) and known not in self.taken:
            slug = known
        else:
            slug = f"{self.acronym}-{number}-{_letters(title) or 'item'}"
        self.taken.add(slug)
        return slug


def _kind(item: Shown, foreign: Foreign) -> str:
    """What the item is now where a file called it by one of our words."""
    ours = str(item.said["kind"])
    return ours if foreign.kind is None or foreign.kind in _OURS else foreign.kind


def _letters(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def _event(outline: Outline, item: Shown, languages: list[str], namer: _Namer) -> Event:
    foreign = item.foreign or Foreign()
    title: dict[str, str] = item.said["title"]
    language = in_language({tag: tag for tag in title}, languages)
    shown = title[language]
    number = namer.number(item.guid, foreign.number)
    local = to_local(item.starts_at, outline.zone)
    return Event(
        guid=item.guid,
        number=number,
        code=namer.code(foreign.code),
        slug=namer.slug(number, shown, foreign.slug),
        title=shown,
        subtitle=foreign.subtitle or "",
        kind=_kind(item, foreign),
        track=foreign.track if foreign.track is not None else item.branch,
        language=language,
        abstract=item.said["note"].get(language, ""),
        description=item.said["annotation"].get(language, ""),
        starts_at=local.replace(tzinfo=timezone(offset_at(item.starts_at, outline.zone))),
        minutes=item.minutes or 0,
        room=item.said["room"] or outline.room,
        people=item.people,
        address=outline.address,
    )
