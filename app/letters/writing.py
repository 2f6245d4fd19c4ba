"""What a letter says, put together from the record and the phrases of a language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.calendar.entries import place_of
from app.committees.lifecycle import LetterDelivery
from app.committees.tables import Committee
from app.entities.tables import Entity
from app.invitations.lifecycle import InvitationStatus
from app.invitations.policy import reference
from app.invitations.tables import Invitation
from app.letters.words import LetterLanguage, Run, Runs, Words, plain_text, words_in
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting

_TOLD_STATES = {
    MeetingStatus.POSTPONED: "postponed",
    MeetingStatus.CANCELLED: "cancelled",
    InvitationStatus.WITHDRAWN: "withdrawn",
}
"""States in which a letter must not pass for one that holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that a letter speaks of, as it is at one moment."""

    invitation: Invitation
    meeting: Meeting
    committee: Committee
    entity: Entity
    agenda: str | None
    """The symbol of the latest issued agenda."""
    changed_at: datetime | None
    """When the meeting, or its issued agenda, last changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter before it becomes a PDF; equal letters are the same letter."""

    language: LetterLanguage
    direction: str
    file_name: str
    title: str
    author: str
    day: date
    letterhead: Runs
    secretariat: Runs
    reference: Runs
    number: Runs
    """The reference alone."""
    dated: Runs
    addressee: tuple[Runs, ...]
    subject: Runs
    opening: tuple[Runs, ...]
    facts: tuple[tuple[Runs, tuple[Runs, ...]], ...]
    """Label and lines of each."""
    closing: tuple[Runs, ...]
    signature: tuple[Runs, ...]


def write(record: Record, language: LetterLanguage, today: date) -> Letter:
    """The invitation as a letter to the entity, the same for all who may read it.

    It is addressed to an office and names nobody of the entity. A draft bears today's date, and a
    letter that was sent the day of its sending where the committee is at home.
    """
    words = words_in(language)
    committee = words.text_of(record.committee.name)
    number = words.ordinal(record.meeting.number)
    subject = words.say("subject", number=Run(number))
    title = words.say("title", subject=Run(plain_text(subject)), committee=committee)
    sent_on = _sent_on(record)
    filed_as = reference_of(record)
    ref = (Run(filed_as),) if filed_as else words.say("draft")
    return Letter(
        language=language,
        direction=words.direction,
        file_name=file_name_of(record),
        title=plain_text(title),
        author=committee.text,
        day=sent_on or today,
        letterhead=(committee,),
        secretariat=words.say("secretariat"),
        reference=words.say("labelled", label=words.say("reference"), value=ref),
        number=ref,
        dated=(Run(words.day(sent_on or today)),),
        addressee=_addressee(record, words),
        subject=words.say("labelled", label=words.say("subject_label"), value=subject),
        opening=(words.say("salutation"), *_states(record, words), words.say("invites")),
        facts=_facts(record, words),
        closing=(_request(record, words), *_as_at(record, words), words.say("closing")),
        signature=_signature(record, words),
    )


def where(delivery: LetterDelivery, language: LetterLanguage) -> str:
    """What the mail that invites says of the letter; `delivery` is one that it goes out by."""
    return words_in(language).phrase("mail", delivery.value)


def reference_of(record: Record) -> str | None:
    return reference(
        record.committee.handle, record.meeting.number, record.invitation.letter_number
    )


def file_name_of(record: Record) -> str:
    """ASCII and readable, as handles are."""
    number = record.invitation.letter_number
    last = f"L{number}" if number is not None else "draft"
    return f"letter-{record.committee.handle.upper()}-{record.meeting.number}-{last}.pdf"


def _sent_on(record: Record) -> date | None:
    return _day_at_home(record, record.invitation.sent_at)


def _day_at_home(record: Record, instant: datetime | None) -> date | None:
    zone = ZoneInfo(record.committee.timezone)
    return instant.astimezone(zone).date() if instant is not None else None


def _addressee(record: Record, words: Words) -> tuple[Runs, ...]:
    entity = record.entity
    name = (words.text_of(entity.name), Run(f" ({entity.abbreviation})"))
    city = ((Run(entity.city),),) if entity.city else ()
    return (name, *city, words.say("addressee"))


def _states(record: Record, words: Words) -> list[Runs]:
    states = (record.meeting.status, record.invitation.status)
    return [words.say("states", name) for state in states if (name := _TOLD_STATES.get(state))]


def _facts(record: Record, words: Words) -> tuple[tuple[Runs, tuple[Runs, ...]], ...]:
    """Label and lines of each fact that there is."""
    meeting, entity = record.meeting, record.entity
    here, there = ZoneInfo(meeting.timezone), ZoneInfo(entity.timezone)
    start, end, closes_at = meeting.starts_at, meeting.ends_at, meeting.registration_closes_at
    place, own = place_of(meeting), words.phrase("formats", meeting.format.value)
    known: Mapping[str, tuple[Runs, ...]] = {
        "meeting": ((words.text_of(meeting.title),),),
        "when": (words.span(start.astimezone(here), end.astimezone(here)),),
        "when_there": (words.span(start.astimezone(there), end.astimezone(there)),)
        if there.key != here.key
        else (),
        "place": ((Run(own),), (Run(place),)) if place else ((Run(own),),),
        "seats": ((Run(str(record.invitation.seat_quota)),),)
        if record.invitation.seat_quota is not None
        else (),
        "deadline": (words.moment(closes_at.astimezone(here)),) if closes_at else (),
        "agenda": ((Run(record.agenda),),) if record.agenda else (),
        "contact": tuple(line for each in meeting.contacts for line in _contact(each)),
    }
    return tuple((words.say("facts", name), lines) for name, lines in known.items() if lines)


def _contact(contact: Mapping[str, str | None]) -> Iterator[Runs]:
    """Whom to ask, as what, and on a line of its own where: no comma fits all scripts."""
    role, email = contact.get("role"), contact.get("email")
    yield (Run(f"{contact['name']} ({role})" if role else str(contact["name"])),)
    if email:
        yield (Run(email, whole=True),)


def _request(record: Record, words: Words) -> Runs:
    closes_at = record.meeting.registration_closes_at
    if closes_at is None:
        return words.say("answer")
    local = closes_at.astimezone(ZoneInfo(record.meeting.timezone))
    return words.say("answer_by", deadline=words.moment(local))


def _as_at(record: Record, words: Words) -> list[Runs]:
    """Of a letter whose particulars have changed since its date."""
    sent_on, changed_on = _sent_on(record), _day_at_home(record, record.changed_at)
    if sent_on is None or changed_on is None or changed_on <= sent_on:
        return []
    return [words.say("as_at", day=Run(words.day(changed_on)))]


def _signature(record: Record, words: Words) -> tuple[Runs, ...]:
    committee = record.committee
    name, title = committee.letter_signatory, committee.letter_signatory_title
    return (
        *(((Run(name),),) if name else ()),
        *(((words.text_of(title),),) if title else ()),
        words.say("secretariat"),
        (words.text_of(committee.name),),
    )
