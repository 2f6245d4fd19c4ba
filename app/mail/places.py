"""Of a mail to a panellist: their place on the panel, as it is at one moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tables import AgendaItem
from app.calendar.queries import last_change
from app.meetings.tables import Meeting
from app.panels.lifecycle import ASKED, PanellistStatus
from app.panels.slots import Slot, kept_slot
from app.panels.tables import Panel, Panellist, Rehearsal


@dataclass(frozen=True, slots=True)
class Speaking:
    """Somebody's place on a panel, and what a mail tells of it."""

    person: Panellist
    panel: Panel
    rehearsal: Rehearsal | None
    room: str | None
    """Of the agenda's item, where it has one of its own."""
    stamp: datetime | None

    @property
    def slot(self) -> Slot | None:
        return kept_slot(self.panel)

    @property
    def comes(self) -> bool:
        return self.person.status is PanellistStatus.CONFIRMED

    @property
    def rehearses(self) -> Slot | None:
        """When the panel is tried out."""
        held = self.rehearsal
        return None if held is None else (held.starts_at, held.ends_at)


@dataclass(frozen=True, slots=True)
class Asked:
    """A panellist to write to, with the meeting."""

    person: Panellist
    panel: Panel
    meeting: Meeting
    rehearsal: Rehearsal | None = None

    @property
    def language(self) -> str:
        return self.person.language or self.meeting.languages[0]

    @property
    def comes(self) -> bool:
        return self.person.status is PanellistStatus.CONFIRMED


async def find_speaking(session: AsyncSession, panellist_id: UUID) -> Speaking:
    columns: list[Any] = [Panellist, Panel, Rehearsal, AgendaItem.room]
    statement = (
        sa_select(*columns)
        .join(Panel, col(Panel.id) == col(Panellist.panel_id))
        .join(AgendaItem, col(AgendaItem.id) == col(Panel.item_id))
        .outerjoin(Rehearsal, col(Rehearsal.panel_id) == col(Panel.id))
        .where(col(Panellist.id) == panellist_id)
        .execution_options(populate_existing=True)
    )
    person, panel, rehearsal, room = (await session.execute(statement)).one()
    stamp = await last_change(session, panel.meeting_id, panel.id, person.id)
    return Speaking(person, panel, rehearsal, room, stamp)


async def find_asked(session: AsyncSession, panellist_id: UUID) -> Asked | None:
    """Somebody with an address, whatever they answered."""
    found = await find_anybody(session, panellist_id)
    return found if found is not None and found.person.email else None


async def find_anybody(session: AsyncSession, panellist_id: UUID) -> Asked | None:
    """With an address or without."""
    row = (await session.execute(_places().where(col(Panellist.id) == panellist_id))).one_or_none()
    return row and Asked(*row)


async def asked_on_panel(session: AsyncSession, panel_id: UUID) -> list[Asked]:
    return await _live(session, _people().where(col(Panel.id) == panel_id))


async def asked_for_meeting(session: AsyncSession, meeting_id: UUID) -> list[Asked]:
    return await _live(session, _people().where(col(Panel.meeting_id) == meeting_id))


async def first_asked(
    session: AsyncSession, meeting_id: UUID, panellist_id: UUID | None, likely: PanellistStatus
) -> Asked | None:
    """For a look at a mail: who is named, or the likeliest one of the meeting."""
    statement = (
        _people()
        .where(col(Panel.meeting_id) == meeting_id)
        .order_by(None)
        .order_by((col(Panellist.status) == likely).desc(), col(Panellist.id))
        .limit(1)
    )
    if panellist_id is not None:
        statement = statement.where(col(Panellist.id) == panellist_id)
    row = (await session.execute(statement)).one_or_none()
    return row and Asked(*row)


def _people() -> Select[Any]:
    return _places().where(func.coalesce(col(Panellist.email), "") != "")


def _places() -> Select[Any]:
    columns: list[Any] = [Panellist, Panel, Meeting, Rehearsal]
    return (
        sa_select(*columns)
        .join(Panel, col(Panel.id) == col(Panellist.panel_id))
        .join(Meeting, col(Meeting.id) == col(Panel.meeting_id))
        .outerjoin(Rehearsal, col(Rehearsal.panel_id) == col(Panel.id))
        .order_by(col(Panellist.panel_id), col(Panellist.position))
    )


async def _live(session: AsyncSession, statement: Select[Any]) -> list[Asked]:
    statement = statement.where(col(Panellist.status).in_(ASKED))
    return [Asked(*row) for row in await session.execute(statement)]
