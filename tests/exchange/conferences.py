"""Conferences of any size, made the same way every time, as other programs write them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

FIRST_DAY = date(2021, 10, 8)
ZONE = timezone(timedelta(hours=-4))
PRIORITIES = ("must_not", "should_not", "better_not")
NAMES = (
    "Amina Rossi",
    "Li Wei",
    "Юлия Иванова",
    "محمد علي",
    "José Łukasz",
    "Ana & Co",
    "Søren <S>",
)


@dataclass(frozen=True)
class Talk:
    number: int
    guid: UUID
    room: str
    starts_at: datetime
    minutes: int
    people: tuple[str, ...]

    @property
    def title(self) -> str:
        return f'Talk {self.number}: "A & B" <{self.number}>'


@dataclass
class Conference:
    """Talks by their days."""

    talks: list[Talk] = field(default_factory=list)

    def days(self) -> Iterator[tuple[date, dict[str, list[Talk]]]]:
        days: dict[date, dict[str, list[Talk]]] = {}
        for talk in self.talks:
            day = days.setdefault(talk.starts_at.date(), {})
            day.setdefault(talk.room, []).append(talk)
        yield from days.items()

    def later(self, minutes: int) -> "Conference":
        """The same, all of it moved."""
        shift = timedelta(minutes=minutes)
        return Conference([replace(t, starts_at=t.starts_at + shift) for t in self.talks])

    def xml(self) -> bytes:
        """As pretalx has it, with elements that nobody here knows."""
        lines = [
            '<?xml version="1.0" encoding="utf-8"?>',
            "<schedule><generator name='pretalx' version='2024.1'/>",
            "<version>0.7</version><conference><acronym>conf-2021</acronym><title>Conf</title>",
            "<time_zone_name>America/New_York</time_zone_name></conference>",
        ]
        for index, (day, rooms) in enumerate(self.days(), start=1):
            lines.append(
                f'<day index="{index}" date="{day}" start="{day}T04:00:00-04:00"'
                f' end="{day}T23:59:00-04:00">'
            )
            for room, talks in rooms.items():
                lines.append(f"<room name={quoteattr(room)} guid='{UUID(int=1)}'>")
                lines += [_event(talk) for talk in talks]
                lines.append("</room>")
            lines.append("</day>")
        return "\n".join([*lines, "</schedule>"]).encode()

    def json(self) -> dict[str, Any]:
        """As frab has it."""
        days = [
            {
                "index": index,
                "date": day.isoformat(),
                "day_start": f"{day}T04:00:00-04:00",
                "day_end": f"{day}T23:59:00-04:00",
                "rooms": {room: [_entry(talk) for talk in talks] for room, talks in rooms.items()},
            }
            for index, (day, rooms) in enumerate(self.days(), start=1)
        ]
        conference = {"acronym": "conf-2021", "title": "Conf", "daysCount": 4, "days": days}
        return {"schedule": {"version": "0.7", "base_url": "", "conference": conference}}


def conference(events: int = 770, days: int = 4, rooms: int = 27) -> Conference:
    """Events follow each other in each room, with a pause here and there."""
    dice = random.Random(770)
    made = Conference()
    per_day = -(-events // days)
    for day in range(days):
        midnight = datetime.combine(FIRST_DAY + timedelta(days=day), datetime.min.time(), ZONE)
        now = [midnight + timedelta(hours=10) for _ in range(rooms)]
        for _ in range(min(per_day, events - len(made.talks))):
            room = len(made.talks) % rooms
            minutes = dice.choice((25, 30, 45, 60))
            made.talks.append(_talk(len(made.talks), room, now[room], minutes, dice))
            now[room] += timedelta(minutes=minutes + dice.choice((0, 0, 5, 10)))
    return made


def day(sessions: int = 125, slots: int = 30, rooms: int = 27) -> Conference:
    """A day of slots of twenty minutes; no two sessions have the same slot and room."""
    dice = random.Random(125)
    places = dice.sample([(slot, room) for slot in range(slots) for room in range(rooms)], sessions)
    made = Conference()
    nine = datetime.combine(FIRST_DAY, datetime.min.time(), ZONE) + timedelta(hours=10)
    for number, (slot, room) in enumerate(sorted(places)):
        start = nine + timedelta(minutes=20 * slot)
        made.talks.append(_talk(number, room, start, 20, dice))
    return made


def conflicts(made: Conference, count: int = 1337) -> list[dict[str, str]]:
    """As many different pairs, in three priorities."""
    dice = random.Random(1337)
    guids = [str(talk.guid) for talk in made.talks]
    every = [(a, b) for place, a in enumerate(guids) for b in guids[place + 1 :]]
    pairs = dice.sample(every, count)
    return [
        {"item": a, "other_item": b, "priority": PRIORITIES[place % 3]}
        for place, (a, b) in enumerate(pairs)
    ]


def expected(made: Conference, declared: list[dict[str, str]]) -> dict[str, int]:
    """How many of the pairs are on at once, by priority: every pair is looked at."""
    talks = {str(talk.guid): talk for talk in made.talks}
    found = dict.fromkeys(PRIORITIES, 0)
    for each in declared:
        one, other = talks[each["item"]], talks[each["other_item"]]
        ends = (talk.starts_at + timedelta(minutes=talk.minutes) for talk in (one, other))
        found[each["priority"]] += max(one.starts_at, other.starts_at) < min(ends)
    return found


def _talk(number: int, room: int, start: datetime, minutes: int, dice: random.Random) -> Talk:
    people = tuple(dice.sample(NAMES, dice.choice((0, 1, 1, 2))))
    guid = UUID(int=dice.getrandbits(128), version=4)
    return Talk(number + 1, guid, f"Hall {room + 1}", start.astimezone(ZONE), minutes, people)


def _event(talk: Talk) -> str:
    persons = "".join(
        f'<person id="{place}" code="X">{escape(name)}</person>'
        for place, name in enumerate(talk.people, start=1)
    )
    members = {
        "room": talk.room,
        "title": talk.title,
        "subtitle": "",
        "type": "Lecture",
        "date": talk.starts_at.isoformat(),
        "start": f"{talk.starts_at:%H:%M}",
        "duration": f"{talk.minutes // 60:02}:{talk.minutes % 60:02}",
        "abstract": "What it is about.",
        "slug": f"conf2021-{talk.number}-a-talk",
        "track": "Main & more",
        "logo": "",
        "language": "de" if talk.number % 5 == 0 else "en",
        "description": "",
        "url": "https://conference.example.org/talk",
    }
    texts = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in members.items())
    extras = "<recording><license/><optout>false</optout></recording><links/><attachments/>"
    return (
        f'<event guid="{talk.guid}" id="{talk.number}" code="{talk.number:06}">{texts}'
        f"<persons>{persons}</persons>{extras}</event>"
    )


def _entry(talk: Talk) -> dict[str, Any]:
    return {
        "id": talk.number,
        "guid": str(talk.guid),
        "logo": None,
        "date": talk.starts_at.astimezone(UTC).isoformat(),
        "start": f"{talk.starts_at:%H:%M}",
        "duration": f"{talk.minutes // 60:02}:{talk.minutes % 60:02}",
        "room": talk.room,
        "slug": f"conf2021-{talk.number}-a-talk",
        "title": talk.title,
        "subtitle": None,
        "track": None,
        "type": "lecture",
        "language": None,
        "abstract": None,
        "description": None,
        "persons": [{"id": 1, "public_name": name, "links": []} for name in talk.people],
        "links": [],
        "attachments": [],
    }
