"""Every select about the places of one panellist, wherever they are."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.agenda.tables import AgendaItem
from app.committees.tables import Committee
from app.meetings.tables import ConferenceRoom, Meeting
from app.panels.lifecycle import ASKED, PanellistStatus
from app.panels.tables import Panel, Panellist, Rehearsal


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """Everything that somebody is shown of their place."""

    person: Panellist
    panel: Panel
    meeting: Meeting
    committee: Committee
    item_room: str | None
    rehearsal: Rehearsal | None
    room: ConferenceRoom | None
    others: list[Panellist]


def list_places(panellist_id: UUID) -> Select[Any]:
    """Wherever whoever reads mails at the address of this panellist was asked: (panellist, panel,
    meeting).
    """
    columns: list[Any] = [Panellist, Panel, Meeting]
    own = aliased(Panellist)
    address = sa_select(col(own.email)).where(col(own.id) == panellist_id).scalar_subquery()
    return (
        sa_select(*columns)
        .join(Panel, col(Panel.id) == col(Panellist.panel_id))
        .join(Meeting, col(Meeting.id) == col(Panel.meeting_id))
        .where(
            or_(col(Panellist.id) == panellist_id, col(Panellist.email) == address),
            col(Panellist.status) != PanellistStatus.PROPOSED,
        )
    )


async def find_place(session: AsyncSession, panellist_id: UUID, wanted: UUID) -> OwnPlace | None:
    """One of these places; two statements."""
    columns: list[Any] = [Committee, AgendaItem.room, Rehearsal, ConferenceRoom]
    statement = (
        list_places(panellist_id)
        .add_columns(*columns)
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .join(AgendaItem, col(AgendaItem.id) == col(Panel.item_id))
        .outerjoin(Rehearsal, col(Rehearsal.panel_id) == col(Panel.id))
        .outerjoin(ConferenceRoom, col(ConferenceRoom.meeting_id) == col(Meeting.id))
        .where(col(Panellist.id) == wanted)
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    others = (
        sa_select(Panellist)
        .where(
            col(Panellist.panel_id) == row[1].id,
            col(Panellist.id) != wanted,
            col(Panellist.status).in_(ASKED),
        )
        .order_by(col(Panellist.position))
    )
    found = (await session.execute(others)).scalars().all()
    return OwnPlace(row[0], row[1], row[2], row[3], row[4], row[5], row[6], list(found))
