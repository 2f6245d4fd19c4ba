"""Every select about what hangs on a person, and the statements that move it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, column, exists, func, or_, select, update
from sqlalchemy import table as table_named
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.attendance.tables import Attendance
from app.committees.queries import line as committee_line
from app.committees.tables import Committee
from app.entities.tables import FocalPoint, Person, PersonMerge
from app.feeds.tables import Feed
from app.identity.tables import Link
from app.mail.tables import Message
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations.lifecycle import LIVE
from app.registrations.tables import Registration

_legal_holds = table_named("legal_holds", column("person_id"))
"""Holds lie to the right: the column is named here, nothing is imported."""
FOLLOWING: dict[str, Any] = {
    "registrations": Registration,
    "focal_points": FocalPoint,
    "links": Link,
    "messages": Message,
    "feeds": Feed,
}
"""What follows the one kept; by the names of the tables."""


async def is_held(session: AsyncSession, *people: UUID) -> bool:
    """Whether something of one of them must be kept."""
    held = exists().where(_legal_holds.c.person_id.in_(people))
    return bool((await session.execute(select(held))).scalar_one())


async def lock_people(
    session: AsyncSession, entity_id: UUID, people: Collection[UUID]
) -> dict[UUID, Person]:
    """In the order of their ids, so that two who lock the same wait for each other."""
    statement = (
        select(Person)
        .where(col(Person.id).in_(people), col(Person.entity_id) == entity_id)
        .order_by(col(Person.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {person.id: person for person in (await session.execute(statement)).scalars()}


async def lines_of(session: AsyncSession, people: Collection[UUID]) -> set[tuple[UUID, ...]]:
    """The committees, each with its parent, in which the people were named or act now; empty for
    somebody who acts in all.
    """
    columns: list[Any] = [Committee.id, Committee.parent_id]
    named: Select[Any] = (
        select(*columns)
        .join(Meeting, col(Meeting.committee_id) == col(Committee.id))
        .join(Registration, col(Registration.meeting_id) == col(Meeting.id))
        .where(col(Registration.person_id).in_(people))
    )
    acting: Select[Any] = (
        select(*columns)
        .select_from(FocalPoint)
        .outerjoin(Committee, col(Committee.id) == col(FocalPoint.committee_id))
        .where(col(FocalPoint.person_id).in_(people), col(FocalPoint.ended_at).is_(None))
    )
    rows = await session.execute(named.union(acting))
    return {committee_line(row[0], row[1]) if row[0] is not None else () for row in rows}


async def meetings_of_both(session: AsyncSession, one: UUID, other: UUID) -> Sequence[str]:
    """Handles of the meetings at which both have a seat or wait, or both were present."""
    first, second = aliased(Registration), aliased(Registration)
    live = and_(col(first.status).in_(LIVE), col(second.status).in_(LIVE))
    present = and_(
        *(exists().where(col(Attendance.registration_id) == col(r.id)) for r in (first, second))
    )
    statement = (
        select(col(Meeting.handle))
        .join(first, col(first.meeting_id) == col(Meeting.id))
        .join(second, col(second.meeting_id) == col(Meeting.id))
        .where(col(first.person_id) == one, col(second.person_id) == other, or_(live, present))
        .distinct()
        .order_by(col(Meeting.handle))
    )
    return (await session.execute(statement)).scalars().all()


async def share_an_office(session: AsyncSession, one: UUID, other: UUID) -> bool:
    first, second = aliased(FocalPoint), aliased(FocalPoint)
    statement = select(
        exists().where(
            col(first.person_id) == one,
            col(second.person_id) == other,
            col(first.ended_at).is_(None),
            col(second.ended_at).is_(None),
            col(first.committee_id).is_not_distinct_from(col(second.committee_id)),
        )
    )
    return bool((await session.execute(statement)).scalar_one())


async def let_follow(session: AsyncSession, other: UUID, kept: UUID) -> dict[str, list[UUID]]:
    """Point at the one kept whatever pointed at the other; ids by table.

    What both have only one of stays where it is: a mail about the same fact, a person's own feed.
    Who was merged into the other before is now the one kept.
    """
    twin, own = aliased(Message), aliased(Feed)
    stays = {
        "messages": exists().where(
            col(twin.person_id) == kept,
            col(twin.event_id) == col(Message.event_id),
            col(twin.kind) == col(Message.kind),
        ),
        "feeds": and_(
            col(Feed.own),
            col(Feed.revoked_at).is_(None),
            exists().where(col(own.person_id) == kept, col(own.own), col(own.revoked_at).is_(None)),
        ),
    }
    moved = {}
    for name, table in FOLLOWING.items():
        here = [table.person_id == other]
        if name in stays:
            here.append(~stays[name])
        moved[name] = await _point(session, table, table.person_id, here, kept)
    before = [col(Person.merged_into) == other]
    moved["people"] = await _point(session, Person, Person.merged_into, before, kept)
    return {name: ids for name, ids in moved.items() if ids}


async def let_go_back(
    session: AsyncSession, moved: dict[str, list[str]], kept: UUID, other: UUID
) -> None:
    """Point at the other again what followed; what has gone elsewhere since stays there."""
    for name, ids in moved.items():
        table: Any = FOLLOWING.get(name, Person)
        column = Person.merged_into if name == "people" else table.person_id
        here = [table.id.in_([UUID(each) for each in ids]), column == kept]
        await _point(session, table, column, here, other)


async def _point(
    session: AsyncSession, table: Any, column: Any, here: Iterable[Any], at: UUID
) -> list[UUID]:
    statement = (
        update(table)
        .where(*here)
        .values({column: at})
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return sorted((await session.execute(statement)).scalars())


async def lock_merge(session: AsyncSession, kept: UUID, other: UUID) -> PersonMerge | None:
    statement = (
        select(PersonMerge)
        .where(
            col(PersonMerge.kept_id) == kept,
            col(PersonMerge.merged_id) == other,
            col(PersonMerge.undone_at).is_(None),
        )
        .with_for_update()
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def links_among(session: AsyncSession, links: Collection[UUID]) -> Sequence[Link]:
    statement = select(Link).where(col(Link.id).in_(links)).order_by(col(Link.id))
    return (await session.execute(statement)).scalars().all()


async def to_come(
    session: AsyncSession, person_id: UUID, now: datetime
) -> list[tuple[Registration, Meeting]]:
    """Live registrations at meetings that are not over."""
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
        .order_by(col(Meeting.id), col(Registration.id))
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def offices_of(session: AsyncSession, person_id: UUID) -> Sequence[FocalPoint]:
    """In which the person acts now."""
    statement = (
        select(FocalPoint)
        .where(col(FocalPoint.person_id) == person_id, col(FocalPoint.ended_at).is_(None))
        .order_by(col(FocalPoint.id))
        .with_for_update()
    )
    return (await session.execute(statement)).scalars().all()


async def feeds_of(session: AsyncSession, person_id: UUID) -> Sequence[Feed]:
    statement = (
        select(Feed)
        .where(col(Feed.person_id) == person_id, col(Feed.revoked_at).is_(None))
        .order_by(col(Feed.id))
        .with_for_update()
    )
    return (await session.execute(statement)).scalars().all()


def list_history(person_id: UUID, committees: Collection[UUID] | None) -> Select[Any]:
    """Rows of (Registration, Meeting, first joined, last left), at meetings of these committees and
    their working groups; None for all.
    """
    own = col(Attendance.registration_id) == col(Registration.id)
    joined = select(func.min(col(Attendance.joined_at))).where(own).scalar_subquery()
    left = select(func.max(col(Attendance.left_at))).where(own).scalar_subquery()
    columns: list[Any] = [Registration, Meeting, joined, left]
    statement: Select[Any] = (
        select(*columns)
        .join(Meeting, col(Meeting.id) == col(Registration.meeting_id))
        .where(col(Registration.person_id) == person_id)
    )
    if committees is not None:
        within = (col(Committee.id).in_(committees), col(Committee.parent_id).in_(committees))
        statement = statement.join(Committee, col(Committee.id) == col(Meeting.committee_id))
        statement = statement.where(or_(*within))
    return statement
