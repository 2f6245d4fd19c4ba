"""A programme as linked data: schema.org's Event, with an Event for each item (JSON-LD 1.1).

Everybody may read it, so no secret is in it: the way in is the address of the public page.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from app.core import clock
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.programme.calendars import House
from app.programme.papers import Entry, Paper, Speaker
from app.programme.records import Record

_ATTENDANCE = {
    MeetingFormat.VIRTUAL: "OnlineEventAttendanceMode",
    MeetingFormat.HYBRID: "MixedEventAttendanceMode",
    MeetingFormat.IN_PERSON: "OfflineEventAttendanceMode",
}
Thing = dict[str, Any]


def linked_data(paper: Paper, record: Record, house: House) -> bytes:
    """The whole object as sent."""
    meeting = record.meeting
    page = f"{house.url}/v1/public/meetings/{meeting.handle}/programme.html"
    status = _status(record)
    organizer = _organizer(paper, house, meeting.handle)
    common = {
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": f"https://schema.org/{_ATTENDANCE[meeting.format]}",
        "organizer": organizer,
    }
    written = json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "Event",
            "@id": f"urn:uuid:{meeting.id}",
            "identifier": meeting.handle,
            "name": paper.meeting.text,
            "url": page,
            "startDate": clock.written(paper.starts_at),
            "endDate": clock.written(paper.ends_at),
            **_before(record, status),
            **common,
            "location": _location(paper, record, page),
            "inLanguage": list(meeting.languages),
            "subEvent": _sub_events(paper, record, common, page),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return written.translate(_OF_MARKUP).encode("utf-8", "replace")


_OF_MARKUP: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
"""Written so, the object ends no `script` of the page that it is put into as it is."""


def _sub_events(paper: Paper, record: Record, common: Thing, page: str) -> list[Thing]:
    """Items as they hang under each other; what is withdrawn is cancelled."""
    made: dict[str, Thing] = {}
    top: list[Thing] = []
    for entry in sorted(paper.entries, key=lambda entry: entry.depth):
        if entry.is_break:
            continue
        event = made[entry.id] = _sub_event(entry, paper, record, common, page)
        above = made.get(entry.parent or "")
        siblings = top if above is None else above.setdefault("subEvent", [])
        siblings.append(event)
    return top


def _sub_event(entry: Entry, paper: Paper, record: Record, common: Thing, page: str) -> Thing:
    event: Thing = {
        "@type": "Event",
        "@id": f"urn:uuid:{entry.id}",
        "name": entry.title.text,
        "startDate": clock.written(entry.starts_at),
        "endDate": clock.written(entry.ends_at),
        **common,
        "location": _location(paper, record, f"{page}#item-{entry.id}", entry.room),
        "superEvent": {"@id": f"urn:uuid:{entry.parent or record.meeting.id}"},
    }
    if entry.number is not None:
        event["identifier"] = entry.number
    if entry.struck:
        event["eventStatus"] = "https://schema.org/EventCancelled"
    if entry.notes:
        event["description"] = "\n".join(note.text for note in entry.notes)
    if entry.speakers:
        event["performer"] = [_performer(person) for person in entry.speakers]
    return event


def _performer(person: Speaker) -> Thing:
    about = {"description": person.about} if person.about else {}
    return {"@type": "Person", "name": person.name, **about}


def _organizer(paper: Paper, house: House, handle: str) -> Thing:
    name = paper.committee.text if paper.committee else paper.meeting.text
    return {
        "@type": "Organization",
        "name": name,
        "url": f"{house.url}/v1/public/meetings/{handle}",
    }


def _status(record: Record) -> str:
    match record.meeting.status:
        case MeetingStatus.CANCELLED:
            return "EventCancelled"
        case MeetingStatus.POSTPONED:
            return "EventPostponed"
        case _:
            return "EventRescheduled" if record.earlier else "EventScheduled"


def _before(record: Record, status: str) -> Thing:
    """Where it was to begin; one that is only postponed keeps its date."""
    if not record.earlier or status == "EventScheduled":
        return {}
    return {"previousStartDate": _one_or_more([clock.written(at) for at in record.earlier])}


def _location(paper: Paper, record: Record, page: str, room: str | None = None) -> Any:
    return _one_or_more(list(_locations(paper, record, page, room)))


def _locations(paper: Paper, record: Record, page: str, room: str | None) -> Iterator[Thing]:
    meeting = record.meeting
    if meeting.format is not MeetingFormat.IN_PERSON:
        yield {"@type": "VirtualLocation", "url": page}
    place = ", ".join(filter(None, [room, paper.venue]))
    if meeting.format is not MeetingFormat.VIRTUAL:
        name = place or meeting.timezone.rpartition("/")[2].replace("_", " ")
        yield {"@type": "Place", "name": name, "address": paper.venue or name}


def _one_or_more(found: Sequence[Any]) -> Any:
    return found[0] if len(found) == 1 else list(found)
