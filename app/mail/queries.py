"""Every select about mails, and about whom and what they concern."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    or_,
    text,
    true,
    update,
)
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.calendar.queries import latest_agenda, latest_change
from app.committees.tables import Committee
from app.core.tables import values
from app.entities.queries import by_ref
from app.entities.tables import Entity, FocalPoint, Person
from app.events.tables import LogEntry
from app.identity.lifecycle import LinkPurpose, Role
from app.identity.policy import Caller
from app.identity.tables import Account, Grant, Link
from app.invitations.lifecycle import LIVE as LIVE_INVITATIONS
from app.invitations.tables import Invitation
from app.mail.lifecycle import DUE, MailLanguage, MessageKind, MessageState
from app.mail.merging import Merged, Told, merged, needless
from app.mail.tables import Message, Wording
from app.mail.wordings import Spoken
from app.mail.words import words_for
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations.lifecycle import LIVE as LIVE_REGISTRATIONS
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration

_UNQUEUED = text(
    """
    SELECT m.id FROM messages m
     WHERE m.state IN ('planned', 'delayed') AND m.due_at <= :now
       AND NOT EXISTS (SELECT FROM procrastinate_jobs j
                        WHERE j.queueing_lock = :task || ' ' || m.id AND j.status = 'todo')
       AND NOT EXISTS (SELECT FROM procrastinate_jobs j
                        WHERE j.lock = :task || ' ' || m.id AND j.status = 'doing')
     ORDER BY m.due_at, m.id LIMIT :limit
    """
)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody to write to, and what about."""

    person: Person
    language: str
    """The entity's, for those who have none of their own."""
    invitation_id: UUID | None = None
    registration_id: UUID | None = None


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
    link: Link | None
    """The newest live one for this person."""
    stamp: datetime
    agenda: bytes | None
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

    @property
    def code_asked_at(self) -> datetime | None:
        """Of the code that the mail tells."""
        asked_at = self.message.data.get("code_asked_at")
        return datetime.fromisoformat(asked_at) if asked_at else None

    @property
    def name(self) -> str:
        """Of whoever reads it."""
        reader = self.person or self.account
        return reader.name if reader else ""

    @property
    def address(self) -> str:
        """Where it goes now; empty for an account that has lost its address."""
        if self.person is not None:
            return self.person.email
        return (self.account and self.account.email) or ""


async def list_unqueued(
    session: AsyncSession, task: str, now: datetime, limit: int = 500
) -> Sequence[UUID]:
    """Messages that are to be sent now and have no job that would do it."""
    rows = await session.execute(_UNQUEUED, {"task": task, "now": now, "limit": limit})
    return rows.scalars().all()


async def lock_due(session: AsyncSession, message_id: UUID) -> Message | None:
    """A message that is still to be sent; None too while another process has it in hand."""
    statement = (
        select(Message)
        .where(col(Message.id) == message_id, col(Message.state).in_(DUE))
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def record_outcome(
    session: AsyncSession,
    message_id: UUID,
    state: MessageState,
    error: str | None,
    sent_at: datetime | None,
) -> None:
    statement = (
        update(Message)
        .where(col(Message.id) == message_id)
        .values(state=state, last_error=error, sent_at=sent_at)
    )
    await session.execute(statement)


async def load_case(session: AsyncSession, message: Message, purpose: LinkPurpose) -> Case:
    """All of it in one statement, as of one moment."""
    parameters = _parameters(message, purpose)
    row = (await session.execute(_case_statement(), parameters)).one()
    told = [_told(each) for each in row.told]
    this = next(each for each in told if each.id == message.id)
    return _case(message, row, said_again=needless(this, told), told=merged(this, told))


async def imagine_case(
    session: AsyncSession, message: Message, purpose: LinkPurpose, note: str | None
) -> Case:
    """The case of a message that is in no table, as `load_case` would find it."""
    about = {name: getattr(message, name) for name in _ABOUT}
    parameters = _parameters(message, purpose) | about | {"kind": message.kind.value}
    row = (await session.execute(_imagined_statement(), parameters)).one()
    told = Merged(frozenset(), (note,) if note else ())
    return _case(message, row, said_again=False, told=told)


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
    )


async def find_live_link(
    session: AsyncSession, purpose: LinkPurpose, resource_id: UUID, person_id: UUID
) -> Link | None:
    statement = live_link(purpose, resource_id, person_id)
    found: Link | None = (await session.execute(statement)).scalar_one_or_none()
    return found


def live_link(purpose: Any, resource_id: Any, person_id: Any) -> Select[Any]:
    """The newest link of a person that was not revoked, spent or not; values or columns."""
    return (
        sa_select(Link)
        .where(
            col(Link.resource_id) == resource_id,
            col(Link.person_id) == person_id,
            col(Link.purpose) == purpose,
            col(Link.revoked_at).is_(None),
        )
        .order_by(col(Link.id).desc())
        .limit(1)
    )


async def focal_points_of_invited(
    session: AsyncSession, meeting: Meeting, line: Sequence[UUID]
) -> list[Addressee]:
    """Who acts now for the entities with live invitations, each person once."""
    columns: list[Any] = [Person, Entity.language, Invitation.id]
    statement: Select[Any] = (
        sa_select(*columns)
        .select_from(Invitation)
        .join(Entity, col(Entity.id) == col(Invitation.entity_id))
        .join(FocalPoint, col(FocalPoint.entity_id) == col(Entity.id))
        .join(Person, col(Person.id) == col(FocalPoint.person_id))
        .join(Grant, col(Grant.id) == col(FocalPoint.grant_id))
        .join(Account, col(Account.id) == col(Grant.account_id))
        .where(
            col(Invitation.meeting_id) == meeting.id,
            col(Invitation.status).in_(LIVE_INVITATIONS),
            col(Account.disabled_at).is_(None),
            col(FocalPoint.ended_at).is_(None),
            or_(
                col(FocalPoint.committee_id).is_(None),
                col(FocalPoint.committee_id).in_(line),
            ),
        )
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
    columns: list[Any] = [Person, Entity.language, Registration.id]
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
    return [Addressee(row[0], row[1], registration_id=row[2]) for row in rows]


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
    columns: list[Any] = [Registration, Person, Entity.language]
    statement: Select[Any] = (
        sa_select(*columns)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .join(Entity, col(Entity.id) == col(Registration.entity_id))
        .where(col(Registration.id) == registration_id)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    return row[0], Addressee(row[1], row[2], registration_id=row[0].id)


async def find_invited(
    session: AsyncSession, invitation_id: UUID
) -> tuple[Invitation, Entity, Meeting] | None:
    columns: list[Any] = [Invitation, Entity, Meeting]
    statement: Select[Any] = (
        sa_select(*columns)
        .join(Entity, col(Entity.id) == col(Invitation.entity_id))
        .join(Meeting, col(Meeting.id) == col(Invitation.meeting_id))
        .where(col(Invitation.id) == invitation_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1], row[2]) if row else None


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


async def planned_because_of(
    session: AsyncSession, events: Collection[UUID]
) -> Sequence[tuple[Message, str, str | None, Registration | None]]:
    """The messages with their readers' names, entities and registrations, by kind and reader."""
    reader = func.coalesce(col(Person.name), col(Account.name))
    columns: list[Any] = [Message, reader, Entity.abbreviation, Registration]
    statement: Select[Any] = (
        sa_select(*columns)
        .outerjoin(Person, col(Person.id) == col(Message.person_id))
        .outerjoin(Account, col(Account.id) == col(Message.account_id))
        .outerjoin(Entity, col(Entity.id) == col(Person.entity_id))
        .outerjoin(Registration, col(Registration.id) == col(Message.registration_id))
        .where(col(Message.event_id).in_(events))
        .order_by(col(Message.kind), col(Entity.abbreviation), reader, col(Message.id))
    )
    return [(row[0], row[1], row[2], row[3]) for row in await session.execute(statement)]


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
    """By person, when the first of the mails of these kinds that wait will go out."""
    statement = (
        sa_select(col(Message.person_id), func.min(col(Message.due_at)))
        .where(
            col(Message.meeting_id) == meeting_id,
            col(Message.kind).in_(kinds),
            col(Message.state) == MessageState.PLANNED,
            col(Message.due_at) > now,
            col(Message.person_id).is_not(None),
        )
        .group_by(col(Message.person_id))
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


def list_messages(
    caller: Caller,
    *,
    meeting: str | None = None,
    state: MessageState | None = None,
    kind: MessageKind | None = None,
) -> Select[Any]:
    """Mails about meetings of the committees that the caller organizes, working groups included."""
    statement: Select[Any] = sa_select(Message)
    if meeting is not None or not caller.is_administrator:
        statement = statement.join(Meeting, col(Meeting.id) == col(Message.meeting_id))
    if not caller.is_administrator:
        organized = [c for c in caller.committees(Role.ORGANIZER) if c is not None]
        statement = statement.join(Committee, col(Committee.id) == col(Meeting.committee_id)).where(
            or_(
                false(),
                col(Committee.id).in_(organized),
                col(Committee.parent_id).in_(organized),
            )
        )
    if meeting is not None:
        statement = statement.where(by_ref(Meeting, meeting))
    if state is not None:
        statement = statement.where(col(Message.state) == state)
    if kind is not None:
        statement = statement.where(col(Message.kind) == kind)
    return statement


def _told(found: dict[str, Any]) -> Told:
    attempted = found["attempted_at"]
    return Told(
        id=UUID(found["id"]),
        kind=MessageKind(found["kind"]),
        state=MessageState(found["state"]),
        created_at=datetime.fromisoformat(found["created_at"]),
        attempted_at=datetime.fromisoformat(attempted) if attempted else None,
        note=found["note"],
    )


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


_ABOUT = ("event_id", "meeting_id", "invitation_id", "registration_id", "person_id", "account_id")


def _case_of(source: Any) -> Select[Any]:
    message, other = source.c, aliased(Message)
    fact = aliased(LogEntry)
    about = func.coalesce(message.registration_id, message.invitation_id)
    subjects = [message.meeting_id, message.registration_id, message.invitation_id]
    purpose = bindparam("purpose", type_=values(LinkPurpose))
    link = aliased(Link, live_link(purpose, about, message.person_id).lateral(), name="link")
    wording = aliased(Wording, _wording_of(message.kind).lateral(), name="wording")
    same_person = and_(
        col(other.person_id).is_not_distinct_from(message.person_id),
        col(other.account_id).is_not_distinct_from(message.account_id),
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
            )
        )
    ).where(same_meeting, same_person, col(cause.id) == col(other.event_id))
    heard_before = exists().where(
        same_person,
        tried,
        col(other.invitation_id) == message.invitation_id,
        col(other.kind).in_([MessageKind.INVITATION, MessageKind.LINK_RENEWED]),
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
        wording,
        latest_change(message.meeting_id, subjects).scalar_subquery().label("stamp"),
        latest_agenda(message.meeting_id).scalar_subquery().label("agenda"),
        first_message_id.scalar_subquery().label("first_message_id"),
        told.scalar_subquery().label("told"),
        heard_before.label("heard_before"),
        col(fact.name).label("because"),
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
        .outerjoin(link, true())
        .outerjoin(wording, true())
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
