"""Every select about whole lines and all the seats of a meeting, whose row is locked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, column, exists, select, table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.invitations.tables import Invitation
from app.registrations.lifecycle import HOLDING, RegistrationStatus, WaitingLine
from app.registrations.queries import LINE, attach_pool
from app.registrations.tables import Registration

Held = tuple[Registration, Invitation]

_attendance = table("attendance", column("registration_id"))
"""Presence lies to the right: its columns are named here, nothing is imported."""


async def lock_holders(
    session: AsyncSession,
    meeting_id: UUID,
    *,
    invitation_id: UUID | None = None,
    pool_id: UUID | None = None,
) -> Sequence[Held]:
    """Who has a seat, or is offered one, of the meeting, an invitation or a pool, in the order of
    the line; without those who were checked in, who keep it.
    """
    there = exists().where(_attendance.c.registration_id == col(Registration.id))
    statement = _seats(meeting_id).where(
        col(Registration.status).in_(HOLDING), col(Registration.takes_seat), ~there
    )
    if invitation_id is not None:
        statement = statement.where(col(Registration.invitation_id) == invitation_id)
    if pool_id is not None:
        statement = statement.where(col(Invitation.pool_id) == pool_id)
    return await _locked(session, statement)


async def lock_offered(
    session: AsyncSession, meeting_id: UUID, until: datetime | None = None
) -> Sequence[Held]:
    """Who is offered a seat, all or those whose offer has ended by then, by the end of offers."""
    statement = _seats(meeting_id).where(col(Registration.status) == RegistrationStatus.OFFERED)
    if until is not None:
        statement = statement.where(col(Registration.offer_ends_at) <= until)
    return await _locked(session, statement.order_by(None), col(Registration.offer_ends_at))


async def meetings_with_ended_offers(session: AsyncSession, now: datetime) -> Sequence[UUID]:
    statement = (
        select(col(Registration.meeting_id))
        .where(
            col(Registration.status) == RegistrationStatus.OFFERED,
            col(Registration.offer_ends_at) <= now,
        )
        .distinct()
    )
    return (await session.execute(statement)).scalars().all()


async def lock_line(
    session: AsyncSession, registration: Registration, line: WaitingLine, pool_id: UUID | None
) -> Sequence[Registration]:
    """All who wait in the line that the registration waits in, in its order."""
    statement = (
        select(Registration)
        .join(Invitation, col(Invitation.id) == col(Registration.invitation_id))
        .where(
            col(Registration.meeting_id) == registration.meeting_id,
            col(Registration.status) == RegistrationStatus.WAITING,
        )
        .order_by(LINE)
        .with_for_update(key_share=True, of=Registration)
        .execution_options(populate_existing=True)
    )
    if line is WaitingLine.ENTITY:
        statement = statement.where(col(Registration.invitation_id) == registration.invitation_id)
    if line is WaitingLine.POOL:
        statement = statement.where(col(Invitation.pool_id) == pool_id)
    return (await session.execute(statement)).scalars().all()


def _seats(meeting_id: UUID) -> Select[Any]:
    columns: list[Any] = [Registration, Invitation]
    return (
        select(*columns)
        .join(Invitation, col(Invitation.id) == col(Registration.invitation_id))
        .where(col(Registration.meeting_id) == meeting_id)
        .order_by(LINE)
    )


async def _locked(session: AsyncSession, statement: Select[Any], *order: Any) -> Sequence[Held]:
    """The rows with their pools, each locked as it is now."""
    statement = statement.order_by(*order, LINE) if order else statement
    statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    rows = [(row[0], row[1]) for row in await session.execute(statement)]
    for invitation in {invitation.id: invitation for _, invitation in rows}.values():
        await attach_pool(session, invitation)
    return rows
