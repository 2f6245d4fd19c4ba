"""Mails as they would be sent now: written by what writes the real ones, and kept nowhere."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, null
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.briefings.tables import Briefing
from app.core.ids import new_id
from app.core.problems import Invalid
from app.entities.tables import Entity, Person
from app.identity.lifecycle import LinkPurpose
from app.identity.tables import Link
from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation
from app.mail import queries
from app.mail.letters import BRIEFINGS, FACTS, House, Letter, purpose_of, write
from app.mail.lifecycle import OF_PANELS, TO_BRIEFERS, TO_ORGANIZERS, MessageKind
from app.mail.organizers import list_organizers
from app.mail.places import first_asked
from app.mail.problems import NobodyToWriteTo
from app.mail.queries import Addressee, Case, acting_for_invited
from app.mail.tables import Message
from app.mail.wordings import Spoken
from app.meetings.tables import Meeting
from app.panels.lifecycle import PanellistStatus
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration


class Readers(StrEnum):
    """Whom mails of a kind go to."""

    INVITED = "invited"
    REGISTERED = "registered"
    ANYBODY = "anybody"
    PANELLISTS = "on a panel, with a mail address,"
    COLLEAGUES = "both registered and invited"
    """Focal points, about somebody registered."""


_LIKELY = {
    MessageKind.REGISTRATION_WAITING: RegistrationStatus.WAITING,
    MessageKind.REGISTRATION_WITHDRAWN: RegistrationStatus.WITHDRAWN,
    MessageKind.REGISTRATION_SUBSTITUTED: RegistrationStatus.SUBSTITUTED,
    MessageKind.REGISTRATION_UNSEATED: RegistrationStatus.WAITING,
    MessageKind.SEAT_OFFERED: RegistrationStatus.OFFERED,
    MessageKind.OFFER_EXPIRED: RegistrationStatus.EXPIRED,
    MessageKind.REGISTRATION_PENDING: RegistrationStatus.PENDING,
    MessageKind.REGISTRATION_REJECTED: RegistrationStatus.REJECTED,
}
"""In which state the registration mostly is that a kind is about; else it is confirmed."""


_LIKELY_ON_PANEL = {
    MessageKind.PANEL_INVITATION: PanellistStatus.INVITED,
    MessageKind.PANEL_REMINDER: PanellistStatus.INVITED,
    MessageKind.PANEL_WITHDRAWN: PanellistStatus.WITHDRAWN,
}
_TO_FOCAL_POINTS = frozenset(
    {
        MessageKind.INVITATION_WITHDRAWN,
        MessageKind.CREDENTIALS_RETURNED,
        MessageKind.EXCEPTION_GRANTED,
        MessageKind.EXCEPTION_REVOKED,
    }
)
"""Beside those that tell of seats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which mail to look at; what is None is chosen."""

    kind: MessageKind
    language: str | None
    invitation_id: UUID | None
    registration_id: UUID | None
    person_id: UUID | None
    panellist_id: UUID | None
    spoken: Spoken | None
    """Words that are not kept yet."""
    note: str | None


def readers_of(kind: MessageKind) -> Readers:
    """By what its mails tell: a role is told to somebody registered, seats to a focal point."""
    told = FACTS.get(kind, ())
    if kind in OF_PANELS:
        return Readers.PANELLISTS
    if kind is MessageKind.ATTENDEE_DECLINED:
        return Readers.COLLEAGUES
    if kind in _TO_FOCAL_POINTS or "seats" in told:
        return Readers.INVITED
    return Readers.REGISTERED if "role" in told else Readers.ANYBODY


async def preview(
    session: AsyncSession, meeting: Meeting, line: tuple[UUID, ...], wanted: Wanted, house: House
) -> tuple[Case, Letter]:
    """The letter, and what it tells; a house without a secret shows none.

    Raises `Invalid` for people and things of other meetings, `NobodyToWriteTo` without anybody.
    """
    message = Message(
        id=new_id(),
        event_id=new_id(),
        kind=wanted.kind,
        meeting_id=meeting.id,
        briefing_id=await _briefing(session, meeting, wanted.kind),
        message_id="",
        data=await _told(session, meeting, wanted),
        **await _read_by(session, meeting, line, wanted),
    )
    purpose = purpose_of(wanted.kind)
    case = await queries.imagine_case(session, message, purpose, wanted.note)
    case = replace(case, link=_link(case, purpose), wording=wanted.spoken or case.wording)
    return case, write(case, house)


async def _briefing(session: AsyncSession, meeting: Meeting, kind: MessageKind) -> UUID | None:
    """The first one of the meeting, for mails about briefings: with somebody named, if there is."""
    if kind not in BRIEFINGS and kind is not MessageKind.BRIEFING_DECLINED:
        return None
    order: list[Any] = [col(Briefing.email).is_(None), col(Briefing.id)]
    first = sa_select(col(Briefing.id)).where(col(Briefing.meeting_id) == meeting.id)
    found: UUID | None = (await session.execute(first.order_by(*order))).scalar()
    return found


async def _told(session: AsyncSession, meeting: Meeting, wanted: Wanted) -> dict[str, Any]:
    """Of whom organizers are told."""
    if wanted.kind is not MessageKind.PANELLIST_DECLINED:
        return {}
    gone = PanellistStatus.DECLINED
    asked = await first_asked(session, meeting.id, wanted.panellist_id, gone)
    return {"panellist_id": str(asked.person.id)} if asked else {}


async def _read_by(
    session: AsyncSession, meeting: Meeting, line: tuple[UUID, ...], wanted: Wanted
) -> dict[str, Any]:
    """The members of the message that say who reads it, and about what."""
    if readers_of(wanted.kind) is Readers.PANELLISTS:
        likely = _LIKELY_ON_PANEL.get(wanted.kind, PanellistStatus.CONFIRMED)
        asked = await first_asked(session, meeting.id, wanted.panellist_id, likely)
        others = (wanted.registration_id, wanted.invitation_id, wanted.person_id)
        if asked is None or any(others):
            _meant(None, Readers.PANELLISTS, asked=any((wanted.panellist_id, *others)))
        assert asked is not None, "else it was refused"
        language = wanted.language or asked.language
        address = asked.person.email or ""
        return {"panellist_id": asked.person.id, "recipient": address, "language": language}
    if wanted.panellist_id is not None and wanted.kind is not MessageKind.PANELLIST_DECLINED:
        _meant(None, Readers.ANYBODY, asked=True)
    if not (wanted.registration_id or wanted.invitation_id or wanted.person_id):
        speaks = await _who_speaks(session, meeting, wanted)
        if speaks is not None:
            return speaks
    reader = await _reader(session, meeting, line, wanted)
    return {
        "invitation_id": reader.invitation_id,
        "registration_id": reader.registration_id,
        "person_id": reader.person.id,
        "recipient": reader.person.email,
        "language": wanted.language or reader.person.language or reader.language,
    }


async def _who_speaks(
    session: AsyncSession, meeting: Meeting, wanted: Wanted
) -> dict[str, Any] | None:
    """A mail for an organizer goes to one of them, one for a briefer to who is named; None where
    there is none yet, for somebody else to look at.
    """
    language = wanted.language or meeting.languages[0]
    if wanted.kind in TO_ORGANIZERS:
        organizers = await list_organizers(session, meeting.committee_id)
        for account_id, email in organizers[:1]:
            return {"account_id": account_id, "recipient": email, "language": language}
    briefing_id = await _briefing(session, meeting, wanted.kind)
    briefing = await session.get(Briefing, briefing_id) if briefing_id else None
    if briefing is None or briefing.email is None or wanted.kind not in TO_BRIEFERS:
        return None
    own = wanted.language or briefing.language or language
    return {"recipient": briefing.email, "language": own}


async def _reader(
    session: AsyncSession, meeting: Meeting, line: tuple[UUID, ...], wanted: Wanted
) -> Addressee:
    """Who is named, or the likeliest one."""
    readers = readers_of(wanted.kind)
    asks = wanted.registration_id or wanted.invitation_id or wanted.person_id
    found: Addressee | None
    if readers is Readers.COLLEAGUES:
        found = await _first(session, _colleagues(meeting, line, wanted))
        return _meant(found, readers, asked=bool(asks))
    by_seat = wanted.registration_id or readers is not Readers.INVITED
    by_invitation = wanted.invitation_id or wanted.person_id or readers is not Readers.REGISTERED
    found = None
    if by_seat and not wanted.invitation_id:
        found = await _first(session, _registered(meeting, wanted))
    if found is None and by_invitation and not wanted.registration_id:
        found = await _first(session, _invited(meeting, line, wanted))
    return _meant(found, readers, asked=bool(asks))


def _meant(found: Addressee | None, readers: Readers, *, asked: bool) -> Addressee:
    if found is None and asked:
        raise Invalid("Nobody of this meeting is meant by these ids together.")
    if found is None:
        raise NobodyToWriteTo(f"Nobody is {readers.value} yet.")
    return found


async def _first(session: AsyncSession, statement: Select[Any]) -> Addressee | None:
    row = (await session.execute(statement.limit(1))).one_or_none()
    return row and Addressee(row[0], row[1], invitation_id=row[2], registration_id=row[3])


def _registered(meeting: Meeting, wanted: Wanted) -> Select[Any]:
    columns: list[Any] = [Person, Entity.language, null(), Registration.id]
    likely = _LIKELY.get(wanted.kind, RegistrationStatus.CONFIRMED)
    statement: Select[Any] = (
        sa_select(*columns)
        .select_from(Registration)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .join(Entity, col(Entity.id) == col(Registration.entity_id))
        .where(col(Registration.meeting_id) == meeting.id)
        .order_by((col(Registration.status) == likely).desc(), col(Registration.queue_number))
    )
    if wanted.registration_id:
        statement = statement.where(col(Registration.id) == wanted.registration_id)
    if wanted.person_id:
        statement = statement.where(col(Person.id) == wanted.person_id)
    return statement


def _invited(meeting: Meeting, line: tuple[UUID, ...], wanted: Wanted) -> Select[Any]:
    """Focal points of invited entities, also before anything is sent to them."""
    columns: list[Any] = [Person, Entity.language, Invitation.id, null()]
    live = col(Invitation.status) != InvitationStatus.WITHDRAWN
    statement = acting_for_invited(columns, meeting, line).order_by(
        live.desc(), col(Invitation.id), col(Person.id)
    )
    if wanted.invitation_id:
        statement = statement.where(col(Invitation.id) == wanted.invitation_id)
    if wanted.person_id:
        statement = statement.where(col(Person.id) == wanted.person_id)
    return statement


def _colleagues(meeting: Meeting, line: tuple[UUID, ...], wanted: Wanted) -> Select[Any]:
    """Focal points of entities that have somebody registered, and that registration."""
    columns: list[Any] = [Person, Entity.language, null(), Registration.id]
    confirmed = col(Registration.status) == RegistrationStatus.CONFIRMED
    statement = (
        _invited(meeting, line, wanted)
        .with_only_columns(*columns)
        .join(Registration, col(Registration.invitation_id) == col(Invitation.id))
        .order_by(None)
        .order_by(confirmed.desc(), col(Registration.queue_number), col(Person.id))
    )
    if wanted.registration_id:
        statement = statement.where(col(Registration.id) == wanted.registration_id)
    return statement


def _link(case: Case, purpose: LinkPurpose) -> Link | None:
    """The one there is, or one that the mail would come with."""
    if purpose is LinkPurpose.SPEAK_ON_PANEL and case.speaking is not None:
        place, expires_at = case.speaking.person.id, case.meeting.ends_at + timedelta(days=1)
        return case.link or Link(purpose=purpose, resource_id=place, expires_at=expires_at)
    about = case.invitation if purpose is LinkPurpose.ANSWER_INVITATION else case.registration
    seated = case.registration and case.registration.status is RegistrationStatus.CONFIRMED
    if case.link or about is None or case.person is None:
        return case.link
    if purpose is LinkPurpose.JOIN_MEETING and not seated:
        return None
    expires_at = case.meeting.ends_at + timedelta(days=1)
    return Link(
        purpose=purpose, resource_id=about.id, person_id=case.person.id, expires_at=expires_at
    )
