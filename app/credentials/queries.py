"""Selects about credentials."""

from typing import Any
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer
from sqlmodel import col

from app.credentials.tables import Credentials
from app.entities.tables import Person
from app.files.tables import StoredFile
from app.identity.tables import Account


async def find_credentials(session: AsyncSession, invitation_id: UUID) -> Credentials | None:
    """Those of an invitation, whose lock keeps them as they are."""
    statement = select(Credentials).where(col(Credentials.invitation_id) == invitation_id)
    statement = statement.execution_options(populate_existing=True)
    return (await session.execute(statement)).scalar_one_or_none()


async def find_row(session: AsyncSession, invitation_id: UUID) -> Any:
    """A row of (Credentials, StoredFile or None, name of who presented, of who looked), or None."""
    looker = aliased(Account)
    content: Any = StoredFile.content
    presenter = case(
        (
            col(Credentials.presented_by) == "link",
            select(col(Person.name))
            .where(col(Person.id) == col(Credentials.presenter_id))
            .scalar_subquery(),
        ),
        else_=select(col(Account.name))
        .where(col(Account.id) == col(Credentials.presenter_id))
        .scalar_subquery(),
    )
    columns: list[Any] = [Credentials, StoredFile, presenter, looker.name]
    statement = (
        select(*columns)
        .outerjoin(StoredFile, col(StoredFile.id) == col(Credentials.file_id))
        .outerjoin(looker, col(looker.id) == col(Credentials.looked_at_by))
        .options(defer(content, raiseload=True))
        .where(col(Credentials.invitation_id) == invitation_id)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).one_or_none()
