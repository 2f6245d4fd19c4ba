"""Every select about files of agendas and declared conflicts."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.agenda.tables import AgendaItem, AgendaVersion
from app.committees.tables import Committee
from app.entities.tables import Entity
from app.exchange.tables import DeclaredConflict, ForeignItem
from app.panels.lifecycle import GONE
from app.panels.tables import Panel, Panellist


class ForeignName(NamedTuple):
    """What another program calls an item, and says of it."""

    id: UUID
    item_id: UUID
    guid: UUID
    number: int | None
    code: str | None
    slug: str | None
    kind: str | None
    track: str | None
    subtitle: str | None


class Named(NamedTuple):
    """A declared conflict with the handles of whom it is about."""

    conflict: DeclaredConflict
    working_group: str | None
    entity: str | None


async def list_foreign(session: AsyncSession, meeting_id: UUID) -> list[ForeignName]:
    columns: list[Any] = [getattr(ForeignItem, name) for name in ForeignName._fields]
    statement = sa_select(*columns).where(col(ForeignItem.meeting_id) == meeting_id)
    return [ForeignName(*row) for row in (await session.execute(statement)).all()]


async def leads_of(session: AsyncSession, meeting_id: UUID) -> dict[UUID, str]:
    """Handles of the entities that lead items, by their ids."""
    statement = (
        sa_select(col(Entity.id), col(Entity.handle))
        .join(AgendaItem, col(AgendaItem.lead_entity_id) == col(Entity.id))
        .where(col(AgendaItem.meeting_id) == meeting_id)
        .distinct()
    )
    return {row[0]: row[1] for row in (await session.execute(statement)).all()}


async def items_with_panels(session: AsyncSession, meeting_id: UUID) -> frozenset[UUID]:
    statement = sa_select(col(Panel.item_id)).where(col(Panel.meeting_id) == meeting_id)
    return frozenset((await session.execute(statement)).scalars())


async def people_of(session: AsyncSession, meeting_id: UUID) -> Mapping[UUID, list[Panellist]]:
    """Those who have neither declined nor withdrawn, by their panels, in their order."""
    statement = (
        select(Panellist)
        .join(Panel, col(Panel.id) == col(Panellist.panel_id))
        .where(col(Panel.meeting_id) == meeting_id, col(Panellist.status).not_in(GONE))
        .order_by(col(Panellist.position))
    )
    found: dict[UUID, list[Panellist]] = defaultdict(list)
    for person in (await session.execute(statement)).scalars():
        found[person.panel_id].append(person)
    return found


async def list_conflicts(session: AsyncSession, meeting_id: UUID) -> list[Named]:
    columns: list[Any] = [DeclaredConflict, col(Committee.handle), col(Entity.handle)]
    statement = (
        sa_select(*columns)
        .outerjoin(Committee, col(Committee.id) == col(DeclaredConflict.working_group_id))
        .outerjoin(Entity, col(Entity.id) == col(DeclaredConflict.entity_id))
        .where(col(DeclaredConflict.meeting_id) == meeting_id)
    )
    return [Named(*row) for row in (await session.execute(statement)).all()]


async def panellists_here(
    session: AsyncSession, meeting_id: UUID, ids: Collection[UUID]
) -> set[UUID]:
    """Those of the ids that are people on panels of the meeting."""
    if not ids:
        return set()
    statement = (
        sa_select(col(Panellist.id))
        .join(Panel, col(Panel.id) == col(Panellist.panel_id))
        .where(col(Panel.meeting_id) == meeting_id, col(Panellist.id).in_(ids))
    )
    return set((await session.execute(statement)).scalars())


async def issued_body(
    session: AsyncSession, meeting_id: UUID, number: int | None, *, full: bool
) -> bytes | None:
    """The bytes of a version, or of the one in force."""
    body = AgendaVersion.full_body if full else AgendaVersion.public_body
    statement = sa_select(body).where(  # type: ignore[call-overload]  # columns of a table class
        col(AgendaVersion.meeting_id) == meeting_id
    )
    if number is not None:
        statement = statement.where(col(AgendaVersion.number) == number)
    statement = statement.order_by(col(AgendaVersion.number).desc()).limit(1)
    found: bytes | None = (await session.execute(statement)).scalar_one_or_none()
    return found
