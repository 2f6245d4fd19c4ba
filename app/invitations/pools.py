"""Pools of seats that several invited entities share: the verbs. The meeting's row is locked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import Invalid
from app.events import announce, record
from app.invitations import pool_queries
from app.invitations.events import SeatPoolChanged, SeatPoolCreated, SeatPoolDeleted
from app.invitations.problems import PoolBelowTaken, PoolInUse
from app.invitations.seats import Leaving, change_seats
from app.invitations.tables import SeatPool
from app.meetings.events import SeatsCut
from app.meetings.lifecycle import OVER
from app.meetings.problems import below_taken
from app.meetings.service import check_changeable
from app.meetings.tables import Meeting


async def create(
    session: AsyncSession, meeting: Meeting, name: str, seats: int, *, for_observers: bool
) -> SeatPool:
    """An empty pool; that its name is taken, or that observers have one, the indexes say."""
    check_changeable(meeting)
    pool = SeatPool(meeting_id=meeting.id, name=name, seats=seats, for_observers=for_observers)
    session.add(pool)
    record(
        session,
        SeatPoolCreated(
            label=name, seats=seats, for_observers=for_observers, **_about(meeting, pool)
        ),
    )
    await session.flush()
    return pool


async def change(
    session: AsyncSession,
    meeting: Meeting,
    pool: SeatPool,
    members: dict[str, Any],
    leaving: Leaving,
    *,
    planned: bool,
) -> None:
    """Set name, seats and whose it is; more seats go to those who wait.

    Fewer than are taken are refused with `PoolBelowTaken`, unless it is `planned` who leaves.
    """
    check_changeable(meeting)
    changes = {
        name: {"before": getattr(pool, name), "after": value}
        for name, value in members.items()
        if getattr(pool, name) != value
    }
    needed = max(0, pool.seats_taken - members["seats"])
    if needed and (meeting.status in OVER or not planned):
        raise PoolBelowTaken(
            below_taken(pool.seats_taken, over=meeting.status in OVER), taken=pool.seats_taken
        )
    if needed or leaving:
        ids = _about(meeting, pool) | {"pool_id": pool.id}
        named = list(leaving) if leaving is not None else None
        await announce(session, SeatsCut(needed=needed, leaving=named, **ids))
    if not changes:
        return
    for name, value in members.items():
        setattr(pool, name, value)
    await announce(session, SeatPoolChanged(changes=changes, **_about(meeting, pool)))
    await session.flush()


async def delete(session: AsyncSession, meeting: Meeting, pool: SeatPool) -> None:
    """Only one that no invitation takes from."""
    check_changeable(meeting)
    if await pool_queries.is_shared(session, pool.id):
        raise PoolInUse("Invitations take their seats from it: give them others first.")
    record(session, SeatPoolDeleted(label=pool.name, **_about(meeting, pool)))
    await session.delete(pool)
    await session.flush()


async def take_in(
    session: AsyncSession,
    meeting: Meeting,
    pool: SeatPool,
    invitations: Sequence[UUID],
    quota: int | None,
) -> None:
    """Let these invitations take from the pool, all or none, each bounded by the quota too."""
    check_changeable(meeting)
    wanted = set(invitations)
    found = await pool_queries.lock_sharing(session, meeting.id, wanted)
    if len(found) < len(wanted):
        raise Invalid.at("/invitations", "The meeting has not all of these invitations.")
    for invitation in found:
        await change_seats(session, meeting, invitation, quota, pool.id, None, planned=False)


def _about(meeting: Meeting, pool: SeatPool) -> dict[str, Any]:
    return {
        "subject_id": pool.id,
        "meeting_id": meeting.id,
        "committee_id": meeting.committee_id,
    }
