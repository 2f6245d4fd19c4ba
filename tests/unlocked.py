"""The service with the lock of the seats switched off: the negative control of the races."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col

from app.entities.queries import by_ref
from app.invitations.tables import Invitation, SeatPool
from app.main import create_app as create_locked_app
from app.meetings.tables import Meeting
from app.registrations import queries, together_queries


async def lock_nothing(
    session: AsyncSession, meeting_id: UUID, invitation_id: UUID
) -> tuple[Meeting, Invitation]:
    columns: list[Any] = [Meeting, Invitation]
    statement = (
        select(*columns)
        .join(Invitation, col(Invitation.meeting_id) == col(Meeting.id))
        .where(col(Meeting.id) == meeting_id, col(Invitation.id) == invitation_id)
    )
    meeting, invitation = (await session.execute(statement)).one()
    pool = await session.get(SeatPool, invitation.pool_id) if invitation.pool_id else None
    set_committed_value(invitation, "pool", pool)
    return meeting, invitation


async def lock_no_delegations(
    session: AsyncSession, ref: str, entities: Collection[UUID]
) -> together_queries.Delegations | None:
    statement = together_queries.DELEGATIONS.where(by_ref(Meeting, ref))
    found = await session.execute(statement, {"ids": sorted(entities)})
    return together_queries.delegations_in(found.all())


def create_app() -> FastAPI:
    queries.lock_seats = lock_nothing
    together_queries.lock_delegations = lock_no_delegations
    return create_locked_app()
