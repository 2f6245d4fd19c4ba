"""The calendar objects of a sitting as the service emits them, and what must be read there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5
from zlib import crc32

from app.calendar.entries import (
    PRODID,
    Frame,
    cancelled,
    meeting_entry,
    personal_entry,
    registered_entry,
)
from app.calendar.writer import Method, Organizer, calendar
from app.entities.tables import Person
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.meetings.tables import Meeting
from app.registrations.lifecycle import RegistrationRole, RegistrationStatus
from app.registrations.tables import Registration
from tests.calendar.truth.reading import Event, Reading
from tests.calendar.truth.sittings import Sitting

DOMAIN = "example.org"
HOUSE = UUID("6e6c44a2-8f0f-5d0c-9c3e-2f3f6f0d7a10")
STAMP = datetime(2021, 9, 1, 12, tzinfo=UTC)
PROMOTIONS = 2
"""How often the entry of the registered person has changed by itself."""

AGENDA = {
    "items": [
        {"number": "1", "title": {"en": "Opening; adoption of the agenda"}, "items": []},
        {"number": "2", "title": {"en": "Other matters\nDTSTART:19700101T000000"}},
    ]
}
FRAME = Frame(
    organizer=Organizer(name="Coordination Committee, secretariat", address=f"post@{DOMAIN}"),
    languages=("en",),
    stamp=STAMP,
    agenda=json.dumps(AGENDA).encode(),
)


@dataclass(frozen=True, slots=True)
class Emitted:
    """One object, its bytes, and what every reader must get out of it."""

    label: str
    body: bytes
    truth: Reading


def emitted(sitting: Sitting, others: Sequence[Sitting]) -> list[Emitted]:
    """All kinds of objects of the sitting; a feed has the others too."""
    return [_published(sitting), _request(sitting), _cancel(sitting), _feed(sitting, others)]


def _published(sitting: Sitting) -> Emitted:
    entry = meeting_entry(meeting(sitting), FRAME)
    body = calendar(
        [entry],
        method=Method.PUBLISH,
        prodid=PRODID,
        name=entry.summary,
        refresh_interval=timedelta(hours=4),
        source="https://meetings.example.org/v1/public/meetings/m/calendar.ics",
    )
    return Emitted("PUBLISH", body, Reading("PUBLISH", (_meeting_event(sitting),)))


def _request(sitting: Sitting) -> Emitted:
    entry = personal_entry(
        meeting(sitting),
        registration(sitting),
        PERSON,
        FRAME,
        join_address="https://meetings.example.org/join#AbC_dEf-123;TZID=Europe/Paris:20210101T000000",
        join_words="Join, as Ms. José",
    )
    body = calendar([entry], method=Method.REQUEST, prodid=PRODID)
    return Emitted("REQUEST", body, Reading("REQUEST", (_personal_event(sitting),)))


def _cancel(sitting: Sitting) -> Emitted:
    entry = personal_entry(
        meeting(sitting), registration(sitting), PERSON, FRAME, join_address=None, join_words=""
    )
    body = calendar([cancelled(entry)], method=Method.CANCEL, prodid=PRODID)
    return Emitted("CANCEL", body, Reading("CANCEL", (_personal_event(sitting),)))


def _feed(sitting: Sitting, others: Sequence[Sitting]) -> Emitted:
    """The sitting twice, as a meeting and as somebody's seat, and other meetings around it."""
    entries = [
        registered_entry(meeting(sitting), registration(sitting), FRAME),
        *(meeting_entry(meeting(each), FRAME) for each in (sitting, *others)),
    ]
    body = calendar(
        entries,
        method=Method.PUBLISH,
        prodid=PRODID,
        name="All meetings",
        refresh_interval=timedelta(hours=4),
        source="https://meetings.example.org/v1/feeds/all.ics",
    )
    events = (_personal_event(sitting), *map(_meeting_event, (sitting, *others)))
    return Emitted("feed", body, Reading("PUBLISH", events))


def meeting(sitting: Sitting) -> Meeting:
    return Meeting(
        id=_id("meeting", sitting),
        created_at=STAMP - timedelta(days=40),
        committee_id=_id("committee", sitting),
        handle="coordination-committee-6",
        number=6,
        title={"en": f"Sitting, {sitting.about}; {sitting.zone}"},
        description={"en": "Panel; briefings, by eight working groups.\nÀ bientôt 你好"},
        status=MeetingStatus.SCHEDULED,
        format=MeetingFormat.VIRTUAL,
        timezone=sitting.zone,
        local_start=sitting.start,
        local_end=sitting.end,
        starts_at=sitting.starts_at,
        ends_at=sitting.ends_at,
        languages=["en"],
        seat_quota=2,
        contacts=[{"name": "A. Rossi", "role": "Secretary", "email": f"rossi@{DOMAIN}"}],
        calendar_sequence=_sequence(sitting),
    )


def registration(sitting: Sitting) -> Registration:
    return Registration(
        id=_id("registration", sitting),
        created_at=STAMP - timedelta(days=9),
        meeting_id=_id("meeting", sitting),
        invitation_id=_id("invitation", sitting),
        entity_id=_id("entity", sitting),
        person_id=PERSON.id,
        role=RegistrationRole.REPRESENTATIVE,
        status=RegistrationStatus.CONFIRMED,
        takes_seat=True,
        queue_number=1,
        calendar_sequence=PROMOTIONS,
    )


def _meeting_event(sitting: Sitting) -> Event:
    uid = f"{_id('meeting', sitting)}@{DOMAIN}"
    return Event(uid, _sequence(sitting), sitting.starts_at, sitting.ends_at)


def _personal_event(sitting: Sitting) -> Event:
    uid = f"{_id('registration', sitting)}@{DOMAIN}"
    return Event(uid, _sequence(sitting) + PROMOTIONS, sitting.starts_at, sitting.ends_at)


def _id(kind: str, sitting: Sitting) -> UUID:
    return uuid5(HOUSE, f"{kind} {sitting}")


def _sequence(sitting: Sitting) -> int:
    return crc32(str(sitting).encode()) % 7


PERSON = Person(
    id=uuid5(HOUSE, "person"),
    created_at=STAMP,
    entity_id=uuid5(HOUSE, "entity"),
    name="Ñandú, José",
    email=f"jose.nandu@{DOMAIN}",
)
