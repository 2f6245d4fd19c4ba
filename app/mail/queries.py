"""Every select about mails, and about whom and what they concern."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    or_,
    true,
    update,
)
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.agenda.events import AgendaIssued
from app.agenda.tables import AgendaItem
from app.briefings import queries as briefings
from app.briefings.tables import Briefing, NamedBriefer
from app.calendar.queries import agenda_known, last_change, latest_agenda, latest_change
from app.committees.tables import Committee
from app.core import clock
from app.core.tables import values
from app.credentials.tables import Credentials
from app.entities.queries import by_ref
from app.entities.tables import Entity, FocalPoint, Person
from app.events.tables import LogEntry
from app.identity.lifecycle import LinkPurpose, Role
from app.identity.policy import Caller
from app.identity.tables import Account, Grant, Link
from app.invitations.lifecycle import LIVE as LIVE_INVITATIONS
from app.invitations.tables import Invitation
from app.mail.lifecycle import DUE, OF_REHEARSALS, MailLanguage, MessageKind, MessageState
from app.mail.merging import Merged, Told, merged, needless, version_told
from app.mail.organizers import organizes
from app.mail.places import Speaking, find_speaking
from app.mail.several import KEY, besides, still_told
from app.mail.tables import Message, RestingDomain, SuppressedAddress, Wording
from app.mail.wordings import Spoken
from app.mail.words import words_for
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.panels.slots import Slot
from app.panels.tables import Panellist
from app.registrations.lifecycle import LIVE as LIVE_REGISTRATIONS
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration, RegistrationException
from app.reminders.digests import may_read

Invited = tuple[Invitation, Entity, Meeting]
_LEAVE_ADDRESS = frozenset({MessageKind.REGISTRATION_READDRESSED, MessageKind.PANEL_READDRESSED})
_LEFT_BRIEFING = frozenset({MessageKind.BRIEFER_WITHDRAWN, MessageKind.BRIEFER_ENTRY_DROPPED})
"""To whoever was named, who need not be named now."""
LEFT_ADDRESS = "left_address"
"""Of `Message.data`: the mail goes to an address to which no further one does."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody to write to, and what about."""

    person: Person
    language: str
    """The entity's, for those who have none of their own."""
    invitation_id: UUID | None = None
    registration_id: UUID | None = None
    seated: bool = False
    """Has, or had, a seat: the meeting is in the person's calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that one mail may speak of, as it is at one moment."""

    message: Message
    meeting: Meeting
    committee: Committee
    person: Person | None
    """To whom it goes, with the entity; None for a mail to an account."""
    account: Account | None
    entity: Entity | None
    invitation: Invitation | None
    registration: Registration | None
    attendee: Person | None
    """Whose registration it is about, who may be another than its reader."""
    link: Link | None
    """The newest live one for this person."""
    stamp: datetime
    agenda: bytes | None
    """In force, as everybody sees it."""
    first_message_id: str | None
    """Of the first mail to this person about this meeting, if this is not the first."""
    said_again: bool
    heard_before: bool
    because: str
    """The name of the fact that the mail follows from."""
    merged: Merged
    """What it says of other changes, with what the organizers said of them."""
    wording: Spoken | None = None
    """The committee's own words for it."""
    delegation: bool = False
    """Somebody of the invited entity is registered."""
    reads_digests: bool = False
    """The account organizes the committee still, and wants its digests."""
    meetings: tuple[Meeting, ...] = ()
    """All of which it tells, where it tells of several of a series."""
    credentials: Credentials | None = None
    """Of the delegation whose invitation it is about."""
    exception: RegistrationException | None = None
    """The one that was granted; in a preview the newest of the invitation."""
    speaking: Speaking | None = None
    """The place on a panel of whoever reads it, if that is a panellist."""
    briefing: Briefing | None = None
    briefed: AgendaItem | None = None
    """The item of the briefing."""
    group: Committee | None = None
    """The working group that briefs."""
    agenda_before: bytes | None = None
    """The version that the reader knows, where the mail tells of another one."""
    named: NamedBriefer | None = None
    """Of a mail to a briefer: its reader, and the slot in their calendar."""
    told_of: Speaking | None = None
    """Of a mail to an organizer: the place on a panel that it is about."""
    rehearsal_told: bool = False
    """The entry of the rehearsal went, or may have gone, to the reader's address."""
    organizes: bool = False
    """The account organizes the meeting's committee still."""

    @property
    def tells_agenda(self) -> bool:
        """Whether it tells of the agenda that was issued."""
        return MessageKind.AGENDA_ISSUED in {self.message.kind, *self.merged.also}

    @property
    def code_asked_at(self) -> datetime | None:
        """Of the code that the mail tells."""
        asked_at = self.message.data.get("code_asked_at")
        return datetime.fromisoformat(asked_at) if asked_at else None

    @property
    def own(self) -> bool:
        """Whether its reader is the one whose registration it is about."""
        return (
            self.person is not None
            and self.registration is not None
            and self.registration.person_id == self.person.id
        )

    @property
    def lost_seat(self) -> bool:
        """Whether the fact that it tells took a confirmed seat away."""
        return self.message.data.get("was") == RegistrationStatus.CONFIRMED.value

    @property
    def name(self) -> str:
        """Of whoever reads it."""
        panellist = self.speaking.person if self.speaking else None
        reader = self.person or self.account or panellist
        if reader is None and self.named is not None:
            return self.named.name
        if reader is None and self.briefing is not None:
            return (self.briefing.name if self.to_briefer else self.briefing.contact_name) or ""
        return reader.name if reader else ""

    @property
    def to_briefer(self) -> bool:
        """It goes to who is named, and not to the group or an organizer."""
        asks = self.message.kind in {MessageKind.BRIEFER_ASKED, MessageKind.BRIEFER_REMINDER}
        return self.account is None and not asks

    @property
    def leaves_address(self) -> bool:
        """It goes to an address that the person had, and no further mail does."""
        return self.message.kind in _LEAVE_ADDRESS or bool(self.message.data.get(LEFT_ADDRESS))

    @property
    def rehearses(self) -> Slot | None:
        """When the panel is tried out, or would have been."""
        times = self.speaking.rehearses if self.speaking else None
        told = self.message.data
        if times is None and "starts_at" in told:
            ends = (told["starts_at"], told["ends_at"])
            return datetime.fromisoformat(ends[0]), datetime.fromisoformat(ends[1])
        return times

    @property
    def address(self) -> str:
        """Where it goes now; empty for an account that has lost its address."""
        if self.leaves_address:
            return self.message.recipient
        if self.person is not None:
            return self.person.email
        if self.speaking is not None:
            return self.speaking.person.email or ""
        if self.named is not None or self.message.kind in _LEFT_BRIEFING:
            return (self.named and self.named.email) or ""
        if self.account is None and self.briefing is not None:
            found = self.briefing.email if self.to_briefer else self.briefing.contact_email
            return found or ""
        return (self.account and self.account.email) or ""


async def lock_due(session: AsyncSession, message_id: UUID, now: datetime) -> Message | None:
    """A message that is still to be sent; None too while another process has it in hand, while a
    delayed one's time has not come, or while its recipient's domain rests.
    """
    domain = func.lower(func.split_part(col(Message.recipient), "@", -1))
    rests = exists().where(
        col(RestingDomain.domain).in_([domain, "*"]), col(RestingDomain.until) > now
    )
    statement = (
        select(Message)
        .where(
            col(Message.id) == message_id,
            col(Message.state).in_(DUE),
            or_(col(Message.state) == MessageState.PLANNED, col(Message.due_at) <= now),
            ~rests,
        )
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def lock_message(session: AsyncSession, message_id: UUID) -> Message:
    """The message as it is now."""
    statement = select(Message).where(col(Message.id) == message_id).with_for_update()
    return (await session.execute(statement)).scalar_one()


async def load_case(session: AsyncSession, message: Message, purpose: LinkPurpose) -> Case:
    """All of it in one statement, as of one moment; but for other meetings of which it tells."""
    parameters = _parameters(message, purpose)
    row = (await session.execute(_case_statement(), parameters)).one()
    told = [_told(each, message.meeting_id) for each in row.told]
    this = next(each for each in told if each.id == message.id)
    case = _case(message, row, said_again=needless(this, told), told=merged(this, told))
    case = await _with_speakers(session, case)
    first = min((each.attempted_at for each in told if each.attempted_at), default=None)
    case = await _with_agenda_before(session, case, version_told(this, told), first)
    meetings = [meeting for _, meeting in await still_told(session, message, clock.now())]
    return replace(case, meetings=tuple(meetings)) if meetings else case


async def imagine_case(
    session: AsyncSession, message: Message, purpose: LinkPurpose, note: str | None
) -> Case:
    """The case of a message that is in no table, as `load_case` would find it."""
    about = {name: getattr(message, name) for name in _ABOUT}
    parameters = _parameters(message, purpose) | about | {"kind": message.kind.value}
    row = (await session.execute(_imagined_statement(), parameters)).one()
    told = Merged(frozenset(), (note,) if note else ())
    case = await _with_speakers(session, _case(message, row, said_again=False, told=told))
    return await _with_agenda_before(session, case, None, clock.now())


async def _with_speakers(session: AsyncSession, case: Case) -> Case:
    """With whoever it goes to, or tells of, on a panel or for a briefing."""
    message = case.message
    if message.panellist_id is not None:
        place = await find_speaking(session, message.panellist_id)
        case = replace(case, speaking=place)
        if message.kind in OF_REHEARSALS:
            told = await _rehearsal_told(session, message.panellist_id, case.address)
            case = replace(case, rehearsal_told=told)
    elif message.kind is MessageKind.PANELLIST_DECLINED and "panellist_id" in message.data:
        place = await find_speaking(session, UUID(message.data["panellist_id"]))
        case = replace(case, told_of=place)
    elif message.briefing_id is not None and case.to_briefer:
        case = await _with_named(session, case, message.briefing_id)
    return case


async def _with_named(session: AsyncSession, case: Case, briefing_id: UUID) -> Case:
    """Whoever was named when it was planned, where it tells them that they are no more."""
    address = case.briefing.email if case.briefing else None
    if case.message.kind in _LEFT_BRIEFING:
        address = case.message.recipient
    named = await briefings.find_named(session, briefing_id, address) if address else None
    stamp = await last_change(session, case.message.meeting_id, briefing_id)
    item = case.briefed
    if item is None and named is not None:
        item = await session.get(AgendaItem, named.item_id)
    stamp = max(case.stamp, stamp or case.stamp)
    return replace(case, named=named, briefed=item, stamp=stamp)


async def _rehearsal_told(session: AsyncSession, panellist_id: UUID, address: str) -> bool:
    statement = select(
        exists().where(
            col(Message.panellist_id) == panellist_id,
            col(Message.kind) == MessageKind.PANEL_REHEARSAL,
            col(Message.attempts) > 0,
            func.lower(col(Message.recipient)) == address.lower(),
        )
    )
    return bool((await session.execute(statement)).scalar_one())


async def _with_agenda_before(
    session: AsyncSession, case: Case, told: int | None, first: datetime | None
) -> Case:
    if case.agenda is None or not case.tells_agenda:
        return case
    number = int(json.loads(case.agenda)["number"])
    if number == 1 or told == 0:
        return case
    known = await agenda_known(session, case.meeting.id, number, told, first)
    return replace(case, agenda_before=known)


def _parameters(message: Message, purpose: LinkPurpose) -> dict[str, Any]:
    language = words_for(message.language).language
    return {"message_id": message.id, "purpose": purpose, "language": language}


def _case(message: Message, row: Any, *, said_again: bool, told: Merged) -> Case:
    wording: Wording | None = row.wording
    return Case(
        message=message,
        meeting=row.Meeting,
        committee=row.Committee,
        person=row.Person,
        account=row.Account,
        entity=row.Entity,
        invitation=row.Invitation,
        registration=row.Registration,
        link=row.link,
        stamp=row.stamp or row.Meeting.created_at,
        agenda=row.agenda,
        first_message_id=row.first_message_id,
        said_again=said_again,
        heard_before=row.heard_before,
        because=row.because or "",
        merged=told,
        wording=wording.spoken if wording else None,
        attendee=row.attendee,
        delegation=row.delegation,
        reads_digests=row.reads_digests,
        credentials=row.Credentials,
        exception=row.exception,
        briefing=row.Briefing,
        briefed=row.AgendaItem,
        group=row.working_group,
        organizes=row.organizes,
    )


async def find_live_link(
    session: AsyncSession, purpose: LinkPurpose, resource_id: UUID, person_id: UUID | None
) -> Link | None:
    statement = live_link(purpose, resource_id, person_id)
    found: Link | None = (await session.execute(statement)).scalar_one_or_none()
    return found


def live_link(purpose: Any, resource_id: Any, person_id: Any) -> Select[Any]:
    """The newest link of a person, or of a panellist, that was not revoked, spent or not; values or
    columns.
    """
    return (
        sa_select(Link)
        .where(
            col(Link.resource_id) == resource_id,
            col(Link.person_id).is_not_distinct_from(person_id),
            col(Link.purpose) == purpose,
            col(Link.revoked_at).is_(None),
        )
        .order_by(col(Link.id).desc())
        .limit(1)
    )


def acting_for_invited(
    columns: Sequence[Any], meeting: Meeting, line: Sequence[UUID]
) -> Select[Any]:
    """Who acts now for the entities that are invited, whatever became of the invitation."""
    return (
        sa_select(*columns)
        .select_from(Invitation)
        .join(Entity, col(Entity.id) == col(Invitation.entity_id))
        .join(FocalPoint, col(FocalPoint.entity_id) == col(Entity.id))
        .join(Person, col(Person.id) == col(FocalPoint.person_id))
        .join(Grant, col(Grant.id) == col(FocalPoint.grant_id))
        .join(Account, col(Account.id) == col(Grant.account_id))
        .where(
            col(Invitation.meeting_id) == meeting.id,
            col(Account.disabled_at).is_(None),
            col(FocalPoint.ended_at).is_(None),
            or_(
                col(FocalPoint.committee_id).is_(None),
                col(FocalPoint.committee_id).in_(line),
            ),
        )
    )


async def focal_points_of_invited(
    session: AsyncSession, meeting: Meeting, line: Sequence[UUID]
) -> list[Addressee]:
    """Who acts now for the entities with live invitations, each person once."""
    columns: list[Any] = [Person, Entity.language, Invitation.id]
    statement: Select[Any] = (
        acting_for_invited(columns, meeting, line)
        .where(col(Invitation.status).in_(LIVE_INVITATIONS))
        .order_by(col(Invitation.id), col(Person.id))
    )
    rows = await session.execute(statement)
    found = {row[0].id: Addressee(row[0], row[1], invitation_id=row[2]) for row in rows}
    return list(found.values())


async def registered_before(
    session: AsyncSession,
    meeting_id: UUID,
    moment: datetime,
    statuses: Collection[RegistrationStatus] = LIVE_REGISTRATIONS,
) -> list[Addressee]:
    """Who was registered at the moment, and has a seat or a place in the waiting list now."""
    seated = col(Registration.confirmed_at).is_not(None)
    columns: list[Any] = [Person, Entity.language, Registration.id, seated]
    statement: Select[Any] = (
        sa_select(*columns)
        .select_from(Registration)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .join(Entity, col(Entity.id) == col(Registration.entity_id))
        .where(
            col(Registration.meeting_id) == meeting_id,
            col(Registration.status).in_(statuses),
            col(Registration.created_at) <= moment,
        )
        .order_by(col(Registration.queue_number))
    )
    rows = await session.execute(statement)
    return [Addressee(row[0], row[1], registration_id=row[2], seated=row[3]) for row in rows]


async def list_invitations_to_come(
    session: AsyncSession, entity_id: UUID, now: datetime
) -> Sequence[tuple[Invitation, Entity, Meeting]]:
    """The live invitations of an entity that were sent, to meetings that are not over."""
    columns: list[Any] = [Invitation, Entity, Meeting]
    statement: Select[Any] = (
        sa_select(*columns)
        .join(Entity, col(Entity.id) == col(Invitation.entity_id))
        .join(Meeting, col(Meeting.id) == col(Invitation.meeting_id))
        .where(
            col(Invitation.entity_id) == entity_id,
            col(Invitation.status).in_(LIVE_INVITATIONS),
            col(Invitation.sent_at).is_not(None),
            col(Meeting.status).not_in(OVER),
            col(Meeting.ends_at) > now,
        )
        .order_by(col(Invitation.id))
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(statement)]


async def find_registered(
    session: AsyncSession, registration_id: UUID
) -> tuple[Registration, Addressee] | None:
    found = await find_all_registered(session, [registration_id])
    return found.get(registration_id)


async def find_all_registered(
    session: AsyncSession, registrations: Collection[UUID]
) -> dict[UUID, tuple[Registration, Addressee]]:
    """Registrations by id, each with whom it is of."""
    columns: list[Any] = [Registration, Person, Entity.language]
    statement: Select[Any] = (
        sa_select(*columns)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .join(Entity, col(Entity.id) == col(Registration.entity_id))
        .where(col(Registration.id).in_(registrations))
    )
    return {
        row[0].id: (row[0], Addressee(row[1], row[2], registration_id=row[0].id))
        for row in await session.execute(statement)
    }


async def linked_to_join(session: AsyncSession, registrations: Collection[UUID]) -> set[UUID]:
    """Those of the registrations that have a live personal link."""
    statement = sa_select(col(Link.resource_id)).where(
        col(Link.resource_id).in_(registrations),
        col(Link.purpose) == LinkPurpose.JOIN_MEETING,
        col(Link.revoked_at).is_(None),
    )
    return set((await session.execute(statement)).scalars())


async def find_invited(session: AsyncSession, invitation_id: UUID) -> Invited | None:
    return (await find_all_invited(session, [invitation_id])).get(invitation_id)


async def find_all_invited(
    session: AsyncSession, invitations: Collection[UUID]
) -> dict[UUID, Invited]:
    """Invitations by id, each with entity and meeting."""
    columns: list[Any] = [Invitation, Entity, Meeting]
    statement: Select[Any] = (
        sa_select(*columns)
        .join(Entity, col(Entity.id) == col(Invitation.entity_id))
        .join(Meeting, col(Meeting.id) == col(Invitation.meeting_id))
        .where(col(Invitation.id).in_(invitations))
    )
    rows = await session.execute(statement)
    return {row[0].id: (row[0], row[1], row[2]) for row in rows}


async def address_of_entry(
    session: AsyncSession, registration_id: UUID, kinds: Collection[MessageKind]
) -> str | None:
    """Where the last mail of these kinds about a registration went, or may have gone."""
    statement = (
        sa_select(col(Message.recipient))
        .where(
            col(Message.registration_id) == registration_id,
            col(Message.kind).in_(kinds),
            col(Message.attempts) > 0,
        )
        .order_by(col(Message.attempted_at).desc(), col(Message.id).desc())
        .limit(1)
    )
    found: str | None = (await session.execute(statement)).scalar_one_or_none()
    return found


async def revoke_stray_links(
    session: AsyncSession, registration: Registration, now: datetime
) -> None:
    """Links to a registration that were made for somebody who was merged meanwhile."""
    statement = (
        update(Link)
        .where(
            col(Link.resource_id) == registration.id,
            col(Link.person_id) != registration.person_id,
            col(Link.revoked_at).is_(None),
        )
        .values(revoked_at=now)
    )
    await session.execute(statement)


async def was_invited(session: AsyncSession, invitation_id: UUID, person_id: UUID) -> bool:
    """Whether the person was written to about the invitation."""
    statement = select(
        exists().where(
            col(Message.invitation_id) == invitation_id,
            col(Message.person_id) == person_id,
            col(Message.kind) == MessageKind.INVITATION,
        )
    )
    return bool((await session.execute(statement)).scalar_one())


async def planned_because_of(session: AsyncSession, events: Collection[UUID]) -> Sequence[Any]:
    """The messages with their readers' names, entities, and registrations, places on panels or
    named briefers, by kind and reader.
    """
    reader = func.coalesce(
        *(col(Person.name), col(Account.name), col(Panellist.name), col(NamedBriefer.name)),
        *(col(Briefing.name), col(Message.recipient)),
    )
    columns: list[Any] = [Message, reader, Entity.abbreviation, Registration, Panellist]
    columns.append(NamedBriefer)
    told = and_(
        col(NamedBriefer.briefing_id) == col(Message.briefing_id),
        col(NamedBriefer.email) == col(Message.recipient),
        col(Message.account_id).is_(None),
    )
    statement: Select[Any] = (
        sa_select(*columns)
        .outerjoin(Person, col(Person.id) == col(Message.person_id))
        .outerjoin(Account, col(Account.id) == col(Message.account_id))
        .outerjoin(Entity, col(Entity.id) == col(Person.entity_id))
        .outerjoin(Registration, col(Registration.id) == col(Message.registration_id))
        .outerjoin(Panellist, col(Panellist.id) == col(Message.panellist_id))
        .outerjoin(Briefing, col(Briefing.id) == col(Message.briefing_id))
        .outerjoin(NamedBriefer, told)
        .where(col(Message.event_id).in_(events))
        .order_by(col(Message.kind), col(Entity.abbreviation), reader, col(Message.id))
    )
    rows: Sequence[Any] = (await session.execute(statement)).all()
    return rows


async def notice_window(session: AsyncSession, meeting_id: UUID) -> timedelta:
    """For how long the committee lets changes of its meetings wait for each other."""
    statement = (
        sa_select(col(Committee.notice_window))
        .join(Meeting, col(Meeting.committee_id) == col(Committee.id))
        .where(col(Meeting.id) == meeting_id)
    )
    return timedelta(seconds=(await session.execute(statement)).scalar_one())


async def waiting_until(
    session: AsyncSession, meeting_id: UUID, kinds: Collection[MessageKind], now: datetime
) -> dict[UUID, datetime]:
    """By person, panellist or briefing, when the first of the mails of these kinds that wait will
    go out.
    """
    reader = func.coalesce(
        col(Message.person_id), col(Message.panellist_id), col(Message.briefing_id)
    )
    statement = (
        sa_select(reader, func.min(col(Message.due_at)))
        .where(
            col(Message.meeting_id) == meeting_id,
            col(Message.kind).in_(kinds),
            col(Message.state) == MessageState.PLANNED,
            col(Message.due_at) > now,
            reader.is_not(None),
        )
        .group_by(reader)
    )
    found: Any = await session.execute(statement)
    return {row[0]: row[1] for row in found}


async def renewed_since(
    session: AsyncSession, invitation_id: UUID, person_id: UUID, moment: datetime
) -> bool:
    """Whether a fresh link was planned for this person after the moment."""
    statement = select(
        exists().where(
            col(Message.invitation_id) == invitation_id,
            col(Message.person_id) == person_id,
            col(Message.kind) == MessageKind.LINK_RENEWED,
            col(Message.created_at) > moment,
        )
    )
    return bool((await session.execute(statement)).scalar_one())


async def page_renewed_since(session: AsyncSession, panellist_id: UUID, moment: datetime) -> bool:
    """Whether a fresh link was planned for this panellist after the moment."""
    statement = select(
        exists().where(
            col(Message.panellist_id) == panellist_id,
            col(Message.kind) == MessageKind.PANEL_LINK_RENEWED,
            col(Message.created_at) > moment,
        )
    )
    return bool((await session.execute(statement)).scalar_one())


async def address_of_place(session: AsyncSession, panellist_id: UUID) -> str | None:
    """Where the latest mail to a panellist went, or may have gone; but for those that took leave of
    an address.
    """
    statement = (
        sa_select(col(Message.recipient))
        .where(
            col(Message.panellist_id) == panellist_id,
            col(Message.attempts) > 0,
            col(Message.kind) != MessageKind.PANEL_READDRESSED,
            col(Message.data)[LEFT_ADDRESS].is_(None),
        )
        .order_by(col(Message.attempted_at).desc(), col(Message.id).desc())
        .limit(1)
    )
    found: str | None = (await session.execute(statement)).scalar_one_or_none()
    return found


async def decline_told_since(
    session: AsyncSession, registration_id: UUID, moment: datetime
) -> bool:
    """Whether focal points hear, or have heard, of this decline from a mail planned since."""
    statement = select(
        exists().where(
            col(Message.registration_id) == registration_id,
            col(Message.kind) == MessageKind.ATTENDEE_DECLINED,
            col(Message.state) != MessageState.SUPPRESSED,
            col(Message.created_at) > moment,
        )
    )
    return bool((await session.execute(statement)).scalar_one())


def list_messages(
    caller: Caller,
    *,
    meeting: str | None = None,
    invitation_id: UUID | None = None,
    registration_id: UUID | None = None,
    panellist_id: UUID | None = None,
    state: MessageState | None = None,
    kind: MessageKind | None = None,
) -> Select[Any]:
    """Mails about meetings of the committees that the caller organizes, working groups included."""
    statement: Select[Any] = sa_select(Message)
    if meeting is not None or not caller.is_administrator:
        statement = statement.join(Meeting, col(Meeting.id) == col(Message.meeting_id))
    if not caller.is_administrator:
        statement = statement.join(Committee, col(Committee.id) == col(Meeting.committee_id))
        statement = statement.where(_organized_by(caller))
    if meeting is not None:
        statement = statement.where(by_ref(Meeting, meeting))
    if invitation_id is not None:
        statement = statement.where(col(Message.invitation_id) == invitation_id)
    if registration_id is not None:
        statement = statement.where(col(Message.registration_id) == registration_id)
    if panellist_id is not None:
        statement = statement.where(col(Message.panellist_id) == panellist_id)
    if state is not None:
        statement = statement.where(col(Message.state) == state)
    if kind is not None:
        statement = statement.where(col(Message.kind) == kind)
    return statement


def _told(found: dict[str, Any], meeting_id: UUID) -> Told:
    attempted = found["attempted_at"]
    return Told(
        id=UUID(found["id"]),
        kind=MessageKind(found["kind"]),
        state=MessageState(found["state"]),
        created_at=datetime.fromisoformat(found["created_at"]),
        attempted_at=datetime.fromisoformat(attempted) if attempted else None,
        note=found["note"],
        besides=besides(found["series"], meeting_id),
        version=found["version"],
    )


async def find_message(
    session: AsyncSession, caller: Caller, message_id: UUID, *, lock: bool = False
) -> tuple[Message, Meeting] | None:
    """A mail of `list_messages` with its meeting."""
    columns: list[Any] = [Message, Meeting]
    statement: Select[Any] = (
        sa_select(*columns)
        .join(Meeting, col(Meeting.id) == col(Message.meeting_id))
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .where(col(Message.id) == message_id, _organized_by(caller))
    )
    if lock:
        statement = statement.with_for_update(of=Message)
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1]) if row else None


async def find_opened(session: AsyncSession, message_id: UUID) -> tuple[Message, Committee] | None:
    """A mail with the committee whose meeting it is about."""
    columns: list[Any] = [Message, Committee]
    statement: Select[Any] = (
        sa_select(*columns)
        .join(Meeting, col(Meeting.id) == col(Message.meeting_id))
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .where(col(Message.id) == message_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1]) if row else None


def list_suppressed(caller: Caller) -> Select[Any]:
    """Addresses that get no mails: all, or those to which the caller's meetings wrote."""
    statement: Select[Any] = sa_select(SuppressedAddress).where(
        col(SuppressedAddress.lifted_at).is_(None)
    )
    if caller.is_administrator:
        return statement
    written_to = exists().where(
        func.lower(col(Message.recipient)) == col(SuppressedAddress.address),
        col(Meeting.id) == col(Message.meeting_id),
        col(Committee.id) == col(Meeting.committee_id),
        _organized_by(caller),
    )
    return statement.where(written_to)


async def lock_suppressed(
    session: AsyncSession, caller: Caller, address_id: UUID
) -> SuppressedAddress | None:
    statement = list_suppressed(caller).where(col(SuppressedAddress.id) == address_id)
    locked = statement.with_for_update(of=SuppressedAddress)
    found: SuppressedAddress | None = (await session.execute(locked)).scalar_one_or_none()
    return found


def _organized_by(caller: Caller) -> ColumnElement[bool]:
    """Committees that the caller organizes, and their working groups."""
    if caller.is_administrator:
        return true()
    organized = [c for c in caller.committees(Role.ORGANIZER) if c is not None]
    return or_(false(), col(Committee.id).in_(organized), col(Committee.parent_id).in_(organized))


@cache
def _case_statement() -> Select[Any]:
    """Made once: putting it together takes longer than running it."""
    message: Any = Message.__table__  # type: ignore[attr-defined]  # SQLModel has it
    return _case_of(message).where(message.c.id == bindparam("message_id"))


@cache
def _imagined_statement() -> Select[Any]:
    """The same about values instead of a row."""
    columns: list[Any] = [bindparam("message_id", type_=Uuid).label("id")]
    columns += [bindparam(name, type_=Uuid).label(name) for name in _ABOUT]
    columns.append(bindparam("kind", type_=Text).label("kind"))
    return _case_of(sa_select(*columns).subquery("message"))


_ABOUT = (
    *("event_id", "meeting_id", "invitation_id", "registration_id", "person_id", "account_id"),
    *("panellist_id", "briefing_id"),
)


def _case_of(source: Any) -> Select[Any]:
    message, other = source.c, aliased(Message)
    fact, attendee = aliased(LogEntry), aliased(Person, name="attendee")
    named = aliased(Registration)
    subjects = [message.meeting_id, message.registration_id, message.invitation_id]
    purpose = bindparam("purpose", type_=values(LinkPurpose))
    about = case(
        (
            purpose == LinkPurpose.ANSWER_INVITATION,
            func.coalesce(message.invitation_id, message.registration_id),
        ),
        (purpose == LinkPurpose.SPEAK_ON_PANEL, message.panellist_id),
        else_=func.coalesce(message.registration_id, message.invitation_id),
    )
    link = aliased(Link, live_link(purpose, about, message.person_id).lateral(), name="link")
    wording = aliased(Wording, _wording_of(message.kind).lateral(), name="wording")
    exception = aliased(
        RegistrationException, _exception_of(message, fact).lateral(), name="exception"
    )
    working_group = aliased(Committee, name="working_group")
    same_person = and_(
        col(other.person_id).is_not_distinct_from(message.person_id),
        col(other.account_id).is_not_distinct_from(message.account_id),
        col(other.panellist_id).is_not_distinct_from(message.panellist_id),
        col(other.briefing_id).is_not_distinct_from(message.briefing_id),
    )
    same_meeting = col(other.meeting_id) == message.meeting_id
    tried = col(other.attempts) > 0
    first_message_id: Select[Any] = (
        sa_select(col(other.message_id))
        .where(same_meeting, same_person, tried, col(other.id) < message.id)
        .order_by(col(other.id))
        .limit(1)
    )
    cause = aliased(LogEntry)
    told = sa_select(
        func.json_agg(
            func.json_build_object(
                "id",
                col(other.id),
                "kind",
                cast(col(other.kind), Text),
                "state",
                cast(col(other.state), Text),
                "created_at",
                col(other.created_at),
                "attempted_at",
                col(other.attempted_at),
                "note",
                col(cause.data)["note"].astext,
                "series",
                col(other.data)[KEY],
                "version",
                case(
                    (col(cause.name) == AgendaIssued.name, col(cause.data)["number"]),
                ),
            )
        )
    ).where(same_meeting, same_person, col(cause.id) == col(other.event_id))
    taken_back = case(
        (
            cast(message.kind, Text) == MessageKind.EXCEPTION_REVOKED.value,
            and_(
                col(other.kind) == MessageKind.EXCEPTION_GRANTED,
                exists().where(
                    col(cause.id) == col(other.event_id),
                    col(cause.subject_id) == col(fact.subject_id),
                ),
            ),
        ),
        else_=col(other.kind).in_([MessageKind.INVITATION, MessageKind.LINK_RENEWED]),
    )
    heard_before = exists().where(
        same_person, tried, col(other.invitation_id) == message.invitation_id, taken_back
    )
    columns: list[Any] = [
        Meeting,
        Committee,
        Person,
        Account,
        Entity,
        Invitation,
        Registration,
        link,
        attendee,
        wording,
        Credentials,
        exception,
        Briefing,
        AgendaItem,
        working_group,
        latest_change(message.meeting_id, subjects).scalar_subquery().label("stamp"),
        latest_agenda(message.meeting_id).scalar_subquery().label("agenda"),
        first_message_id.scalar_subquery().label("first_message_id"),
        told.scalar_subquery().label("told"),
        heard_before.label("heard_before"),
        col(fact.name).label("because"),
        exists()
        .where(
            col(named.invitation_id) == message.invitation_id,
            col(named.status).in_(LIVE_REGISTRATIONS),
        )
        .label("delegation"),
        may_read(message.account_id, col(fact.committee_id)).label("reads_digests"),
        organizes(message.account_id, col(Meeting.committee_id)).label("organizes"),
    ]
    return (
        sa_select(*columns)
        .select_from(source)
        .outerjoin(fact, col(fact.id) == message.event_id)
        .join(Meeting, col(Meeting.id) == message.meeting_id)
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .outerjoin(Person, col(Person.id) == message.person_id)
        .outerjoin(Account, col(Account.id) == message.account_id)
        .outerjoin(Entity, col(Entity.id) == col(Person.entity_id))
        .outerjoin(Invitation, col(Invitation.id) == message.invitation_id)
        .outerjoin(Registration, col(Registration.id) == message.registration_id)
        .outerjoin(attendee, col(attendee.id) == col(Registration.person_id))
        .outerjoin(link, true())
        .outerjoin(wording, true())
        .outerjoin(Credentials, col(Credentials.invitation_id) == message.invitation_id)
        .outerjoin(exception, true())
        .outerjoin(Briefing, col(Briefing.id) == message.briefing_id)
        .outerjoin(AgendaItem, col(AgendaItem.id) == col(Briefing.item_id))
        .outerjoin(working_group, col(working_group.id) == col(AgendaItem.working_group_id))
    )


def _exception_of(message: Any, fact: Any) -> Select[Any]:
    """The one that the fact is about, of no fact the newest one."""
    return (
        sa_select(RegistrationException)
        .where(
            col(RegistrationException.invitation_id) == message.invitation_id,
            or_(col(fact.id).is_(None), col(RegistrationException.id) == col(fact.subject_id)),
        )
        .order_by(col(RegistrationException.id).desc())
        .limit(1)
        .correlate(message.invitation_id.table, fact)
    )


def _wording_of(kind: Any) -> Select[Any]:
    """The words of the committee of the row, else of its parent."""
    language = bindparam("language", type_=values(MailLanguage))
    own = col(Wording.committee_id) == col(Committee.id)
    return (
        sa_select(Wording)
        .where(
            or_(own, col(Wording.committee_id) == col(Committee.parent_id)),
            col(Wording.kind) == cast(kind, Text),
            col(Wording.language) == language,
        )
        .order_by(own.desc())
        .limit(1)
        .correlate(Committee, kind.table)
    )
