"""The items of a programme as calendar entries (RFC 5545), each with a UID for life."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.calendar.entries import PRODID
from app.calendar.writer import (
    Conference,
    EntryStatus,
    MeetingEntry,
    Method,
    Organizer,
    calendar,
)
from app.calendar.zones import EARLIEST, LATEST_YEAR
from app.letters.words import plain_text
from app.meetings.lifecycle import MeetingStatus
from app.programme.papers import Entry, Paper, Speaker
from app.programme.records import Record
from app.programme.words import words_in

REFRESH = timedelta(hours=4)
SHORTEST = timedelta(minutes=1)
"""An entry has to end after it begins; what takes no time is shown as this long."""
_STATUS = {
    MeetingStatus.DRAFT: EntryStatus.TENTATIVE,
    MeetingStatus.POSTPONED: EntryStatus.TENTATIVE,
    MeetingStatus.CANCELLED: EntryStatus.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class House:
    """Who sends calendars, and from where."""

    address: str
    url: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def entries_file(paper: Paper, record: Record, house: House, source: str) -> bytes:
    """All items as entries: an item that is withdrawn takes its entry back.

    Those in years of which no calendar knows the rules are left out.
    """
    zone = ZoneInfo(paper.timezone)
    held = [entry for entry in paper.entries if _in_calendars(entry, zone)]
    name = f"{paper.meeting.text} – {paper.title}"
    return calendar(
        [_entry(entry, paper, record, house) for entry in held],
        method=Method.PUBLISH,
        prodid=PRODID,
        name=name,
        refresh_interval=REFRESH,
        source=source,
    )


def _in_calendars(entry: Entry, zone: ZoneInfo) -> bool:
    years = [_wall(at, zone).year for at in (entry.starts_at, entry.ends_at)]
    return EARLIEST.year <= min(years) and max(years) < LATEST_YEAR


def _entry(entry: Entry, paper: Paper, record: Record, house: House) -> MeetingEntry:
    zone, meeting = ZoneInfo(paper.timezone), record.meeting
    title = " ".join(filter(None, [entry.number, entry.title.text]))
    committee = paper.committee.text if paper.committee else paper.meeting.text
    ends_at = max(entry.ends_at, entry.starts_at + SHORTEST)
    status = _STATUS.get(meeting.status, EntryStatus.CONFIRMED)
    return MeetingEntry(
        uid=f"{entry.id}@{house.domain}",
        sequence=meeting.calendar_sequence,
        stamp=record.stamp,
        created=meeting.created_at,
        last_modified=record.stamp,
        zone=zone,
        start=_wall(entry.starts_at, zone),
        end=_wall(ends_at, zone),
        summary=title,
        organizer=Organizer(name=committee, address=house.address),
        status=EntryStatus.CANCELLED if entry.struck else status,
        description="\n".join(_description(entry, paper)),
        location=_location(entry, paper),
        categories=(entry.kind_name,),
        conferences=_conferences(record),
        language=paper.language.value,
    )


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _description(entry: Entry, paper: Paper) -> Iterator[str]:
    words = words_in(paper.language)
    yield paper.meeting.text
    if entry.marks:
        yield " · ".join(entry.marks)
    for fact in entry.facts:
        label = words.say("labelled", label=fact.label)
        yield label + "; ".join(plain_text(line) for line in fact.lines)
    if entry.panel is not None:
        yield entry.panel.text
    for person in entry.speakers:
        yield words.say("labelled", label=person.role) + _person(person)
    yield from (note.text for note in entry.notes)


def _person(person: Speaker) -> str:
    about = (person.name, person.about, person.length, person.there, person.email, person.state)
    return " · ".join(filter(None, about))


def _location(entry: Entry, paper: Paper) -> str:
    """The item's room, in the place of the meeting."""
    return ", ".join(filter(None, [entry.room, paper.venue]))


def _conferences(record: Record) -> tuple[Conference, ...]:
    """Only a record for organizers has the room, whose address is a secret."""
    room = record.room
    return () if room is None else (Conference(uri=room.join_address, label=room.label),)
