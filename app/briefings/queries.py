"""Every select about briefings, and about who speaks for a working group."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.agenda.tables import AgendaItem
from app.briefings.lifecycle import BriefingStatus
from app.briefings.tables import Briefing, NamedBriefer
from app.committees.tables import Committee, Membership
from app.core import clock
from app.identity.lifecycle import Role
from app.identity.policy import Caller
from app.meetings.tables import Meeting


async def find_briefing(
    session: AsyncSession, meeting_id: UUID, briefing_id: UUID
) -> Briefing | None:
    statement = select(Briefing).where(
        col(Briefing.id) == briefing_id, col(Briefing.meeting_id) == meeting_id
    )
    found: Briefing | None = (
        await session.execute(statement.execution_options(populate_existing=True))
    ).scalar_one_or_none()
    return found


async def find_by_key(
    session: AsyncSession, *, group: UUID | None = None, briefer: UUID | None = None
) -> Briefing | None:
    """The briefing that a token of the group, or of the briefer, opens."""
    which = col(Briefing.group_key) == group if group else col(Briefing.briefer_key) == briefer
    found: Briefing | None = (await session.execute(select(Briefing).where(which))).scalar()
    return found


async def briefings_of(session: AsyncSession, meeting_id: UUID) -> dict[UUID, Briefing]:
    """By item."""
    statement = select(Briefing).where(col(Briefing.meeting_id) == meeting_id)
    statement = statement.order_by(col(Briefing.id)).execution_options(populate_existing=True)
    return {each.item_id: each for each in (await session.execute(statement)).scalars()}


async def find_group(session: AsyncSession, item_id: UUID) -> Committee | None:
    """The committee that gives the briefing on an item."""
    statement = (
        select(Committee)
        .join(AgendaItem, col(AgendaItem.working_group_id) == col(Committee.id))
        .where(col(AgendaItem.id) == item_id)
    )
    found: Committee | None = (await session.execute(statement)).scalar_one_or_none()
    return found


def list_own(caller: Caller) -> Select[Any]:
    """The briefings of groups that the caller speaks for, with their meetings, the groups, and the
    committees that meet.
    """
    meets = aliased(Committee, name="meets")
    columns: list[Any] = [Briefing, Meeting, Committee, meets]
    return (
        select(*columns)
        .join(AgendaItem, col(AgendaItem.id) == col(Briefing.item_id))
        .join(Committee, col(Committee.id) == col(AgendaItem.working_group_id))
        .join(Meeting, col(Meeting.id) == col(Briefing.meeting_id))
        .join(meets, col(meets.id) == col(Meeting.committee_id))
        .where(speaks_for_group(caller))
    )


async def groups_of(session: AsyncSession, caller: Caller, meeting_id: UUID) -> set[UUID]:
    """The groups on the agenda of a meeting that the caller speaks for."""
    on_agenda = exists().where(
        col(AgendaItem.meeting_id) == meeting_id,
        col(AgendaItem.working_group_id) == col(Committee.id),
    )
    statement = select(col(Committee.id)).where(on_agenda, speaks_for_group(caller))
    return set((await session.execute(statement)).scalars())


async def speaks_for(session: AsyncSession, caller: Caller, group: Committee) -> bool:
    statement = select(exists().where(col(Committee.id) == group.id, speaks_for_group(caller)))
    return bool((await session.execute(statement)).scalar_one())


def speaks_for_group(caller: Caller) -> Any:
    """Whether the caller organizes the group, is a focal point for it alone, or acts for an entity
    that chairs it today; links to invitations are for those.
    """
    if caller.link is not None:
        return false()
    if caller.is_administrator:
        return true()
    organized = [c for c in caller.committees(Role.ORGANIZER) if c is not None]
    focal = [right for right in caller.rights if right.role is Role.FOCAL_POINT]
    own = [right.committee_id for right in focal if right.committee_id is not None]
    anywhere = [right.entity_id for right in focal if right.committee_id is None]
    today = clock.now().date()
    chairs = exists().where(
        col(Membership.committee_id) == col(Committee.id),
        col(Membership.office).is_not(None),
        col(Membership.since) <= today,
        or_(col(Membership.until).is_(None), col(Membership.until) > today),
        col(Membership.entity_id).in_(anywhere),
    )
    group = and_(col(Committee.parent_id).is_not(None), col(Committee.id).in_(own))
    return or_(
        col(Committee.id).in_(organized), col(Committee.parent_id).in_(organized), group, chairs
    )


async def find_named(
    session: AsyncSession, briefing_id: UUID, email: str, *, lock: bool = False
) -> NamedBriefer | None:
    """Whoever is, or was, named for a briefing at this address."""
    statement = select(NamedBriefer).where(
        col(NamedBriefer.briefing_id) == briefing_id, col(NamedBriefer.email) == email
    )
    if lock:
        statement = statement.with_for_update()
    found: NamedBriefer | None = (
        await session.execute(statement.execution_options(populate_existing=True))
    ).scalar_one_or_none()
    return found


async def lock_coming(
    session: AsyncSession, meeting_id: UUID
) -> Sequence[tuple[Briefing, NamedBriefer]]:
    """The briefings of a meeting that are confirmed, with whoever has an address; and those whose
    slot is in a calendar still, where a name that was corrected wants another confirmation.

    Only the latter are locked, as they are before the briefings when somebody else is named; and
    read once more, as a briefing may be another's once the lock is there.
    """
    columns: list[Any] = [Briefing, NamedBriefer]
    same = and_(
        col(NamedBriefer.briefing_id) == col(Briefing.id),
        col(NamedBriefer.email) == col(Briefing.email),
    )
    statement = (
        select(*columns)
        .join(NamedBriefer, same)
        .where(
            col(Briefing.meeting_id) == meeting_id,
            or_(
                col(Briefing.status) == BriefingStatus.CONFIRMED,
                and_(col(Briefing.status) == BriefingStatus.NAMED, col(NamedBriefer.has_entry)),
            ),
        )
        .order_by(col(Briefing.id))
        .execution_options(populate_existing=True)
    )
    if (await session.execute(statement.with_for_update(of=NamedBriefer))).first() is None:
        return []
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def lock_entries(
    session: AsyncSession, briefings: Collection[UUID]
) -> Sequence[NamedBriefer]:
    """Whoever is named for these, and has the slot in the calendar."""
    if not briefings:
        return []
    statement = _entries().where(col(Briefing.id).in_(briefings)).order_by(col(Briefing.id))
    statement = statement.with_for_update(of=NamedBriefer)
    rows = await session.execute(statement.execution_options(populate_existing=True))
    found: Sequence[NamedBriefer] = rows.scalars().all()
    return found


async def with_entries(session: AsyncSession, meeting_id: UUID) -> set[UUID]:
    """The briefings of a meeting of which the slot stands in a calendar."""
    statement = _entries().where(col(Briefing.meeting_id) == meeting_id)
    return set((await session.execute(statement.with_only_columns(col(Briefing.id)))).scalars())


def _entries() -> Select[Any]:
    same = and_(
        col(NamedBriefer.briefing_id) == col(Briefing.id),
        col(NamedBriefer.email) == col(Briefing.email),
    )
    return select(NamedBriefer).join(Briefing, same).where(col(NamedBriefer.has_entry))


async def lock_all(session: AsyncSession, meeting_id: UUID) -> Sequence[Briefing]:
    statement = (
        select(Briefing)
        .where(col(Briefing.meeting_id) == meeting_id)
        .order_by(col(Briefing.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalars().all()
