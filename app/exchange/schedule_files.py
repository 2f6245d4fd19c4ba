"""Writing a conference as `schedule.xml` and `schedule.json`, as their schemas have it."""

from datetime import UTC, datetime, time, timezone
from typing import Any, Final

from pydantic_core import to_json

from app.core.zones import offset_at
from app.exchange.conference import Conference, Day, Event
from app.exchange.markup import XmlWriter
from app.exchange.places import clock_of

GENERATOR: Final = "Secretariat"


def write_xml(conference: Conference) -> bytes:
    xml = XmlWriter()
    xml.open("schedule")
    xml.leaf("generator", name=GENERATOR)
    xml.leaf("version", conference.version)
    _write_conference(xml, conference)
    for day in conference.days:
        xml.open(
            "day",
            index=day.index,
            date=day.date.isoformat(),
            start=day.starts_at.isoformat(),
            end=day.ends_at.isoformat(),
        )
        for name, events in day.rooms.items():
            xml.open("room", name=name)
            for event in events:
                _write_event(xml, event)
            xml.close("room")
        xml.close("day")
    if not conference.days:
        first = _midnight(conference).isoformat()
        xml.leaf("day", index=1, date=conference.first_day.isoformat(), start=first, end=first)
    xml.close("schedule")
    return xml.content()


def write_json(conference: Conference) -> bytes:
    days = [_day(day) for day in conference.days]
    first, last = _ends(conference)
    document = {
        "generator": {"name": GENERATOR},
        "schedule": {
            "version": conference.version,
            "conference": {
                "acronym": conference.acronym,
                "title": conference.title,
                "start": first,
                "end": last,
                "daysCount": len(days),
                "timeslot_duration": clock_of(conference.grain),
                "time_zone_name": conference.zone,
                "url": conference.address,
                "tracks": [{"name": track} for track in conference.tracks],
                "days": days,
            },
        },
    }
    return to_json(document, indent=2) + b"\n"


def _write_conference(xml: XmlWriter, conference: Conference) -> None:
    first, last = _ends(conference)
    xml.open("conference")
    xml.leaf("title", conference.title)
    xml.leaf("acronym", conference.acronym)
    xml.leaf("start", first)
    xml.leaf("end", last)
    xml.leaf("days", len(conference.days))
    xml.leaf("timeslot_duration", clock_of(conference.grain))
    xml.leaf("url", conference.address)
    xml.leaf("time_zone_name", conference.zone)
    for track in conference.tracks:
        xml.leaf("track", name=track)
    xml.close("conference")


def _write_event(xml: XmlWriter, event: Event) -> None:
    xml.open("event", id=event.number, guid=event.guid, code=event.code)
    for name, text in _texts(event).items():
        xml.leaf(name, text)
    xml.open("persons")
    for person in event.people:
        xml.leaf("person", person)
    xml.close("persons")
    xml.leaf("url", event.address)
    xml.close("event")


def _texts(event: Event) -> dict[str, str]:
    """What the two forms have in common."""
    return {
        "date": event.starts_at.isoformat(),
        "start": event.starts_at.strftime("%H:%M"),
        "duration": clock_of(event.minutes),
        "room": event.room,
        "slug": event.slug,
        "title": event.title,
        "subtitle": event.subtitle,
        "track": event.track,
        "type": event.kind,
        "language": event.language,
        "abstract": event.abstract,
        "description": event.description,
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "index": day.index,
        "date": day.date.isoformat(),
        "day_start": day.starts_at.isoformat(),
        "day_end": day.ends_at.isoformat(),
        "rooms": {name: [_event(each) for each in events] for name, events in day.rooms.items()},
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "guid": str(event.guid),
        **({} if event.code is None else {"code": event.code}),
        "id": event.number,
        **_texts(event),
        "persons": [{"name": name, "public_name": name} for name in event.people],
        "links": [],
        "url": event.address,
    }


def _ends(conference: Conference) -> tuple[str, str]:
    days = [day.date for day in conference.days] or [conference.first_day]
    return days[0].isoformat(), days[-1].isoformat()


def _midnight(conference: Conference) -> datetime:
    naive = datetime.combine(conference.first_day, time())
    about = naive.replace(tzinfo=UTC)
    return naive.replace(tzinfo=timezone(offset_at(about, conference.zone)))
