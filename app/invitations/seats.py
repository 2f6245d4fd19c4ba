"""The seats of an invitation: its own quota, and the pool that it shares in.

The meeting and the invitation are locked by the caller, in this order; pools are locked here.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from app.core.problems import Invalid
from app.events import announce
from app.invitations import pool_queries
from app.invitations.events import InvitationChanged
from app.invitations.problems import PoolBelowTaken, QuotaBelowTaken
from app.invitations.service import about
from app.invitations.tables import Invitation, SeatPool
from app.meetings.events import SeatsCut
from app.meetings.lifecycle import OVER
from app.meetings.problems import below_taken
from app.meetings.service import check_changeable
from app.meetings.tables import Meeting

Leaving = Sequence[UUID] | None
"""Who goes to the waiting list; None for the latest."""


async def change_seats(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    quota: int | None,
    pool_id: UUID | None,
    leaving: Leaving,
    *,
    planned: bool,
) -> None:
    """Give the entity this quota and this pool. Freed seats go to those who wait.

    Fewer seats than it has taken are refused with `QuotaBelowTaken` or `PoolBelowTaken`, unless it
    is `planned` who leaves. Raises `Invalid` for an unknown pool, and where nothing would bound it.
    """
    check_changeable(meeting)
    before = {"seat_quota": invitation.seat_quota, "pool_id": invitation.pool_id}
    after = {"seat_quota": quota, "pool_id": pool_id}
    if quota is None and pool_id is None:
        raise Invalid.at("/seat_quota", "Without a pool an invitation has a quota.")
    if before == after and not leaving:
        return
    old, new = await _pools(session, meeting, invitation, pool_id)
    moves = new if new is not old else None
    needed = _beyond(invitation, quota, moves)
    if needed and (meeting.status in OVER or not planned):
        raise _refusal(invitation, quota, moves, over=meeting.status in OVER)
    if needed or leaving:
        ids = about(meeting, invitation)
        cut = SeatsCut(
            needed=needed,
            leaving=list(leaving) if leaving is not None else None,
            invitation_id=invitation.id,
            **ids,
        )
        await announce(session, cut)
    await _set(session, meeting, invitation, old, new, after)
    changes = {
        name: {"before": before[name], "after": value}
        for name, value in after.items()
        if before[name] != value
    }
    event = InvitationChanged(changes=changes, **about(meeting, invitation))
    await announce(session, event)


async def _pools(
    session: AsyncSession, meeting: Meeting, invitation: Invitation, pool_id: UUID | None
) -> tuple[SeatPool | None, SeatPool | None]:
    """The present one and the new one, which may be the same; both locked in one order."""
    wanted = {each for each in (invitation.pool_id, pool_id) if each is not None}
    pools = await pool_queries.lock_pools(session, meeting.id, wanted)
    if pool_id is not None and pool_id not in pools:
        raise Invalid.at("/pool_id", "The meeting has no such pool.")
    old = pools.get(invitation.pool_id) if invitation.pool_id else None
    return old, pools[pool_id] if pool_id else None


def _beyond(invitation: Invitation, quota: int | None, pool: SeatPool | None) -> int:
    """How many seats are taken beyond the quota, or beyond what is free in a pool that it joins."""
    taken = invitation.seats_taken
    over_quota = taken - quota if quota is not None else 0
    over_pool = taken - (pool.seats - pool.seats_taken) if pool is not None else 0
    return max(0, over_quota, over_pool)


def _refusal(
    invitation: Invitation, quota: int | None, pool: SeatPool | None, *, over: bool
) -> QuotaBelowTaken | PoolBelowTaken:
    taken = invitation.seats_taken
    if quota is not None and taken > quota:
        return QuotaBelowTaken(below_taken(taken, over=over), taken=taken)
    assert pool is not None, "nothing else is too small"
    besides = f" by the entity, and {pool.seats - pool.seats_taken} free in the pool"
    return PoolBelowTaken(below_taken(taken, over=over, besides=besides), taken=pool.seats_taken)


async def _set(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    old: SeatPool | None,
    new: SeatPool | None,
    after: dict[str, Any],
) -> None:
    """The pool that is left gets its seats back before those of the other are counted."""
    if new is not old:
        if old is not None:
            old.seats_taken -= invitation.seats_taken
        if new is not None:
            new.seats_taken += invitation.seats_taken
    for name, value in after.items():
        setattr(invitation, name, value)
    await session.flush()
    set_committed_value(invitation, "pool", new)
