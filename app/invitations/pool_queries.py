"""Every select about pools of seats."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation, SeatPool


def list_pools(meeting_id: UUID) -> Select[Any]:
    """Rows of (SeatPool, how many invitations take from it)."""
    sharing = (
        select(func.count())
        .where(
            col(Invitation.pool_id) == col(SeatPool.id),
            col(Invitation.status) != InvitationStatus.WITHDRAWN,
        )
        .scalar_subquery()
    )
    return select(SeatPool, sharing).where(col(SeatPool.meeting_id) == meeting_id)


async def find_row(session: AsyncSession, meeting_id: UUID, pool_id: UUID) -> Any | None:
    """A row of the list, as it is in the database now."""
    statement = list_pools(meeting_id).where(col(SeatPool.id) == pool_id)
    statement = statement.execution_options(populate_existing=True)
    return (await session.execute(statement)).one_or_none()


async def lock_pools(
    session: AsyncSession, meeting_id: UUID, pools: Collection[UUID]
) -> dict[UUID, SeatPool]:
    """Those of the meeting, locked in the order of their ids; the meeting is locked already."""
    return await _lock(session, meeting_id, col(SeatPool.id).in_(pools)) if pools else {}


async def lock_pool(session: AsyncSession, meeting_id: UUID, pool_id: UUID) -> SeatPool | None:
    return (await lock_pools(session, meeting_id, [pool_id])).get(pool_id)


async def observers_pool(session: AsyncSession, meeting_id: UUID) -> UUID | None:
    statement = select(col(SeatPool.id)).where(
        col(SeatPool.meeting_id) == meeting_id, col(SeatPool.for_observers)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def lock_sharing(
    session: AsyncSession, meeting_id: UUID, invitations: Collection[UUID]
) -> Sequence[Invitation]:
    """Invitations of the meeting, locked in the order of their ids."""
    statement = (
        select(Invitation)
        .where(col(Invitation.meeting_id) == meeting_id, col(Invitation.id).in_(invitations))
        .order_by(col(Invitation.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalars().all()


async def is_shared(session: AsyncSession, pool_id: UUID) -> bool:
    """Whether an invitation takes from it, a withdrawn one too."""
    statement = select(func.count()).where(col(Invitation.pool_id) == pool_id)
    return bool((await session.execute(statement)).scalar_one())


async def _lock(
    session: AsyncSession, meeting_id: UUID, which: ColumnElement[bool]
) -> dict[UUID, SeatPool]:
    statement = (
        select(SeatPool)
        .where(col(SeatPool.meeting_id) == meeting_id, which)
        .order_by(col(SeatPool.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {pool.id: pool for pool in (await session.execute(statement)).scalars()}
