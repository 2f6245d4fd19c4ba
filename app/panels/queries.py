"""Every select about panels and the people on them."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.entities.tables import Person
from app.panels.lifecycle import ASKED, GONE, PanellistStatus
from app.panels.tables import Panel, Panellist, Rehearsal
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration


def list_panels(meeting_id: UUID, hidden: Collection[UUID] = ()) -> Select[Any]:
    """The panels of a meeting but those on the hidden items."""
    statement: Select[Any] = select(Panel).where(col(Panel.meeting_id) == meeting_id)
    return statement.where(col(Panel.item_id).not_in(hidden)) if hidden else statement


async def panels_of(session: AsyncSession, meeting_id: UUID) -> Sequence[Panel]:
    """All of them; the meeting's row is locked by the caller."""
    statement = select(Panel).where(col(Panel.meeting_id) == meeting_id).order_by(col(Panel.id))
    return (await session.execute(statement)).scalars().all()


async def unasked_panels(
    session: AsyncSession, meeting_id: UUID, items: Collection[UUID]
) -> dict[UUID, UUID]:
    """Panels on these items of which nobody was ever asked, by their items."""
    if not items:
        return {}
    asked = (
        sa_select(col(Panellist.id))
        .where(
            col(Panellist.panel_id) == col(Panel.id),
            col(Panellist.status) != PanellistStatus.PROPOSED,
        )
        .exists()
    )
    statement = sa_select(col(Panel.item_id), col(Panel.id)).where(
        col(Panel.meeting_id) == meeting_id, col(Panel.item_id).in_(items), ~asked
    )
    return {row[0]: row[1] for row in (await session.execute(statement)).all()}


class Tally(NamedTuple):
    """Of the people of a panel: minutes of those who are not gone, and how many in each state."""

    minutes: int = 0
    people: Mapping[PanellistStatus, int] = MappingProxyType({})


async def tallies_of(session: AsyncSession, panels: Collection[UUID]) -> dict[UUID, Tally]:
    """By panel; those without anybody are not among them."""
    panel_id, status = col(Panellist.panel_id), col(Panellist.status)
    statement = (
        sa_select(panel_id, status, func.count(), func.sum(col(Panellist.minutes)))
        .where(panel_id.in_(panels))
        .group_by(panel_id, status)
    )
    found: dict[UUID, Tally] = {}
    for panel, state, people, minutes in await session.execute(statement):
        before = found.get(panel, Tally())
        spoken = 0 if state in GONE else int(minutes or 0)
        found[panel] = Tally(before.minutes + spoken, {**before.people, state: people})
    return found


async def find_rehearsal(session: AsyncSession, panel_id: UUID) -> Rehearsal | None:
    return await session.get(Rehearsal, panel_id, populate_existing=True)


async def is_replaced(session: AsyncSession, panellist_id: UUID) -> bool:
    statement = select(exists().where(col(Panellist.replaces_id) == panellist_id))
    return bool((await session.execute(statement)).scalar_one())


async def seated(session: AsyncSession, meeting_id: UUID, addresses: Collection[str]) -> set[str]:
    """Those of the addresses whose people have a seat in the meeting: it is in their calendars."""
    statement = (
        sa_select(func.lower(col(Person.email)))
        .join(Registration, col(Registration.person_id) == col(Person.id))
        .where(
            col(Registration.meeting_id) == meeting_id,
            col(Registration.status) == RegistrationStatus.CONFIRMED,
            func.lower(col(Person.email)).in_(addresses),
        )
    )
    return set((await session.execute(statement)).scalars())


async def lock_confirmed(session: AsyncSession, meeting_id: UUID) -> Sequence[Panellist]:
    """Those with an address who come to the panels of a meeting."""
    statement = (
        select(Panellist)
        .join(Panel, col(Panel.id) == col(Panellist.panel_id))
        .where(
            col(Panel.meeting_id) == meeting_id,
            col(Panellist.status) == PanellistStatus.CONFIRMED,
            col(Panellist.email).is_not(None),
        )
        .order_by(col(Panellist.id))
        .with_for_update(of=Panellist)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalars().all()


async def find_panel(session: AsyncSession, meeting_id: UUID, panel_id: UUID) -> Panel | None:
    statement = select(Panel).where(col(Panel.id) == panel_id, col(Panel.meeting_id) == meeting_id)
    return (await session.execute(statement)).scalar_one_or_none()


async def lock_places(session: AsyncSession, meeting_id: UUID, email: str) -> Sequence[Panellist]:
    """Where somebody with this address is on the panels of a meeting, and not gone."""
    statement = (
        select(Panellist)
        .join(Panel, col(Panel.id) == col(Panellist.panel_id))
        .where(
            col(Panel.meeting_id) == meeting_id,
            col(Panellist.email) == email,
            col(Panellist.status).not_in(GONE),
        )
        .order_by(col(Panellist.id))
        .with_for_update(of=Panellist)
    )
    return (await session.execute(statement)).scalars().all()


def list_panellists(panel_id: UUID, *, everybody: bool) -> Select[Any]:
    """All that were ever thought of, or only those that are asked or confirmed."""
    statement: Select[Any] = select(Panellist).where(col(Panellist.panel_id) == panel_id)
    return statement if everybody else statement.where(col(Panellist.status).in_(ASKED))


async def people_of(session: AsyncSession, panel_id: UUID) -> Sequence[Panellist]:
    """Everybody in their order; the meeting's row is locked by the caller."""
    statement = select(Panellist).where(col(Panellist.panel_id) == panel_id)
    statement = statement.order_by(col(Panellist.position))
    return (await session.execute(statement)).scalars().all()


async def find_panellist(
    session: AsyncSession, panel_id: UUID, panellist_id: UUID
) -> Panellist | None:
    statement = select(Panellist).where(
        col(Panellist.id) == panellist_id, col(Panellist.panel_id) == panel_id
    )
    return (await session.execute(statement)).scalar_one_or_none()
