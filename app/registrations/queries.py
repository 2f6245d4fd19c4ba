"""Every select about registrations, and the one statement that writes one."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col

from app.core.searching import contains, stands_in
from app.credentials.tables import Credentials
from app.entities.tables import Entity, Person
from app.identity.tables import Account
from app.invitations.lifecycle import LIVE as LIVE_INVITATIONS
from app.invitations.tables import Invitation, SeatPool
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations.lifecycle import (
    LIVE,
    Listed,
    Participation,
    RegistrationRole,
    RegistrationStatus,
)
from app.registrations.tables import Registration

_STATEMENT = """
    WITH registered AS (
        INSERT INTO registrations (id, created_at, meeting_id, invitation_id, entity_id, person_id,
               role, status, takes_seat, queue_number, calendar_sequence, confirmed_at,
               participation, replied_sequence)
        VALUES (:id, :now, :meeting_id, :invitation_id, :entity_id, :person_id,
               :role, :status, :takes_seat, nextval('registration_queue'), 0, :confirmed_at,
               'needs_action', 0)
        RETURNING queue_number
    ), invited AS (
        UPDATE invitations
           SET seats_taken = :quota_taken, status = :invitation_status, answered_at = :answered_at
         WHERE id = :invitation_id
    ), met AS (
        UPDATE meetings SET seats_taken = :capacity_taken
         WHERE id = :meeting_id AND seats_taken <> :capacity_taken
    ){pooled}
    INSERT INTO events (id, name, recorded_at, actor_kind, actor_id, request_id, subject_id,
                        committee_id, meeting_id, entity_id, data)
    SELECT e.id, e.name, :now, :actor_kind, :actor_id, :request_id, e.subject_id,
           :committee_id, :meeting_id, :entity_id, e.data
      FROM jsonb_to_recordset(CAST(:events AS jsonb))
        AS e(id uuid, name text, subject_id uuid, data jsonb)
    RETURNING (SELECT queue_number FROM registered)
"""
_POOLED = """, shared AS (
        UPDATE seat_pools SET seats_taken = :pool_taken
         WHERE id = :pool_id AND seats_taken <> :pool_taken
    )"""
_WRITE = text(_STATEMENT.format(pooled=""))
_WRITE_POOLED = text(_STATEMENT.format(pooled=_POOLED))
"""Registration, all counters, the invitation's answer and the log in one round trip, to keep the
locks short."""

MAX_WORDS = 8
"""Of a search that count."""

_attendance = table("attendance", column("registration_id"))
"""Presence lies to the right: its columns are named here, nothing is imported."""

_DECIDER = (
    select(col(Account.name))
    .where(col(Account.id) == col(Registration.decided_by))
    .scalar_subquery()
)
LINE: ColumnElement[int] = func.coalesce(
    col(Registration.line_number), col(Registration.queue_number)
)
"""The order of waiting lists."""
_BOTH: Select[Meeting, Invitation] = (
    select(Meeting, Invitation)
    .join(Invitation, col(Invitation.meeting_id) == col(Meeting.id))
    .where(col(Meeting.id) == bindparam("meeting"), col(Invitation.id) == bindparam("invitation"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
"""Made once: putting a statement together costs more than executing it."""
_POOL: Select[SeatPool] = (
    select(SeatPool)
    .where(col(SeatPool.id) == bindparam("pool"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)


async def lock_seats(
    session: AsyncSession, meeting_id: UUID, invitation_id: UUID
) -> tuple[Meeting, Invitation] | None:
    """Meeting and invitation, locked until the end of the transaction, as they are now.

    The lock is what makes the seats exact: whoever reads the counters here is the only one who may
    change them. A pool is locked last, and only for those that have one.
    """
    values = {"meeting": meeting_id, "invitation": invitation_id}
    row = (await session.execute(_BOTH, values)).one_or_none()
    if row is None:
        return None
    await attach_pool(session, row[1])
    return row[0], row[1]


async def write_registration(session: AsyncSession, values: dict[str, Any]) -> int:
    """Write what `service.register` decided; the parameters are those of the statement.

    Gives the number in the order of arrival.
    """
    statement = _WRITE_POOLED if "pool_id" in values else _WRITE
    written = (await session.execute(statement, values)).scalars()
    return int(written.all()[0])


async def find_invitation_of(
    session: AsyncSession, meeting_id: UUID, entity: str | Collection[UUID]
) -> Sequence[Row[Any]]:
    """(Invitation, Entity) of an entity by id or handle, or of any of these entities."""
    columns: list[Any] = [Invitation, Entity]
    statement = (
        select(*columns)
        .join(Entity, col(Entity.id) == col(Invitation.entity_id))
        .where(col(Invitation.meeting_id) == meeting_id)
    )
    if isinstance(entity, str):
        try:
            statement = statement.where(col(Entity.id) == UUID(entity))
        except ValueError:
            statement = statement.where(col(Entity.handle) == entity)
    else:
        statement = statement.where(col(Entity.id).in_(entity))
    return (await session.execute(statement.limit(2))).all()


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is sought, as it was written and as names are kept."""

    written: str
    plain: str


async def words_of(session: AsyncSession, search: str) -> list[Word]:
    """The words of a search. Names are kept without accents and hyphens, addresses as they are;
    PostgreSQL is asked, so that both are told the same way.
    """
    written = [unicodedata.normalize("NFKC", word) for word in search.lower().split()[:MAX_WORDS]]
    plain = select(*(func.folded(literal(word)) for word in written))
    return [Word(*each) for each in zip(written, (await session.execute(plain)).one(), strict=True)]


def list_registrations(
    meeting_id: UUID,
    *,
    entities: Collection[UUID] | None = None,
    entity: str | None = None,
    status: RegistrationStatus | None = None,
    role: RegistrationRole | None = None,
    participation: Participation | None = None,
    search: Sequence[Word] | None = None,
    by_address: bool = True,
) -> Select[Any]:
    """Rows of (Registration, Entity, Person, the places in the waiting lists of entity, meeting and
    pool, None for who does not wait there, and the name of whoever decided or None).

    Every word of `search` stands somewhere in the name, or in an address if these may be told.
    """
    statement = _listed(meeting_id)
    if entities is not None:
        statement = statement.where(col(Registration.entity_id).in_(entities))
    if entity is not None:
        statement = statement.where(_is_entity(entity))
    if status is not None:
        statement = statement.where(col(Registration.status) == status)
    if role is not None:
        statement = statement.where(col(Registration.role) == role)
    if participation is not None:
        statement = statement.where(col(Registration.participation) == participation)
    if search is not None:
        statement = statement.where(*_found_by(search, by_address=by_address))
    return statement


def list_pending(meeting_id: UUID) -> Select[Any]:
    """The same for those that wait for a decision, with (Invitation and its pool, state of its
    credentials).
    """
    statement = list_registrations(meeting_id, status=RegistrationStatus.PENDING)
    credentials = (
        select(col(Credentials.status))
        .where(col(Credentials.invitation_id) == col(Registration.invitation_id))
        .scalar_subquery()
    )
    pool: Any = Invitation.pool
    return (
        statement.join(Invitation, col(Invitation.id) == col(Registration.invitation_id))
        .outerjoin(pool)
        .options(contains_eager(pool))
        .add_columns(Invitation, credentials)
    )


async def find_row(
    session: AsyncSession, meeting_id: UUID, registration_id: UUID
) -> Row[Any] | None:
    """One row of `list_registrations`, as it is in the database now."""
    statement = list_registrations(meeting_id).where(col(Registration.id) == registration_id)
    statement = statement.execution_options(populate_existing=True)
    row: Row[Any] | None = (await session.execute(statement)).one_or_none()
    return row


async def lock_registration(session: AsyncSession, registration_id: UUID) -> Registration | None:
    statement = (
        select(Registration)
        .where(col(Registration.id) == registration_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def lock_to_come(
    session: AsyncSession, person_id: UUID, now: datetime
) -> Sequence[tuple[Registration, Meeting]]:
    """Somebody's live registrations at meetings that are not over, locked, with those."""
    columns: list[Any] = [Registration, Meeting]
    statement: Select[Any] = (
        select(*columns)
        .join(Meeting, col(Meeting.id) == col(Registration.meeting_id))
        .where(
            col(Registration.person_id) == person_id,
            col(Registration.status).in_(LIVE),
            col(Meeting.status).not_in(OVER),
            col(Meeting.ends_at) > now,
        )
        .order_by(col(Registration.id))
        .with_for_update(key_share=True, of=Registration)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def set_listed(session: AsyncSession, registration_id: UUID, listed: Listed) -> None:
    statement = update(Registration).where(col(Registration.id) == registration_id)
    await session.execute(
        statement.values(listed=listed).execution_options(synchronize_session=False)
    )


async def was_present(session: AsyncSession, registration_id: UUID) -> bool:
    """Whether its holder was checked in; who comes in now waits for the meeting's row."""
    there = exists().where(_attendance.c.registration_id == registration_id)
    return bool((await session.execute(select(there))).scalar_one())


async def ask_again(session: AsyncSession, meeting_id: UUID, sequence: int) -> None:
    """Nobody has answered the new times yet, and answers to the old ones no longer count."""
    statement = (
        update(Registration)
        .where(col(Registration.meeting_id) == meeting_id, col(Registration.status).in_(LIVE))
        .values(
            participation=Participation.NEEDS_ACTION,
            replied_sequence=sequence + col(Registration.calendar_sequence),
            replied_stamp=None,
        )
    )
    await session.execute(statement)


async def list_live_of_invitation(
    session: AsyncSession, invitation_id: UUID
) -> Sequence[Registration]:
    statement = (
        select(Registration)
        .where(col(Registration.invitation_id) == invitation_id, col(Registration.status).in_(LIVE))
        .order_by(col(Registration.queue_number))
    )
    return (await session.execute(statement)).scalars().all()


async def first_promotable(
    session: AsyncSession, meeting_id: UUID
) -> tuple[Registration, Invitation] | None:
    """The first of the waiting list whose entity has a seat free, and its pool if it has one; the
    meeting's row is locked.
    """
    statement = (
        select(Registration, Invitation)
        .join(Invitation, col(Invitation.id) == col(Registration.invitation_id))
        .outerjoin(SeatPool, col(SeatPool.id) == col(Invitation.pool_id))
        .where(
            col(Registration.meeting_id) == meeting_id,
            col(Registration.status) == RegistrationStatus.WAITING,
            or_(
                col(Invitation.seat_quota).is_(None),
                col(Invitation.seats_taken) < col(Invitation.seat_quota),
            ),
            or_(
                col(Invitation.pool_id).is_(None),
                col(SeatPool.seats_taken) < col(SeatPool.seats),
            ),
            col(Invitation.status).in_(LIVE_INVITATIONS),
        )
        .order_by(LINE)
        .limit(1)
        .with_for_update(key_share=True, of=[Registration, Invitation])
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    await attach_pool(session, row[1])
    return row[0], row[1]


async def attach_pool(session: AsyncSession, invitation: Invitation) -> None:
    """Let the invitation show its pool, locked as it is now."""
    pool = None
    if invitation.pool_id is not None:
        pool = (await session.execute(_POOL, {"pool": invitation.pool_id})).scalar_one()
    set_committed_value(invitation, "pool", pool)


async def places_at_end(
    session: AsyncSession, registration: Registration, pool_id: UUID | None
) -> Sequence[int | None]:
    """The places in the waiting lists of entity, meeting and pool of who is the last in each."""
    own = col(Registration.invitation_id) == registration.invitation_id
    shared = (
        func.count().filter(col(Invitation.pool_id) == pool_id) if pool_id else cast(None, Integer)
    )
    statement = (
        select(func.count().filter(own), func.count(), shared)
        .select_from(Registration)
        .join(Invitation, col(Invitation.id) == col(Registration.invitation_id))
        .where(
            col(Registration.meeting_id) == registration.meeting_id,
            col(Registration.status) == RegistrationStatus.WAITING,
        )
    )
    return tuple((await session.execute(statement)).one())


def _listed(meeting_id: UUID) -> Select[Any]:
    """The lines are numbered once for all rows that are wanted."""
    number = func.row_number
    line = (
        select(
            col(Registration.id).label("id"),
            number().over(partition_by=col(Invitation.id), order_by=LINE).label("in_entity"),
            number().over(order_by=LINE).label("in_meeting"),
            case(
                (
                    col(Invitation.pool_id).is_not(None),
                    number().over(partition_by=col(Invitation.pool_id), order_by=LINE),
                )
            ).label("in_pool"),
        )
        .join(Invitation, col(Invitation.id) == col(Registration.invitation_id))
        .where(
            col(Registration.meeting_id) == meeting_id,
            col(Registration.status) == RegistrationStatus.WAITING,
        )
        .subquery()
    )
    places = (line.c.in_entity, line.c.in_meeting, line.c.in_pool)
    listed: Select[Any] = (
        select(Registration, Entity, Person, *places, _DECIDER)
        .join(Entity, col(Entity.id) == col(Registration.entity_id))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .outerjoin(line, line.c.id == col(Registration.id))
        .where(col(Registration.meeting_id) == meeting_id)
    )
    return listed


def _found_by(words: Sequence[Word], *, by_address: bool) -> list[ColumnElement[bool]]:
    """Conditions upon people; the pairs of characters lead an index to the few that may fit."""
    conditions: list[ColumnElement[bool]] = []
    for word in words:
        parts = {word.plain, word.written} if by_address else {word.plain}
        found = [contains(col(Person.search_text), part) for part in sorted(parts)]
        conditions.append(or_(*found))
        if not by_address:
            conditions.append(stands_in(col(Registration.name_key), word.plain))
    return conditions


def _is_entity(ref: str) -> Any:
    try:
        return col(Entity.id) == UUID(ref)
    except ValueError:
        return col(Entity.handle) == ref
