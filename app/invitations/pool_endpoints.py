"""HTTP for pools of seats that several invited entities share."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response, status
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.core.openapi import raises, takes_if_match, tells
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import merged
from app.core.preconditions import accept_match
from app.core.problems import AlreadyExists, NotFound
from app.core.routes import Session, router_for
from app.invitations import pool_queries, pools
from app.invitations.pool_schemas import (
    PoolCreate,
    PoolOut,
    PoolPatch,
    PoolSort,
    PoolTakeIn,
    PoolWrite,
)
from app.invitations.problems import PoolBelowTaken, PoolInUse, QuotaBelowTaken
from app.invitations.tables import SeatPool
from app.meetings.access import ObservedMeeting, OrganizedMeeting
from app.meetings.problems import MeetingClosed, PlanDoesNotFit

router = router_for("invitations")
BASE = "/meetings/{m}/pools"
ONE = f"{BASE}/{{pool_id}}"


async def pool_to_change(session: Session, view: OrganizedMeeting, pool_id: UUID) -> SeatPool:
    """For organizers; meeting and pool locked."""
    pool = await pool_queries.lock_pool(session, view.meeting.id, pool_id)
    if pool is None:
        raise NotFound
    return pool


PoolToChange = Annotated[SeatPool, Depends(pool_to_change)]


@router.get(BASE, operation_id="listSeatPools")
async def list_pools(
    session: Session, view: ObservedMeeting, paging: Paging, sort: PoolSort = PoolSort.NAME
) -> Page[PoolOut]:
    """List the pools of seats that entities of the meeting share."""
    statement = pool_queries.list_pools(view.meeting.id)
    order = ordering(sort, {"name": col(SeatPool.name)}, col(SeatPool.id))
    return await fetch_page(session, paging, statement, order, shown)


@router.post(
    BASE,
    operation_id="createSeatPool",
    status_code=status.HTTP_201_CREATED,
    responses=raises(AlreadyExists, MeetingClosed),
)
async def create_pool(
    session: Session, view: OrganizedMeeting, body: PoolCreate, response: Response
) -> PoolOut:
    """Make a pool of seats; nobody takes from it yet, but for observers who are invited later."""
    pool = await pools.create(
        session, view.meeting, body.name, body.seats, for_observers=body.for_observers
    )
    response.headers["Location"] = f"/v1/meetings/{view.meeting.id}/pools/{pool.id}"
    return await read_again(session, pool)


@router.get(ONE, operation_id="getSeatPool")
async def get_pool(session: Session, view: ObservedMeeting, pool_id: UUID) -> PoolOut:
    """Read a pool."""
    row = await pool_queries.find_row(session, view.meeting.id, pool_id)
    if row is None:
        raise NotFound
    return shown(row)


@router.patch(
    ONE,
    operation_id="changeSeatPool",
    openapi_extra=tells(takes_if_match()),
    responses=raises(AlreadyExists, MeetingClosed, PlanDoesNotFit, PoolBelowTaken),
)
async def change_pool(
    session: Session,
    view: OrganizedMeeting,
    pool: PoolToChange,
    body: PoolPatch,
    request: Request,
) -> PoolOut:
    """Change a pool; more seats go to those who wait, in the same moment.

    Fewer than are taken are refused, unless `move_to_waiting` says who leaves.
    """
    accept_match(request, await read_again(session, pool))
    before = PoolWrite.model_validate({n: getattr(pool, n) for n in PoolWrite.model_fields})
    members = merged(PoolWrite, before, body).model_dump()
    planned = body.move_to_waiting is not None
    leaving = None if body.move_to_waiting == "latest" else body.move_to_waiting
    await pools.change(session, view.meeting, pool, members, leaving, planned=planned)
    return await read_again(session, pool)


@router.delete(
    ONE,
    operation_id="deleteSeatPool",
    status_code=status.HTTP_204_NO_CONTENT,
    openapi_extra=takes_if_match(),
    responses=raises(MeetingClosed, PoolInUse),
)
async def delete_pool(
    session: Session, view: OrganizedMeeting, pool: PoolToChange, request: Request
) -> None:
    """Delete a pool that no invitation takes from."""
    accept_match(request, await read_again(session, pool))
    await pools.delete(session, view.meeting, pool)


@router.post(
    f"{ONE}/invitations",
    operation_id="addToSeatPool",
    responses=raises(MeetingClosed, PoolBelowTaken, QuotaBelowTaken),
)
async def take_in(
    session: Session, view: OrganizedMeeting, pool: PoolToChange, body: PoolTakeIn
) -> PoolOut:
    """Let invitations take from the pool, all or none; their people keep their seats.

    `PATCH .../invitations/{id}` takes one out again, or puts it into another pool.
    """
    await pools.take_in(session, view.meeting, pool, body.invitations, body.seat_quota)
    return await read_again(session, pool)


async def read_again(session: AsyncSession, pool: SeatPool) -> PoolOut:
    """The representation as it is now."""
    await session.flush()
    row = await pool_queries.find_row(session, pool.meeting_id, pool.id)
    assert row is not None, "it is locked"
    return shown(row)


def shown(row: Any) -> PoolOut:
    """A row of `pool_queries.list_pools`."""
    pool, invitations = row[:2]
    members = {name: getattr(pool, name) for name in PoolOut.model_fields if name != "invitations"}
    return PoolOut(invitations=invitations, **members)
