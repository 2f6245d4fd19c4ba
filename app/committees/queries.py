"""Every select about committees and their members."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    column,
    exists,
    func,
    or_,
    table,
)
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.committees.lifecycle import Office, Standing
from app.committees.tables import Committee, Membership
from app.entities.queries import by_ref
from app.entities.tables import Entity


async def find_committee(
    session: AsyncSession, ref: str | UUID, *, lock: bool = False
) -> Committee | None:
    """By id or handle; a locked one is read afresh."""
    statement = select(Committee).where(by_ref(Committee, ref))
    if lock:
        statement = statement.with_for_update(key_share=True)
        statement = statement.execution_options(populate_existing=True)
    return (await session.execute(statement)).scalar_one_or_none()


async def committee_line(session: AsyncSession, committee_id: UUID) -> tuple[UUID, ...]:
    """The committee, then its parent; a parent has none itself."""
    parent = select(col(Committee.parent_id)).where(col(Committee.id) == committee_id)
    return line(committee_id, (await session.execute(parent)).scalar_one_or_none())


def line(committee_id: UUID, parent_id: UUID | None) -> tuple[UUID, ...]:
    return (committee_id,) if parent_id is None else (committee_id, parent_id)


async def members_on(
    session: AsyncSession, committee_id: UUID, day: date
) -> Sequence[tuple[Membership, Entity]]:
    """Who was a member or an observer on a day, by abbreviation."""
    statement = list_members(committee_id, day=day).order_by(col(Entity.abbreviation))
    return [(row[0], row[1]) for row in (await session.execute(statement)).all()]


async def belongs_on(
    session: AsyncSession, committees: Collection[UUID], entities: Collection[UUID], day: date
) -> bool:
    """Whether any of the entities is in any of the committees on a day."""
    if not committees or not entities:
        return False
    statement = select(
        exists().where(
            col(Membership.committee_id).in_(committees),
            col(Membership.entity_id).in_(entities),
            in_force(day),
        )
    )
    return bool((await session.execute(statement)).scalar_one())


def in_force(day: date) -> ColumnElement[bool]:
    """The condition that a membership holds on a day: from `since` until before `until`."""
    until = col(Membership.until)
    return and_(col(Membership.since) <= day, or_(until.is_(None), until > day))


async def find_committees(session: AsyncSession, refs: Collection[str]) -> dict[str, Committee]:
    """Committees by the handles that were given, locked in the order of their ids."""
    statement = (
        select(Committee)
        .where(col(Committee.handle).in_(refs))
        .order_by(col(Committee.id))
        .with_for_update(key_share=True)
    )
    return {found.handle: found for found in (await session.execute(statement)).scalars()}


def list_committees(parent_id: UUID | None = None, search: str | None = None) -> Select[Any]:
    """All committees and working groups, or the working groups of one."""
    statement: Select[Any] = select(Committee)
    if parent_id is not None:
        statement = statement.where(col(Committee.parent_id) == parent_id)
    if search:
        pattern = "%" + search.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        names = func.jsonb_each_text(Committee.name).table_valued("key", "value")
        named = exists().select_from(names).where(cast(names.c.value, Text).ilike(pattern))
        statement = statement.where(or_(col(Committee.handle).ilike(pattern), named))
    return statement


def list_members(
    committee_id: UUID,
    *,
    day: date | None = None,
    standing: Standing | None = None,
    office: Office | None = None,
) -> Select[Any]:
    """Memberships with their entities, of one day or of all time."""
    statement: Select[Any] = (
        select(Membership)
        .add_columns(Entity)
        .join(Entity, col(Entity.id) == col(Membership.entity_id))
        .where(col(Membership.committee_id) == committee_id)
    )
    if day is not None:
        statement = statement.where(in_force(day))
    if standing is not None:
        statement = statement.where(col(Membership.standing) == standing)
    if office is not None:
        statement = statement.where(col(Membership.office) == office)
    return statement


async def find_membership(
    session: AsyncSession, committee_id: UUID, membership_id: UUID
) -> tuple[Membership, Entity] | None:
    statement = list_members(committee_id).where(col(Membership.id) == membership_id)
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1]) if row else None


async def memberships_of(
    session: AsyncSession, committee_id: UUID, entities: Collection[UUID]
) -> Sequence[Membership]:
    """Every membership of these entities, past, present and to come."""
    statement = select(Membership).where(
        col(Membership.committee_id) == committee_id, col(Membership.entity_id).in_(entities)
    )
    return (await session.execute(statement)).scalars().all()


async def memberships_not_over(
    session: AsyncSession, committees: Collection[UUID], day: date
) -> Sequence[Membership]:
    """The memberships in these committees that hold on the day or later, earliest first."""
    until = col(Membership.until)
    statement = (
        select(Membership)
        .where(col(Membership.committee_id).in_(committees), or_(until.is_(None), until > day))
        .order_by(col(Membership.since))
    )
    return (await session.execute(statement)).scalars().all()


async def working_groups(
    session: AsyncSession, parents: Collection[UUID]
) -> Sequence[tuple[UUID, int, str]]:
    """Parent, number and handle of each numbered working group of these committees."""
    statement = sa_select(
        col(Committee.parent_id), col(Committee.number), col(Committee.handle)
    ).where(col(Committee.parent_id).in_(parents), col(Committee.number).is_not(None))
    rows: Sequence[Any] = (await session.execute(statement)).all()
    return [(row[0], row[1], row[2]) for row in rows]


async def closed_meeting_days(session: AsyncSession, committee_id: UUID) -> Sequence[date]:
    """The days of the committee's closed meetings, as its clocks on the wall showed them.

    Meetings lie to the right of this domain: their columns are named here, so that no import goes
    rightwards.
    """
    meetings = table(
        "meetings", column("committee_id", Uuid), column("status", Text), column("local_start")
    )
    statement = (
        sa_select(cast(meetings.c.local_start, Date))
        .where(meetings.c.committee_id == committee_id, meetings.c.status == "closed")
        .order_by(meetings.c.local_start)
    )
    return (await session.execute(statement)).scalars().all()
