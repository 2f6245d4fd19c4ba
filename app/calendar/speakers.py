"""Calendar entries of those who speak: slots of panellists and briefers, and rehearsals.

Each has a UID of its own for life. The way in stands on its reader's page, and in no entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from app.briefings.tables import NamedBriefer
from app.calendar.entries import ALARM_MINUTES, Frame, meeting_entry, wall_of
from app.calendar.writer import Attendee, EntryStatus, MeetingEntry, Participation
from app.core.fields import in_language
from app.meetings.tables import Meeting
from app.panels.slots import kept_slot
from app.panels.tables import Panel, Panellist

Times = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Where its reader finds all the rest, and the words before that address."""

    address: str
    words: str


def slot_entry(
    meeting: Meeting,
    panel: Panel,
    person: Panellist,
    frame: Frame,
    *,
    room: str | None,
    page: OwnPage | None,
) -> MeetingEntry:
    """A panellist's slot, with times of their own zone.

    A panel that has lost its time is shown with the meeting's, tentatively.
    """
    entry = _within(meeting, kept_slot(panel), person.timezone, frame)
    return replace(
        _own(entry, person, page, _in(panel.concept_note, meeting, frame)),
        uid=f"{person.id}@{frame.domain}",
        sequence=meeting.calendar_sequence + panel.calendar_sequence + person.calendar_sequence,
        created=person.created_at,
        summary=f"{_in(panel.title, meeting, frame)} ({entry.summary})",
        location=room or entry.location,
    )


def rehearsal_entry(
    meeting: Meeting,
    panel: Panel,
    person: Panellist,
    frame: Frame,
    *,
    times: Times,
    words: str,
    page: OwnPage | None,
) -> MeetingEntry:
    """When the people of a panel try everything out, of which `words` are the name.

    It is tentative while the meeting is postponed, as the rehearsal may be another one then.
    """
    entry = _at(meeting_entry(meeting, frame), times, person.timezone)
    sequences = (panel.calendar_sequence, panel.rehearsal_sequence, person.calendar_sequence)
    return replace(
        _own(entry, person, page, ""),
        uid=f"{rehearsal_uid(person.id)}@{frame.domain}",
        sequence=meeting.calendar_sequence + sum(sequences),
        created=person.created_at,
        summary=f"{words}: {_in(panel.title, meeting, frame)} ({entry.summary})",
        location="",
    )


def briefing_entry(
    meeting: Meeting,
    title: Mapping[str, str],
    slot: Times | None,
    named: NamedBriefer,
    frame: Frame,
    *,
    room: str | None,
    page: OwnPage | None,
) -> MeetingEntry:
    """A briefer's slot, likewise; the title is that of the item."""
    entry = _within(meeting, slot, named.timezone, frame)
    return replace(
        _own(entry, named, page, ""),
        uid=f"{named.id}@{frame.domain}",
        sequence=meeting.calendar_sequence + named.calendar_sequence,
        created=named.created_at,
        summary=f"{_in(title, meeting, frame)} ({entry.summary})",
        location=room or entry.location,
    )


def rehearsal_uid(panellist_id: UUID) -> UUID:
    """Of the entry of somebody's rehearsal, whichever one it is."""
    return uuid5(panellist_id, "rehearsal")


def _within(meeting: Meeting, slot: Times | None, zone: str, frame: Frame) -> MeetingEntry:
    """At a time of the meeting; while there is none, somewhere in it."""
    entry = meeting_entry(meeting, frame)
    if slot is not None:
        return _at(entry, slot, zone)
    unsure = entry.status is EntryStatus.CONFIRMED
    status = EntryStatus.TENTATIVE if unsure else entry.status
    return _at(replace(entry, status=status), (meeting.starts_at, meeting.ends_at), zone)


def _at(entry: MeetingEntry, times: Times, name: str) -> MeetingEntry:
    zone = ZoneInfo(name)
    return replace(entry, zone=zone, start=wall_of(times[0], zone), end=wall_of(times[1], zone))


def _own(
    entry: MeetingEntry, reader: Panellist | NamedBriefer, page: OwnPage | None, note: str
) -> MeetingEntry:
    words = [f"{page.words}\n{page.address}" if page else "", note]
    attendee = Attendee(
        name=reader.name, address=reader.email or "", participation=Participation.ACCEPTED
    )
    return replace(
        entry,
        description="\n\n".join(filter(None, words)),
        attendee=attendee,
        alarms=(ALARM_MINUTES,) if page else (),
    )


def _in(text: Mapping[str, Any], meeting: Meeting, frame: Frame) -> str:
    return in_language(dict(text), [*frame.languages, *meeting.languages])
