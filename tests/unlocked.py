"""The service with the lock of the seats switched off: the negative control of the races."""

from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col

from app.invitations.tables import Invitation, SeatPool
from app.main import create_app as create_locked_app
from app.meetings.tables import Meeting
from app.registrations import queries


async def lock_nothing(
    session: AsyncSession, meeting_id: UUID, invitation_id: UUID
) -> tuple[Meeting, Invitation] | None:
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


def create_app() -> FastAPI:
    queries.lock_seats = lock_nothing
    return create_locked_app()
