"""The selects about lists of people: few statements, however long the list."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Uuid, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.committees.rules import EntityStanding
from app.committees.tables import Membership
from app.entities.tables import Entity, Person
from app.invitations.lifecycle import VISIBLE_TO_ENTITY
from app.invitations.tables import Invitation, SeatPool
from app.meetings.tables import Meeting
from app.registrations.arrivals import Present
from app.registrations.lifecycle import LIVE, RegistrationRole, RegistrationStatus
from app.registrations.rule_queries import is_live
from app.registrations.tables import QUEUE, Registration, RegistrationException


async def list_invitees(
    session: AsyncSession, meeting_id: UUID, entities: Collection[UUID] | None
) -> Sequence[Row[Any]]:
    """(Invitation, Entity) of the meeting, of these entities alone where they are given."""
    columns: list[Any] = [Invitation, Entity]
    statement = (
        select(*columns)
        .join(Entity, col(Entity.id) == col(Invitation.entity_id))
        .where(col(Invitation.meeting_id) == meeting_id)
    )
    if entities is not None:
        statement = statement.where(col(Invitation.entity_id).in_(entities))
    return (await session.execute(statement)).all()


async def lock_invitations(session: AsyncSession, invitations: Collection[UUID]) -> None:
    """As they are now, in the order of their ids; the meeting is locked before."""
    statement = (
        select(Invitation)
        .where(_any(Invitation.id, invitations))
        .order_by(col(Invitation.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    (await session.execute(statement)).scalars().all()


async def live_registrations(
    session: AsyncSession, meeting_id: UUID, people: Collection[UUID]
) -> dict[UUID, Present]:
    """The live registrations of these people for the meeting, by person."""
    columns: list[Any] = [
        Registration.person_id, Registration.id, Registration.role, Registration.status,
    ]  # fmt: skip
    statement = select(*columns).where(
        col(Registration.meeting_id) == meeting_id,
        col(Registration.status).in_(LIVE),
        _any(Registration.person_id, people),
    )
    rows = (await session.execute(statement)).all()
    return {person: Present(own, role, status) for person, own, role, status in rows}


async def count_delegations(
    session: AsyncSession, invitations: Collection[UUID]
) -> dict[UUID, tuple[int, dict[RegistrationRole, int]]]:
    """How many wait, and how many live ones there are in each role, by invitation."""
    waiting = col(Registration.status) == RegistrationStatus.WAITING
    columns: list[Any] = [
        Registration.invitation_id, Registration.role, func.count().filter(waiting), func.count(),
    ]  # fmt: skip
    statement = (
        select(*columns)
        .where(_any(Registration.invitation_id, invitations), col(Registration.status).in_(LIVE))
        .group_by(col(Registration.invitation_id), col(Registration.role))
    )
    found: dict[UUID, tuple[int, dict[RegistrationRole, int]]] = {}
    for invitation_id, role, wait, named in (await session.execute(statement)).all():
        before, roles = found.get(invitation_id, (0, {}))
        found[invitation_id] = (before + wait, {**roles, role: named})
    return found


async def seat_pools(
    session: AsyncSession, pools: Collection[UUID], *, lock: bool
) -> Sequence[SeatPool]:
    """As they are now; locked last, in the order of their ids."""
    statement = select(SeatPool).where(_any(SeatPool.id, pools)).order_by(col(SeatPool.id))
    if lock:
        statement = statement.with_for_update(key_share=True)
    statement = statement.execution_options(populate_existing=True)
    return (await session.execute(statement)).scalars().all()


async def standings_of(
    session: AsyncSession, committee_id: UUID, entities: Collection[UUID], day: date
) -> dict[UUID, EntityStanding]:
    """How those stand in a committee on a day who are in it, by entity."""
    until = col(Membership.until)
    columns: list[Any] = [Membership.entity_id, Membership.standing]
    statement = select(*columns).where(
        col(Membership.committee_id) == committee_id,
        _any(Membership.entity_id, entities),
        col(Membership.since) <= day,
        or_(until.is_(None), until > day),
    )
    rows = (await session.execute(statement)).all()
    return {entity_id: EntityStanding(standing.value) for entity_id, standing in rows}


async def live_exceptions(
    session: AsyncSession, invitations: Collection[UUID], now: datetime
) -> dict[UUID, list[RegistrationException]]:
    """By invitation, whose lock keeps them as they are; the one that ends first is first."""
    statement = (
        select(RegistrationException)
        .where(_any(RegistrationException.invitation_id, invitations), is_live(now))
        .order_by(col(RegistrationException.until), col(RegistrationException.id))
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, list[RegistrationException]] = {}
    for each in (await session.execute(statement)).scalars():
        found.setdefault(each.invitation_id, []).append(each)
    return found


async def draw_numbers(session: AsyncSession, count: int) -> list[int]:
    """So many numbers in the order of arrival; the meeting is locked."""
    numbers = select(QUEUE.next_value()).select_from(func.generate_series(1, count))
    return sorted((await session.execute(numbers)).scalars())


def earlier_delegations(meeting: Meeting, entity_id: UUID) -> Select[Any]:
    """(Meeting, number of people) of whom `delegation_of` finds somebody, in the same committee and
    no later.
    """
    columns: list[Any] = [Meeting, func.count().label("people")]
    return (
        select(*columns)
        .join(Registration, col(Registration.meeting_id) == col(Meeting.id))
        .join(Invitation, col(Invitation.id) == col(Registration.invitation_id))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(
            col(Registration.entity_id) == entity_id,
            col(Registration.status) == RegistrationStatus.CONFIRMED,
            col(Invitation.status).in_(VISIBLE_TO_ENTITY),
            col(Person.anonymized_at).is_(None),
            col(Meeting.committee_id) == meeting.committee_id,
            col(Meeting.id) != meeting.id,
            col(Meeting.starts_at) <= meeting.starts_at,
        )
        .group_by(col(Meeting.id))
    )


async def delegation_of(
    session: AsyncSession, meeting_id: UUID, entity_id: UUID, *, hold: bool
) -> Sequence[Row[Any]]:
    """(Registration, Person) of those who had a seat or needed none, by arrival; nobody who was
    anonymized.

    Held, nobody of them is merged, moved or leaves until they are named.
    """
    columns: list[Any] = [Registration, Person]
    statement = (
        select(*columns)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(
            col(Registration.meeting_id) == meeting_id,
            col(Registration.entity_id) == entity_id,
            col(Registration.status) == RegistrationStatus.CONFIRMED,
            col(Person.anonymized_at).is_(None),
        )
        .order_by(col(Registration.queue_number))
        .limit(2_000)
    )
    if hold:
        statement = statement.with_for_update(read=True, key_share=True, of=Person)
    statement = statement.execution_options(populate_existing=True)
    return (await session.execute(statement)).all()


def _any(column: Any, ids: Collection[UUID]) -> ColumnElement[bool]:
    """One parameter, however many ids there are."""
    found: ColumnElement[bool] = col(column) == func.any(cast(list(ids), ARRAY(Uuid)))
    return found
