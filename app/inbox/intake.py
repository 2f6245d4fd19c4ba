"""Taking a mail in: find what it answers, decide, do it, keep a row of it, in one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.calendar.reader import CalendarObject, Event, Participant, Time
from app.core import clock
from app.entities.tables import Person
from app.events import record
from app.inbox import policy, queries
from app.inbox.events import IncomingMailReceived
from app.inbox.lifecycle import IncomingKind, IncomingState, Reason, Way
from app.inbox.policy import Claim, Decision, Standing, Verdict
from app.inbox.reading import Incoming, Report, comparable
from app.inbox.tables import IncomingMail
from app.mail.addresses import Tag, Use, is_ours, read_tag
from app.mail.tables import Message
from app.mail.undeliverable import record_report
from app.meetings.tables import Meeting
from app.registrations import service as registrations
from app.registrations.tables import Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class Postbox:
    """What the service knows of the addresses at which it takes mail in."""

    reply_address: str | None
    secret: bytes
    domain: str
    """UIDs of its entries end in it."""

    def takes(self, address: str) -> bool:
        return self.reply_address is not None and is_ours(self.reply_address, address)

    def tag(self, recipients: Sequence[str]) -> Tag | None:
        """The first good token."""
        if self.reply_address is None:
            return None
        read = (read_tag(self.reply_address, each, self.secret) for each in recipients[:100])
        return next((tag for tag in read if tag is not None), None)

    def registration_of(self, uid: str) -> UUID | None:
        """Of an entry of ours; also the id of a meeting, where its public entry is answered."""
        key, _, domain = uid.partition("@")
        if domain.lower() != self.domain.lower():
            return None
        try:
            return UUID(key)
        except ValueError:
            return None


@dataclass(slots=True)
class Subject:
    """What a mail is about, as far as it was found; all rows are locked that it may change."""

    message: Message | None = None
    registration: Registration | None = None
    meeting: Meeting | None = None
    person: Person | None = None
    invitation_id: UUID | None = None


async def take_in(
    session: AsyncSession,
    postbox: Postbox,
    incoming: Incoming,
    *,
    via: Way,
    recipients: Sequence[str],
    sender: str | None = None,
) -> IncomingMail:
    """Keep what became of the mail; the same mail again changes nothing and gives the same row.

    `sender` is the envelope's, empty for reports and other mails that nobody may answer.
    """
    tag = postbox.tag(recipients)
    digest = hashlib.sha256(incoming.digest + (tag.key if tag else b"")).digest()
    known = await queries.find_same(session, digest)
    if known is not None:
        return known
    details: dict[str, Any] = {}
    if incoming.report is not None:
        subject = await _subject(session, incoming, tag, (incoming.report.about,))
        decision = await _report(session, incoming.report, subject, tag, details)
    elif incoming.calendar is not None:
        subject = await _entry(session, postbox, incoming, tag)
        decision = _answer(session, incoming, incoming.calendar, subject, tag, details)
    else:
        subject = await _subject(session, incoming, tag, incoming.answers)
        decision = _words(incoming, subject, tag, from_nobody=sender == "")
    mail = _kept(incoming, subject, decision, via, digest, details)
    session.add(mail)
    _record(session, mail, subject)
    await session.flush()
    return mail


async def _subject(
    session: AsyncSession, incoming: Incoming, tag: Tag | None, message_ids: Sequence[str]
) -> Subject:
    """By the token, else by the Message-IDs that it refers to."""
    if tag is not None and tag.use is Use.ENTRY:
        return await _of_registration(session, tag.id)
    named = tag.id if tag else await queries.find_message(session, message_ids)
    message = await queries.lock_message(session, named) if named else None
    if message is None:
        return Subject()
    subject = Subject(message=message, invitation_id=message.invitation_id)
    subject.meeting = await session.get_one(Meeting, message.meeting_id)
    if message.registration_id is not None:
        subject.registration = await session.get_one(Registration, message.registration_id)
        subject.invitation_id = subject.registration.invitation_id
    return subject


async def _entry(
    session: AsyncSession, postbox: Postbox, incoming: Incoming, tag: Tag | None
) -> Subject:
    """By the UID of the calendar object, and the message that the token or the header names."""
    assert incoming.calendar is not None, "it has one"
    events = incoming.calendar.events
    key = postbox.registration_of(events[0].uid) if events else None
    subject = await _of_registration(session, key) if key else Subject()
    if subject.registration is None:
        found = await _subject(session, incoming, tag, incoming.answers)
        meeting = await session.get(Meeting, key) if key else None
        known = found.meeting or meeting
        return Subject(found.message, None, known, None, found.invitation_id)
    named = tag.id if tag and tag.use is not Use.ENTRY else None
    named = named or await queries.find_message(session, incoming.answers)
    subject.message = await session.get(Message, named) if named else None
    return subject


async def _of_registration(session: AsyncSession, registration_id: UUID) -> Subject:
    found = await queries.find_standing(session, registration_id)
    if found is None:
        return Subject()
    registration, meeting, person = found
    return Subject(None, registration, meeting, person, registration.invitation_id)


def _answer(
    session: AsyncSession,
    incoming: Incoming,
    calendar: CalendarObject,
    subject: Subject,
    tag: Tag | None,
    details: dict[str, Any],
) -> Decision:
    """What a calendar says, and what it changes."""
    event = calendar.events[0] if calendar.events else None
    replier = _replier(event, subject)
    claim = _claim(incoming, calendar, event, replier, _token_fits(tag, subject))
    decision = policy.decide(claim, _standing(subject), clock.now())
    if incoming.contradicts and decision.state is IncomingState.APPLIED:
        decision = Decision(decision.kind, IncomingState.HELD, Reason.INCOMPLETE)
    if event is not None:
        details["calendar"] = _said(calendar, event, replier)
    if decision.participation is not None:
        assert subject.meeting is not None, "only answers to entries of ours are applied"
        assert subject.registration is not None, "as above"
        assert event is not None, "as above"
        assert event.stamp is not None, "as above"
        registrations.take_reply(
            session,
            subject.meeting,
            subject.registration,
            decision.participation,
            event.sequence,
            event.stamp,
        )
    return decision


def _replier(event: Event | None, subject: Subject) -> Participant | None:
    """The person whose entry it is; else whoever is named first."""
    attendees = event.attendees if event else ()
    own = comparable(subject.person.email) if subject.person else ""
    first = attendees[0] if attendees else None
    return next((each for each in attendees if comparable(each.address) == own), first)


def _token_fits(tag: Tag | None, subject: Subject) -> bool | None:
    """Whether the token is for this entry; None without a token."""
    registration = subject.registration
    if tag is None or tag.use is Use.BOUNCE:
        return None
    if tag.use is Use.ENTRY:
        return registration is not None and tag.id == registration.id
    message = subject.message
    same = registration and message and message.registration_id == registration.id
    return bool(same) and message is not None and message.person_id == _person_id(subject)


def _person_id(subject: Subject) -> UUID | None:
    return subject.registration.person_id if subject.registration else None


def _claim(
    incoming: Incoming,
    calendar: CalendarObject,
    event: Event | None,
    replier: Participant | None,
    fits: bool | None,
) -> Claim:
    return Claim(
        method=calendar.method,
        sender=incoming.sender,
        token=bool(fits),
        token_fits=fits is not False,
        verdict=incoming.verdict,
        attendees=tuple(comparable(each.address) for each in event.attendees) if event else (),
        sent_by=comparable(replier.sent_by) if replier and replier.sent_by else "",
        status=replier.status if replier else "",
        events=len(calendar.events),
        sequence=event.sequence if event else 0,
        stamp=event.stamp if event else None,
        recurs=any(each.recurs for each in calendar.events),
    )


def _standing(subject: Subject) -> Standing | None:
    registration, meeting, person = subject.registration, subject.meeting, subject.person
    if registration is None or meeting is None or person is None:
        return None
    return Standing(
        address=comparable(person.email),
        registration=registration.status,
        meeting=meeting.status,
        sequence=meeting.calendar_sequence + registration.calendar_sequence,
        since_sequence=registration.replied_sequence,
        since_stamp=registration.replied_stamp,
    )


def _said(calendar: CalendarObject, event: Event, replier: Participant | None) -> dict[str, Any]:
    """For the organizer, and for applying it later."""
    proposes = calendar.method == "COUNTER"
    return {
        "method": calendar.method,
        "attendee": replier.address if replier else None,
        "participation": replier.status if replier else None,
        "sequence": event.sequence,
        "stamp": _written(event.stamp),
        "proposed_start": _moment(event.start) if proposes else None,
        "proposed_end": _moment(event.end) if proposes else None,
        "delegate": replier.delegated_to[0] if replier and replier.delegated_to else None,
        "comment": clean(event.comment) or None,
    }


async def _report(
    session: AsyncSession,
    report: Report,
    subject: Subject,
    tag: Tag | None,
    details: dict[str, Any],
) -> Decision:
    """A mail that failed for good has bounced.

    Only what comes to the secret address of the envelope is believed: everybody in a conversation
    may know those of its answers.
    """
    kind, message = IncomingKind.REPORT, subject.message
    delivery = next(iter(report.deliveries), None)
    if delivery is None or message is None:
        return Decision(kind, IncomingState.HELD, Reason.ANSWERS_NOTHING)
    details["report"] = {
        "recipient": delivery.recipient,
        "action": delivery.action,
        "status": delivery.status,
        "diagnosis": clean(delivery.diagnosis) or None,
    }
    if tag is None or tag.use is not Use.BOUNCE:
        return Decision(kind, IncomingState.HELD, Reason.UNPROVEN)
    if delivery.action == "delayed":
        return Decision(kind, IncomingState.FILED, Reason.DELAYED)
    if delivery.action != "failed":
        return Decision(kind, IncomingState.IGNORED, Reason.DELIVERED)
    words = clean(f"{delivery.status} {delivery.diagnosis}".strip())
    of_ours = comparable(delivery.recipient) == comparable(message.recipient)
    news = await record_report(session, message, delivery.status, words, of_ours=of_ours)
    state = IncomingState.APPLIED if news else IncomingState.IGNORED
    return Decision(kind, state, None if news else Reason.REPEATED)


def _words(incoming: Incoming, subject: Subject, tag: Tag | None, *, from_nobody: bool) -> Decision:
    """What no calendar wrote changes nothing, and is filed for people to read."""
    bounced = tag is not None and tag.use is Use.BOUNCE
    kind = IncomingKind.ANSWER
    if incoming.automatic or from_nobody or bounced:
        kind = IncomingKind.REPORT if bounced else IncomingKind.AUTO_REPLY
    if subject.meeting is None:
        return Decision(IncomingKind.UNKNOWN, IncomingState.HELD, Reason.ANSWERS_NOTHING)
    if incoming.verdict is Verdict.FAILED:
        return Decision(kind, IncomingState.HELD, Reason.FORGED)
    return Decision(kind, IncomingState.FILED)


def _kept(
    incoming: Incoming,
    subject: Subject,
    decision: Decision,
    via: Way,
    digest: bytes,
    details: dict[str, Any],
) -> IncomingMail:
    return IncomingMail(
        via=via,
        content_hash=digest,
        sender=clean(incoming.sender),
        subject=clean(incoming.subject),
        message_id=clean(incoming.message_id),
        kind=decision.kind,
        state=decision.state,
        reason=decision.reason,
        meeting_id=subject.meeting.id if subject.meeting else None,
        invitation_id=subject.invitation_id,
        registration_id=subject.registration.id if subject.registration else None,
        answers_message_id=subject.message.id if subject.message else None,
        excerpt=clean(incoming.text),
        details=details,
        size=incoming.size,
    )


def _record(session: AsyncSession, mail: IncomingMail, subject: Subject) -> None:
    event = IncomingMailReceived(
        subject_id=mail.id,
        meeting_id=mail.meeting_id,
        committee_id=subject.meeting.committee_id if subject.meeting else None,
        entity_id=subject.registration.entity_id if subject.registration else None,
        kind=mail.kind,
        registration_id=mail.registration_id,
        state=mail.state,
        reason=mail.reason,
    )
    record(session, event)


def clean(text: str) -> str:
    """What PostgreSQL can hold: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _moment(time: Time | None) -> str | None:
    return _written(time.instant) if time else None


def _written(moment: datetime | None) -> str | None:
    """None for what lies outside of any calendar that is shown."""
    if moment is None or not 1970 < moment.year < 2199:
        return None
    return moment.astimezone(UTC).isoformat()
