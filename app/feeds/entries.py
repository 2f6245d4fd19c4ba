"""From rows to the entries of a feed, the same as those that go by mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.calendar.entries import Frame, cancelled, meeting_entry, personal_entry, registered_entry
from app.calendar.writer import EntryStatus, MeetingEntry, Organizer
from app.committees.tables import Committee
from app.core.fields import in_language
from app.entities.tables import Person
from app.feeds.policy import MOST_WORDS
from app.feeds.queries import Delegation
from app.feeds.words import delegation_lines
from app.identity.tables import Link
from app.identity.tokens import link_token
from app.mail.words import words_for
from app.meetings.tables import Meeting
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the service knows of itself and writes into entries."""

    mail_from: str
    join_url: str
    secret: bytes


def shared_entries(rows: Sequence[Any], desk: Desk, languages: Sequence[str]) -> list[MeetingEntry]:
    """Entries of (Meeting, Committee, last change, agenda); long descriptions are cut, because
    anybody may fetch such a calendar as often as they like.
    """
    entries = [
        meeting_entry(meeting, _frame(desk, languages or meeting.languages, meeting, *rest))
        for meeting, *rest in rows
    ]
    return [replace(each, description=_cut(each.description)) for each in entries]


def _cut(words: str) -> str:
    return words if len(words) <= MOST_WORDS else words[: MOST_WORDS - 3].rstrip() + "..."


def entity_entries(
    rows: Sequence[Any], delegations: Mapping[UUID, Delegation], desk: Desk, language: str
) -> list[MeetingEntry]:
    """As above, and who of the entity comes."""
    languages = (words_for(language).language,)
    entries = shared_entries(rows, desk, languages)
    return [
        _with_delegation(entry, delegations.get(row[0].id), (language, *languages))
        for entry, row in zip(entries, rows, strict=True)
    ]


def person_entries(
    rows: Sequence[Any], person: Person, desk: Desk, language: str, *, own: bool
) -> list[MeetingEntry]:
    """Entries of (Meeting, Committee, Registration, personal link, last change, agenda).

    The person's own are those that went by mail, to the letter; others read them without the
    attendee and the personal link.
    """
    words = words_for(language)
    entries = []
    for meeting, committee, registration, link, stamp, agenda in rows:
        frame = _frame(desk, (words.language,), meeting, committee, stamp, agenda)
        seated = registration.confirmed_at is not None
        entries.append(
            _own_entry(meeting, registration, person, frame, link, desk, words.say("join_words"))
            if own and seated
            else registered_entry(meeting, registration, frame)
        )
    return entries


def _own_entry(
    meeting: Meeting,
    registration: Registration,
    person: Person,
    frame: Frame,
    link: Link | None,
    desk: Desk,
    join_words: str,
) -> MeetingEntry:
    """While it holds, with the way in; a CANCEL by mail has none either."""
    goes = registered_entry(meeting, registration, frame).status is not EntryStatus.CANCELLED
    comes = goes and registration.status is RegistrationStatus.CONFIRMED
    address = f"{desk.join_url}#{link_token(desk.secret, link.id)}" if comes and link else None
    entry = personal_entry(
        meeting, registration, person, frame, join_address=address, join_words=join_words
    )
    return entry if goes else cancelled(entry)


def _frame(
    desk: Desk,
    languages: Sequence[str],
    meeting: Meeting,
    committee: Committee,
    stamp: datetime | None,
    agenda: bytes | None,
) -> Frame:
    return Frame(
        organizer=Organizer(name=in_language(committee.name, languages), address=desk.mail_from),
        languages=tuple(languages),
        stamp=stamp or meeting.created_at,
        agenda=agenda,
    )


def _with_delegation(
    entry: MeetingEntry, delegation: Delegation | None, languages: Sequence[str]
) -> MeetingEntry:
    if delegation is None:
        return entry
    lines = delegation_lines(delegation.registered, delegation.waiting, languages)
    return replace(entry, description="\n\n".join(filter(None, [lines, entry.description])))
