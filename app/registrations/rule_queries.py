"""Selects that approval, rules and exceptions need."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.committees.rules import EntityStanding
from app.committees.tables import Membership
from app.identity.tables import Account
from app.registrations.lifecycle import LIVE, RegistrationRole
from app.registrations.tables import QUEUE, Registration, RegistrationException


async def next_in_line(session: AsyncSession) -> int:
    """The next number in the order of arrival; drawn under the meeting's lock."""
    return int((await session.execute(select(QUEUE.next_value()))).scalar_one())


async def count_in_role(session: AsyncSession, invitation_id: UUID, role: RegistrationRole) -> int:
    """How many of a delegation have the role, whatever they wait for."""
    statement = select(func.count()).where(
        col(Registration.invitation_id) == invitation_id,
        col(Registration.role) == role,
        col(Registration.status).in_(LIVE),
    )
    return int((await session.execute(statement)).scalar_one())


async def standing_of(
    session: AsyncSession, committee_id: UUID, entity_id: UUID, day: date
) -> EntityStanding:
    """How an entity stands in a committee on a day."""
    until = col(Membership.until)
    statement = select(col(Membership.standing)).where(
        col(Membership.committee_id) == committee_id,
        col(Membership.entity_id) == entity_id,
        col(Membership.since) <= day,
        or_(until.is_(None), until > day),
    )
    found = (await session.execute(statement.limit(1))).scalar_one_or_none()
    return EntityStanding.NONE if found is None else EntityStanding(found.value)


def list_exceptions(invitation_id: UUID) -> Select[Any]:
    """Rows of (RegistrationException, name of who granted it)."""
    columns: list[Any] = [RegistrationException, Account.name]
    return (
        select(*columns)
        .join(Account, col(Account.id) == col(RegistrationException.granted_by))
        .where(col(RegistrationException.invitation_id) == invitation_id)
    )


def is_live(now: datetime) -> ColumnElement[bool]:
    """Whether an exception still lets somebody in."""
    return (
        col(RegistrationException.revoked_at).is_(None)
        & (col(RegistrationException.until) > now)
        & (col(RegistrationException.used) < col(RegistrationException.persons))
    )


async def first_live_exception(
    session: AsyncSession, invitation_id: UUID, now: datetime
) -> RegistrationException | None:
    """The one that ends first; the lock of the invitation keeps it as it is."""
    statement = (
        select(RegistrationException)
        .where(col(RegistrationException.invitation_id) == invitation_id, is_live(now))
        .order_by(col(RegistrationException.until), col(RegistrationException.id))
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def find_exception(
    session: AsyncSession, invitation_id: UUID, exception_id: UUID
) -> RegistrationException | None:
    statement = (
        select(RegistrationException)
        .where(
            col(RegistrationException.id) == exception_id,
            col(RegistrationException.invitation_id) == invitation_id,
        )
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def invitations_of(
    session: AsyncSession, meeting_id: UUID, registrations: Sequence[UUID]
) -> dict[UUID, UUID]:
    """By registration of this meeting, its invitation."""
    statement = select(col(Registration.id), col(Registration.invitation_id)).where(
        col(Registration.meeting_id) == meeting_id, col(Registration.id).in_(registrations)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def name_of_account(session: AsyncSession, account_id: UUID) -> str:
    statement = select(col(Account.name)).where(col(Account.id) == account_id)
    return str((await session.execute(statement)).scalar_one())
