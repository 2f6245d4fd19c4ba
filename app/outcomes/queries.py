"""Every select about decisions and action items."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tables import AgendaItem
from app.entities.queries import by_ref
from app.entities.tables import Entity
from app.outcomes.lifecycle import ActionStatus
from app.outcomes.tables import ActionItem, Decision


def list_decisions(meeting_id: UUID, item_id: UUID | None = None) -> Select[Any]:
    statement: Select[Any] = select(Decision).where(col(Decision.meeting_id) == meeting_id)
    return statement if item_id is None else statement.where(col(Decision.item_id) == item_id)


async def find_decision(
    session: AsyncSession, meeting_id: UUID, decision_id: UUID, *, lock: bool = False
) -> Decision | None:
    statement = (
        select(Decision)
        .where(col(Decision.id) == decision_id, col(Decision.meeting_id) == meeting_id)
        .execution_options(populate_existing=True)
    )
    if lock:
        statement = statement.with_for_update()
    return (await session.execute(statement)).scalar_one_or_none()


def list_actions(
    meeting_id: UUID, *, status: ActionStatus | None = None, owner: str | None = None
) -> Select[Any]:
    """Rows of (ActionItem, handle of the owner or None)."""
    columns: list[Any] = [ActionItem, col(Entity.handle)]
    statement: Select[Any] = (
        select(*columns)
        .outerjoin(Entity, col(Entity.id) == col(ActionItem.owner_entity_id))
        .where(col(ActionItem.meeting_id) == meeting_id)
    )
    if status is not None:
        statement = statement.where(col(ActionItem.status) == status)
    if owner is not None:
        statement = statement.where(by_ref(Entity, owner))
    return statement


async def find_action(
    session: AsyncSession, meeting_id: UUID, action_id: UUID, *, lock: bool = False
) -> Any | None:
    """One row of `list_actions`, as it is in the database now."""
    statement = (
        list_actions(meeting_id)
        .where(col(ActionItem.id) == action_id)
        .execution_options(populate_existing=True)
    )
    if lock:
        statement = statement.with_for_update(of=ActionItem)
    return (await session.execute(statement)).one_or_none()


async def next_number(
    session: AsyncSession, kind: type[Decision] | type[ActionItem], meeting_id: UUID
) -> int:
    """One behind the highest; the meeting's row is locked."""
    highest = func.coalesce(func.max(col(kind.number)), 0)
    statement = select(highest).where(col(kind.meeting_id) == meeting_id)
    return int((await session.execute(statement)).scalar_one()) + 1


async def is_on_agenda(session: AsyncSession, meeting_id: UUID, item_id: UUID) -> bool:
    statement = select(col(AgendaItem.id)).where(
        col(AgendaItem.id) == item_id, col(AgendaItem.meeting_id) == meeting_id
    )
    return (await session.execute(statement)).first() is not None
