"""Every select about presence."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, false, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.attendance.lifecycle import CheckInSource
from app.attendance.policy import Presence
from app.attendance.recount import MEMBERSHIP, NAMES, REGISTRATION, Fact
from app.attendance.tables import Attendance
from app.committees.queries import in_force
from app.committees.tables import Membership
from app.core.ids import new_id
from app.entities.tables import Entity, Person
from app.events.tables import LogEntry
from app.identity.tables import Link
from app.invitations.lifecycle import LIVE as ASKED
from app.invitations.tables import Invitation
from app.meetings.tables import ConferenceRoom, Meeting
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration


def list_attendance(
    meeting: Meeting,
    *,
    entities: Collection[UUID] | None = None,
    entity: str | None = None,
    in_room: bool | None = None,
) -> Select[Any]:
    """Rows of (Attendance, Registration, Person, Entity); `entities` limits what may be seen.

    Nobody is in the room of a meeting that was adjourned.
    """
    columns: list[Any] = [Attendance, Registration, Person, Entity]
    statement: Select[Any] = (
        select(*columns)
        .join(Registration, col(Registration.id) == col(Attendance.registration_id))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .join(Entity, col(Entity.id) == col(Registration.entity_id))
        .where(col(Attendance.meeting_id) == meeting.id)
    )
    if entities is not None:
        statement = statement.where(col(Entity.id).in_(entities))
    if entity is not None:
        statement = statement.where(_is_entity(entity))
    if in_room is not None:
        over = meeting.adjourned_at is not None
        there = false() if over else col(Attendance.left_at).is_(None)
        statement = statement.where(there if in_room else not_(there))
    return statement


async def lock_interval(
    session: AsyncSession, meeting_id: UUID, interval_id: UUID
) -> tuple[Attendance, Registration] | None:
    statement = (
        select(Attendance, Registration)
        .join(Registration, col(Registration.id) == col(Attendance.registration_id))
        .where(col(Attendance.id) == interval_id, col(Attendance.meeting_id) == meeting_id)
        .with_for_update(of=Attendance)
    )
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1]) if row else None


def list_presences(meeting: Meeting, entities: Collection[UUID] | None = None) -> Select[Any]:
    """Rows of (Entity, standing, invitation's status, registered, present, representatives, in
    room): every entity that belongs to the committee on the day, was asked, or came.
    """
    confirmed = (
        select(col(Registration.entity_id).label("entity_id"), func.count().label("registered"))
        .where(
            col(Registration.meeting_id) == meeting.id,
            col(Registration.status) == RegistrationStatus.CONFIRMED,
        )
        .group_by(col(Registration.entity_id))
        .subquery()
    )
    came = _came(meeting.id)
    member = and_(
        col(Membership.entity_id) == col(Entity.id),
        col(Membership.committee_id) == meeting.committee_id,
        in_force(meeting.local_start.date()),
    )
    asked = and_(
        col(Invitation.entity_id) == col(Entity.id),
        col(Invitation.meeting_id) == meeting.id,
        col(Invitation.status).in_(ASKED),
    )
    columns: list[Any] = [
        Entity,
        col(Membership.standing),
        col(Invitation.status),
        func.coalesce(confirmed.c.registered, 0),
        func.coalesce(came.c.present, 0),
        func.coalesce(came.c.representatives, 0),
        func.coalesce(came.c.in_room, 0),
    ]
    statement: Select[Any] = (
        select(*columns)
        .outerjoin(Membership, member)
        .outerjoin(Invitation, asked)
        .outerjoin(confirmed, confirmed.c.entity_id == col(Entity.id))
        .outerjoin(came, came.c.entity_id == col(Entity.id))
        .where(
            or_(
                col(Membership.id).is_not(None),
                col(Invitation.id).is_not(None),
                came.c.present > 0,
            )
        )
    )
    return statement if entities is None else statement.where(col(Entity.id).in_(entities))


def presence_of(row: Any, meeting: Meeting) -> Presence:
    """A row of `list_presences` as the rules read it; nobody is in the room of a meeting over."""
    entity, standing, invitation, registered, present, representatives, in_room = row[:7]
    in_room = 0 if meeting.adjourned_at is not None else in_room
    return Presence(entity.id, standing, invitation, registered, present, representatives, in_room)


async def share_meeting_of_link(session: AsyncSession, link_id: UUID) -> Meeting | None:
    """The meeting that a join link leads to, kept from changing, before the link is locked.

    FOR SHARE lets many come in side by side and makes them wait for whoever opens, adjourns or
    withdraws; meeting before link is the order in which everybody locks.
    """
    statement = (
        select(Meeting)
        .join(Registration, col(Registration.meeting_id) == col(Meeting.id))
        .join(Link, col(Link.resource_id) == col(Registration.id))
        .where(col(Link.id) == link_id)
        .with_for_update(read=True, of=Meeting)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def find_entrance(session: AsyncSession, registration_id: UUID) -> Any:
    """(Registration, Person, ConferenceRoom or None, open Attendance or None)."""
    columns: list[Any] = [Registration, Person, ConferenceRoom, Attendance]
    statement: Select[Any] = (
        select(*columns)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .outerjoin(ConferenceRoom, col(ConferenceRoom.meeting_id) == col(Registration.meeting_id))
        .outerjoin(
            Attendance,
            and_(
                col(Attendance.registration_id) == col(Registration.id),
                col(Attendance.left_at).is_(None),
            ),
        )
        .where(col(Registration.id) == registration_id)
    )
    return (await session.execute(statement)).one()


async def find_named(
    session: AsyncSession, meeting_id: UUID, ids: Collection[UUID]
) -> dict[UUID, tuple[Registration, bool, bool]]:
    """Registrations of a meeting by id, each with whether it was ever there and is there now."""
    mine = col(Attendance.registration_id) == col(Registration.id)
    statement = select(
        Registration, exists().where(mine), exists().where(mine, col(Attendance.left_at).is_(None))
    ).where(col(Registration.meeting_id) == meeting_id, col(Registration.id).in_(ids))
    rows = (await session.execute(statement)).all()
    return {row[0].id: (row[0], row[1], row[2]) for row in rows}


async def add_intervals(
    session: AsyncSession,
    registrations: Sequence[Registration],
    source: CheckInSource,
    joined_at: datetime,
    left_at: datetime | None,
    now: datetime,
) -> dict[UUID, UUID]:
    """Begin an interval for each who has none open; gives the new ones by registration.

    Of many check-ins at once the unique index lets one in; the others find it there.
    """
    if not registrations:
        return {}
    rows = [
        {
            "id": new_id(),
            "created_at": now,
            "meeting_id": each.meeting_id,
            "registration_id": each.id,
            "joined_at": joined_at,
            "left_at": left_at,
            "source": source,
        }
        for each in registrations
    ]
    statement = (
        insert(Attendance)
        .values(rows)
        .on_conflict_do_nothing(
            index_elements=[col(Attendance.registration_id)],
            index_where=col(Attendance.left_at).is_(None),
        )
        .returning(col(Attendance.registration_id), col(Attendance.id))
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def end_intervals(
    session: AsyncSession, registrations: Collection[UUID], now: datetime
) -> dict[UUID, UUID]:
    """End what is open; gives the ended ones by registration."""
    statement = (
        update(Attendance)
        .where(
            col(Attendance.registration_id).in_(registrations), col(Attendance.left_at).is_(None)
        )
        .values(left_at=func.greatest(col(Attendance.joined_at), now))
        .returning(col(Attendance.registration_id), col(Attendance.id))
        .execution_options(synchronize_session=False)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def facts_of_meeting(session: AsyncSession, meeting_id: UUID) -> list[Fact]:
    """What the log says of registrations and presence."""
    name = col(LogEntry.name)
    concerns = or_(name.in_(NAMES), name.startswith(REGISTRATION, autoescape=True))
    return await _facts(session, and_(col(LogEntry.meeting_id) == meeting_id, concerns))


async def facts_of_memberships(session: AsyncSession, committee_id: UUID) -> list[Fact]:
    """What the log says of who belongs to a committee."""
    concerns = col(LogEntry.name).in_(MEMBERSHIP)
    return await _facts(session, and_(col(LogEntry.committee_id) == committee_id, concerns))


def _came(meeting_id: UUID) -> Any:
    """People who were there by entity; somebody who came by two registrations counts once."""
    people = (
        select(
            col(Registration.entity_id).label("entity_id"),
            col(Registration.person_id).label("person_id"),
            func.bool_or(col(Registration.takes_seat)).label("seated"),
            func.bool_or(col(Attendance.left_at).is_(None)).label("still"),
        )
        .join(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(col(Attendance.meeting_id) == meeting_id)
        .group_by(col(Registration.entity_id), col(Registration.person_id))
        .subquery()
    )
    return (
        select(
            people.c.entity_id,
            func.count().label("present"),
            func.count().filter(people.c.seated).label("representatives"),
            func.count().filter(people.c.still).label("in_room"),
        )
        .group_by(people.c.entity_id)
        .subquery()
    )


async def _facts(session: AsyncSession, condition: Any) -> list[Fact]:
    statement = (
        select(
            col(LogEntry.name),
            col(LogEntry.subject_id),
            col(LogEntry.entity_id),
            col(LogEntry.data),
        )
        .where(condition)
        .order_by(col(LogEntry.recorded_at), col(LogEntry.id))
    )
    return [Fact(*row) for row in (await session.execute(statement)).all()]


def _is_entity(ref: str) -> Any:
    try:
        return col(Entity.id) == UUID(ref)
    except ValueError:
        return col(Entity.handle) == ref
