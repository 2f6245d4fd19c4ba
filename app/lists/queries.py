"""Every select about lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    column,
    false,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.attendance.tables import Attendance
from app.committees.queries import in_force
from app.committees.tables import Membership
from app.core.pages import Order
from app.entities.lifecycle import Level
from app.entities.queries import by_ref
from app.entities.tables import Entity, Person
from app.events.tables import LogEntry
from app.invitations.tables import Invitation
from app.lists.history import MOVING
from app.lists.lifecycle import ListOrder
from app.lists.policy import Delegation
from app.meetings.tables import Meeting
from app.registrations.lifecycle import Listed, RegistrationRole, RegistrationStatus
from app.registrations.tables import Registration

REGISTRATION_FACTS = sorted(MOVING - {"meeting.changed"})
"""No others: what organizers alone were asked, for one, names no entity."""
NAMING = ("participants_list", "chatham_house")
"""What of a meeting decides who may be named."""
RECENT = 20
"""Entries among which the latest is sought: their ids and times may differ by a moment."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is limited to."""

    entities: frozenset[UUID] | None = None
    """Those that the caller may see."""
    entity: str | None = None
    """The one that was asked for, by id or handle."""
    named: frozenset[Listed] | None = None
    """Only people who said one of these of being named."""
    presence: bool = False


async def delegations_of(session: AsyncSession, meeting: Meeting) -> list[Delegation]:
    """Every entity that was asked, and how it stands in the committee on the day."""
    member = and_(
        col(Membership.entity_id) == col(Entity.id),
        col(Membership.committee_id) == meeting.committee_id,
        in_force(meeting.local_start.date()),
    )
    columns: list[Any] = [Entity, col(Membership.standing), col(Membership.office)]
    statement: Select[Any] = (
        select(*columns)
        .join(Invitation, col(Invitation.entity_id) == col(Entity.id))
        .outerjoin(Membership, member)
        .where(col(Invitation.meeting_id) == meeting.id)
    )
    return [
        Delegation(entity.id, entity.handle, entity.abbreviation, entity.name, standing, office)
        for entity, standing, office in await session.execute(statement)
    ]


def listed_people(
    meeting: Meeting, wanted: Wanted, order: ListOrder, entities: Sequence[UUID]
) -> tuple[Select[Any], Order]:
    """Rows of (registration's id, entity's id, role, listed, name, honorific, title, rank, address,
    first in, last out, still there, moment of the latest change), and their order.

    Only who has a seat, or needs none, comes, and nobody who was anonymized. `entities` are in the
    order of the list. The moment is of the same snapshot as the row, so that nothing before it is
    missing.
    """
    came = _presence(meeting) if wanted.presence else None
    columns: list[Any] = [
        col(Registration.id),
        col(Registration.entity_id),
        col(Registration.role),
        col(Registration.listed),
        *(col(getattr(Person, name)) for name in ("name", "honorific", "job_title", "rank")),
        col(Person.email),
        *_there(came),
        latest_change(meeting.id).scalar_subquery().label("latest"),
    ]
    statement: Select[Any] = (
        select(*columns)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(
            col(Registration.meeting_id) == meeting.id,
            col(Registration.status) == RegistrationStatus.CONFIRMED,
            col(Person.anonymized_at).is_(None),
            *_conditions(wanted),
        )
    )
    if came is not None:
        statement = statement.outerjoin(came, came.c.registration_id == col(Registration.id))
    last: Order = [(col(Registration.name_key), False), (col(Registration.id), False)]
    if order is ListOrder.NAME:
        return statement, last
    place = (
        func.unnest(cast(list(entities), ARRAY(Uuid)))
        .table_valued(column("id", Uuid), with_ordinality="place", name="places")
        .render_derived()
    )
    statement = statement.join(place, place.c.id == col(Registration.entity_id))
    within = [(cast(place.c.place, Integer), False), (_ROLES, False), (_SENIORITY, False)]
    return statement, [*within, *last]


async def find_latest_change(session: AsyncSession, meeting_id: UUID) -> datetime:
    found: datetime = (await session.execute(latest_change(meeting_id))).scalar_one()
    return found


def latest_change(meeting_id: UUID) -> Select[Any]:
    """When anything last changed that a list may show, as far as this snapshot sees.

    Whatever changes it holds the meeting's lock from before its moment until it is committed, so no
    change that comes later has an earlier moment.
    """
    names = sorted(MOVING | {"meeting.created"})
    recent = (
        select(col(LogEntry.recorded_at).label("at"))
        .where(col(LogEntry.meeting_id) == meeting_id, col(LogEntry.name).in_(names))
        .order_by(col(LogEntry.id).desc())
        .limit(RECENT)
        .subquery()
    )
    return select(func.max(recent.c.at))


async def facts_about(
    session: AsyncSession,
    meeting_id: UUID,
    since: datetime,
    entities: Collection[UUID] | None,
    *,
    everybody: bool,
) -> Sequence[Any]:
    """(registration's id, entity's id, name, moment, data, whether nobody is left behind it, moment
    of the latest change) of the facts about whoever was touched since or was anonymized at any
    time, or about everybody, in their order.
    """
    gone = (
        select(col(Registration.id))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(col(Registration.meeting_id) == meeting_id, col(Person.anonymized_at).is_not(None))
    )
    here = (
        col(LogEntry.meeting_id) == meeting_id,
        col(LogEntry.name).in_(REGISTRATION_FACTS),
        *(() if entities is None else (col(LogEntry.entity_id).in_(entities),)),
    )
    columns: list[Any] = [
        col(LogEntry.subject_id),
        col(LogEntry.entity_id),
        col(LogEntry.name),
        col(LogEntry.recorded_at),
        col(LogEntry.data),
        col(LogEntry.subject_id).in_(gone),
        latest_change(meeting_id).scalar_subquery(),
    ]
    statement: Select[Any] = select(*columns).where(*here)
    statement = statement.order_by(col(LogEntry.recorded_at), col(LogEntry.id))
    if not everybody:
        touched = select(col(LogEntry.subject_id)).where(*here, col(LogEntry.recorded_at) > since)
        who = col(LogEntry.subject_id)
        statement = statement.where(or_(who.in_(touched), who.in_(gone)))
    found: Sequence[Any] = (await session.execute(statement)).all()
    return found


async def changed_settings(
    session: AsyncSession, meeting_id: UUID, since: datetime
) -> Sequence[dict[str, Any]]:
    """What was changed of the meeting since, in the order in which it was."""
    changes = col(LogEntry.data)["changes"]
    statement = (
        select(changes)
        .where(
            col(LogEntry.meeting_id) == meeting_id,
            col(LogEntry.name) == "meeting.changed",
            col(LogEntry.recorded_at) > since,
            changes.has_any(literal(list(NAMING), ARRAY(Text))),
        )
        .order_by(col(LogEntry.id))
    )
    found: Sequence[dict[str, Any]] = (await session.execute(statement)).scalars().all()
    return found


async def people_of(session: AsyncSession, registrations: Collection[UUID]) -> dict[UUID, Any]:
    """(person's name, honorific, title, sort key, listed, since when nobody knows who it was) by
    registration.
    """
    columns: list[Any] = [
        col(Registration.id),
        col(Person.name),
        col(Person.honorific),
        col(Person.job_title),
        col(Registration.name_key),
        col(Registration.listed),
        col(Person.anonymized_at),
    ]
    statement: Select[Any] = (
        select(*columns)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(col(Registration.id) == func.any(cast(list(registrations), ARRAY(Uuid))))
    )
    return {row[0]: row[1:] for row in await session.execute(statement)}


async def count_listed(session: AsyncSession, statement: Select[Any], limit: int) -> int:
    """How many rows there are, counted no further than `limit`."""
    rows = statement.with_only_columns(literal(1)).limit(limit).subquery()
    return int((await session.execute(select(func.count()).select_from(rows))).scalar_one())


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.entities is not None:
        found.append(col(Registration.entity_id).in_(wanted.entities))
    if wanted.entity is not None:
        one = select(col(Entity.id)).where(by_ref(Entity, wanted.entity)).scalar_subquery()
        found.append(col(Registration.entity_id) == one)
    if wanted.named is not None:
        found.append(col(Registration.listed).in_(sorted(wanted.named)))
    return found


def _presence(meeting: Meeting) -> Any:
    """When each who came came first and was there last; nobody is in a room that was left."""
    over = meeting.adjourned_at is not None
    still = false() if over else func.bool_or(col(Attendance.left_at).is_(None))
    left = func.coalesce(col(Attendance.left_at), meeting.adjourned_at)
    return (
        select(
            col(Attendance.registration_id).label("registration_id"),
            func.min(col(Attendance.joined_at)).label("first_in"),
            func.max(left).label("last_out"),
            still.label("still"),
        )
        .where(col(Attendance.meeting_id) == meeting.id)
        .group_by(col(Attendance.registration_id))
        .subquery()
    )


def _there(came: Any | None) -> list[Any]:
    """The columns of presence, empty in lists that do not tell of it."""
    if came is None:
        never = cast(null(), DateTime(timezone=True))
        return [never.label("first_in"), never.label("last_out"), false().label("still")]
    return [came.c.first_in, came.c.last_out, func.coalesce(came.c.still, False).label("still")]


def _of_rank(pattern: str) -> ColumnElement[bool]:
    return col(Person.rank).op("~*")(pattern)


_ROLES = case(
    {role.value: place for place, role in enumerate(RegistrationRole)},
    value=cast(col(Registration.role), Text),
)
_LEVEL = case(
    *((col(Person.level) == level, place) for place, level in enumerate(Level)),
    (_of_rank(r"^(USG|ASG)\M"), 1),
    (_of_rank(r"^D-?[12]\M"), 2),
    (_of_rank(r"^P-?5\M"), 3),
    (_of_rank(r"^P-?[1-4]\M"), 4),
    (_of_rank(r"^(G|FS)-?[1-9]\M"), 5),
    else_=len(Level),
)
_GRADE = func.coalesce(cast(func.substring(col(Person.rank), "[0-9]"), Integer), 0)
_SENIORITY = _LEVEL * 10 + (9 - _GRADE)
"""The level, or what the rank says of it, and within it D-2 before D-1."""
