"""Calendar entries of meetings and of registered people, from the rows to what the writer takes."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from app.calendar.writer import (
    Attendee,
    Conference,
    EntryStatus,
    MeetingEntry,
    Organizer,
    Participation,
    plain,
)
from app.core.fields import in_language
from app.entities.tables import Person
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.meetings.tables import Meeting
from app.registrations.lifecycle import Participation as Answered
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration

PRODID = "-//Secretariat//Meetings//EN"
ALARM_MINUTES = 15
AGENDA_LINES = 60
_COLON = ": \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{FULLWIDTH COLON}"

_STATUS = {
    MeetingStatus.DRAFT: EntryStatus.TENTATIVE,
    MeetingStatus.POSTPONED: EntryStatus.TENTATIVE,
    MeetingStatus.CANCELLED: EntryStatus.CANCELLED,
}
"""A postponed meeting keeps its place, tentatively, so that the new date updates the same entry."""

_STATUS_OF_REGISTERED = {
    RegistrationStatus.PENDING: EntryStatus.TENTATIVE,
    RegistrationStatus.WAITING: EntryStatus.TENTATIVE,
    RegistrationStatus.OFFERED: EntryStatus.TENTATIVE,
    RegistrationStatus.EXPIRED: EntryStatus.CANCELLED,
    RegistrationStatus.REJECTED: EntryStatus.CANCELLED,
    RegistrationStatus.WITHDRAWN: EntryStatus.CANCELLED,
    RegistrationStatus.SUBSTITUTED: EntryStatus.CANCELLED,
}

_PARTICIPATION = {
    Answered.NEEDS_ACTION: Participation.NEEDS_ACTION,
    Answered.ACCEPTED: Participation.ACCEPTED,
    Answered.DECLINED: Participation.DECLINED,
    Answered.TENTATIVE: Participation.TENTATIVE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What entries of one meeting have in common: who sends them, when, in which language."""

    organizer: Organizer
    languages: tuple[str, ...]
    """Of the reader, best first."""
    stamp: datetime
    agenda: bytes | None = None
    """The issued agenda as its readers get it."""
    uid_domain: str | None = None
    """Where the organizer's address is one for replies, which may lie elsewhere."""

    @property
    def domain(self) -> str:
        """UIDs end in it."""
        return self.uid_domain or domain_of(self.organizer.address)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def meeting_entry(meeting: Meeting, frame: Frame) -> MeetingEntry:
    """The meeting as everybody who may know of it sees it."""
    zone = ZoneInfo(meeting.timezone)
    languages = [*frame.languages, *meeting.languages]
    return MeetingEntry(
        uid=f"{meeting.id}@{frame.domain}",
        sequence=meeting.calendar_sequence,
        stamp=frame.stamp,
        created=meeting.created_at,
        last_modified=frame.stamp,
        zone=zone,
        start=wall_of(meeting.starts_at, zone),
        end=wall_of(meeting.ends_at, zone),
        summary=in_language(meeting.title, languages),
        organizer=frame.organizer,
        status=_STATUS.get(meeting.status, EntryStatus.CONFIRMED),
        description=describe(meeting, frame.agenda, languages),
        location=place_of(meeting),
        categories=(frame.organizer.name,),
        contacts=contacts_of(meeting),
        language=frame.languages[0] if frame.languages else "",
    )


def registered_entry(meeting: Meeting, registration: Registration, frame: Frame) -> MeetingEntry:
    """The entry of one registered person, whoever reads it: neither attendee nor join link.

    It has the UID of the entry that the person got, so it updates that one in place.
    """
    entry = meeting_entry(meeting, frame)
    return replace(
        entry,
        uid=f"{registration.id}@{frame.domain}",
        sequence=meeting.calendar_sequence + registration.calendar_sequence,
        created=registration.created_at,
        status=_STATUS_OF_REGISTERED.get(registration.status, entry.status),
    )


def personal_entry(
    meeting: Meeting,
    registration: Registration,
    person: Person,
    frame: Frame,
    *,
    join_address: str | None,
    join_words: str,
    asks: bool = False,
) -> MeetingEntry:
    """The person's own entry, as it goes by mail; many programs show no CONFERENCE, so the
    personal link stands in the description too, and as the place of a meeting without one. Where
    people only meet in person, it leads to no conference.

    Where it asks, the calendar program is to answer, and reads what it answered last; else nobody
    would hear it, and whoever is registered has accepted.
    """
    entry = registered_entry(meeting, registration, frame)
    attendee = Attendee(
        name=person.name,
        address=person.email,
        participation=_PARTICIPATION[registration.participation]
        if asks
        else Participation.ACCEPTED,
        rsvp=asks,
    )
    if join_address is None:
        return replace(entry, attendee=attendee)
    online = meeting.format is not MeetingFormat.IN_PERSON
    conference = Conference(uri=join_address, label=join_words.rstrip(_COLON))
    return replace(
        entry,
        attendee=attendee,
        description="\n\n".join(filter(None, [f"{join_words}\n{join_address}", entry.description])),
        location=entry.location or join_address,
        conferences=(conference,) if online else (),
        alarms=(ALARM_MINUTES,),
    )


def cancelled(entry: MeetingEntry) -> MeetingEntry:
    """The whole entry is taken back: nobody but this person has one with its UID. Nothing is asked
    any more.
    """
    attendee = entry.attendee and replace(entry.attendee, rsvp=False)
    return replace(entry, status=EntryStatus.CANCELLED, attendee=attendee)


def left_behind(entry: MeetingEntry, address: str) -> MeetingEntry:
    """The entry is taken back at an address to which no more is sent; its sequence is one lower
    than that of the entry that went to the new one.
    """
    gone = cancelled(entry)
    attendee = gone.attendee and replace(gone.attendee, address=address)
    return replace(gone, attendee=attendee, sequence=max(entry.sequence - 1, 0))


def place_of(meeting: Meeting) -> str:
    return meeting.place or ""


def contacts_of(meeting: Meeting) -> tuple[str, ...]:
    """Whom to ask, as what, and where; one line each."""
    return tuple(_contact(each) for each in meeting.contacts)


def describe(meeting: Meeting, agenda: bytes | None, languages: Sequence[str]) -> str:
    """The meeting's own words, then its issued agenda in short."""
    lines = _shortened(_agenda_lines(json.loads(agenda), languages)) if agenda else []
    return "\n\n".join(
        filter(None, [in_language(meeting.description, languages), "\n".join(lines)])
    )


def timetable(meeting: Meeting, agenda: bytes, languages: Sequence[str]) -> list[str]:
    """The items of an issued agenda with the wall times at which they begin; without those where
    the meeting has moved since, as what was issued still says the old ones.
    """
    timed = tells_present_times(meeting, agenda)
    return _shortened(_agenda_lines(json.loads(agenda), languages, timed=timed))


def tells_present_times(meeting: Meeting, agenda: bytes) -> bool:
    """Whether the meeting begins when it did as the agenda was issued."""
    issued = json.loads(agenda)["meeting"]
    began = (issued["local_start"], issued["timezone"])
    return began == (meeting.local_start.isoformat(), meeting.timezone)


def agenda_symbol(agenda: bytes | None) -> str | None:
    """Under which the agenda was issued."""
    return str(json.loads(agenda)["symbol"]) if agenda else None


def _contact(contact: Mapping[str, str | None]) -> str:
    name, role, email = (plain(contact.get(member) or "") for member in ("name", "role", "email"))
    return ", ".join(filter(None, [f"{name} ({role})" if role else name, email]))


def _agenda_lines(
    node: dict[str, Any], languages: Sequence[str], *, timed: bool = False
) -> Iterator[str]:
    for item in node.get("items", []):
        words = [item.get("number"), in_language(item["title"], languages)]
        if timed:
            words.insert(0, str(item["local_start"])[11:16])
        yield " ".join(filter(None, words))
        yield from _agenda_lines(item, languages, timed=timed)


def _shortened(lines: Iterable[str]) -> list[str]:
    found = list(islice(lines, AGENDA_LINES + 1))
    return [*found[:AGENDA_LINES], "..."] if len(found) > AGENDA_LINES else found


def wall_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """From the instant rather than from the stored wall time, which does not keep the fold."""
    return instant.astimezone(zone).replace(tzinfo=None)
