"""Who organizes a committee, for mails to them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.committees.tables import Committee
from app.identity.lifecycle import Role
from app.identity.tables import Account, Grant


async def list_organizers(session: AsyncSession, committee_id: UUID) -> Sequence[tuple[UUID, str]]:
    """Accounts and their addresses."""
    columns: list[Any] = [Account.id, Account.email]
    reader = col(Account.id)
    statement = select(*columns).where(organizes(reader, committee_id)).order_by(reader)
    return [(row[0], row[1]) for row in await session.execute(statement)]


def organizes(account_id: Any, committee_id: Any) -> ColumnElement[bool]:
    """Whether an account that has an address organizes the committee, or the one above it; values
    or columns.
    """
    holder, committee = aliased(Account), aliased(Committee)
    return exists().where(
        col(holder.id) == account_id,
        col(holder.disabled_at).is_(None),
        col(holder.email).is_not(None),
        col(Grant.account_id) == col(holder.id),
        col(Grant.role) == Role.ORGANIZER,
        col(Grant.revoked_at).is_(None),
        col(committee.id) == committee_id,
        or_(
            col(Grant.committee_id) == col(committee.id),
            col(Grant.committee_id) == col(committee.parent_id),
        ),
    )
