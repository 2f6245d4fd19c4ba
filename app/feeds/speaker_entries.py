"""From rows to the entries of those who speak, the same as those that go by mail, without links."""

from datetime import datetime

from app.calendar.entries import Frame
from app.calendar.speakers import Times, briefing_entry, rehearsal_entry, slot_entry
from app.calendar.writer import MeetingEntry, Organizer
from app.committees.tables import Committee
from app.core.fields import in_language
from app.feeds.speaker_queries import BriefingRow, PlaceRow
from app.mail.words import words_for
from app.meetings.tables import Meeting
from app.panels.lifecycle import PanellistStatus


def entries_of_place(row: PlaceRow, mail_from: str) -> list[MeetingEntry]:
    """The slot and the rehearsal of somebody who has confirmed; nothing before that."""
    meeting, panel, person = row.meeting, row.panel, row.person
    if person.status is not PanellistStatus.CONFIRMED:
        return []
    words, found = words_for(person.language or meeting.languages[0]), []
    frame = _frame(meeting, row.committee, words.language, row.changed, mail_from)
    if person.has_entry:
        found.append(slot_entry(meeting, panel, person, frame, room=row.room, page=None))
    if (held := row.rehearsal) is not None:
        times, name = (held.starts_at, held.ends_at), words.say("facts", "rehearsal")
        found.append(
            rehearsal_entry(meeting, panel, person, frame, times=times, words=name, page=None)
        )
    return found


def entries_of_briefing(row: BriefingRow, mail_from: str) -> list[MeetingEntry]:
    """The slot of who is named, once they have confirmed."""
    meeting, named = row.meeting, row.named
    if not named.has_entry:
        return []
    language = words_for(named.language or meeting.languages[0]).language
    frame = _frame(meeting, row.committee, language, row.changed, mail_from)
    slot = _slot(row)
    return [
        briefing_entry(meeting, row.item.title, slot, named, frame, room=row.item.room, page=None)
    ]


def _slot(row: BriefingRow) -> Times | None:
    start, end = row.briefing.slot_starts_at, row.briefing.slot_ends_at
    return None if start is None or end is None else (start, end)


def _frame(
    meeting: Meeting,
    committee: Committee,
    language: str,
    changed: datetime | None,
    mail_from: str,
) -> Frame:
    return Frame(
        organizer=Organizer(name=in_language(committee.name, [language]), address=mail_from),
        languages=(language,),
        stamp=changed or meeting.created_at,
    )
