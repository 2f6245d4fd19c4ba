"""The only way to get a panel, or somebody on it, for a caller."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path

from app.agenda.access import AgendaDep, MeetingToPlan
from app.core.problems import NotFound
from app.core.routes import Session
from app.panels import queries
from app.panels.lifecycle import ASKED
from app.panels.tables import Panel, Panellist

PanelId = Annotated[UUID, Path(description="Id of the panel.")]
PanellistId = Annotated[UUID, Path(description="Id of the panellist.")]


async def panel_for(session: Session, seen: AgendaDep, p: PanelId) -> Panel:
    """A panel whose item the caller sees on the agenda."""
    panel = await queries.find_panel(session, seen.agenda.meeting.id, p)
    if panel is None or (panel.item_id in seen.agenda.hidden and not seen.full):
        raise NotFound
    return panel


async def panel_to_change(session: Session, view: MeetingToPlan, p: PanelId) -> Panel:
    panel = await queries.find_panel(session, view.meeting.id, p)
    if panel is None:
        raise NotFound
    return panel


async def panellist_for(
    session: Session,
    seen: AgendaDep,
    panel: Annotated[Panel, Depends(panel_for)],
    x: PanellistId,
) -> Panellist:
    """Participants learn of those who are asked or confirmed, not of plans and refusals."""
    person = await queries.find_panellist(session, panel.id, x)
    if person is None or (person.status not in ASKED and not seen.full):
        raise NotFound
    return person


async def panellist_to_change(
    session: Session, panel: Annotated[Panel, Depends(panel_to_change)], x: PanellistId
) -> Panellist:
    person = await queries.find_panellist(session, panel.id, x)
    if person is None:
        raise NotFound
    return person


PanelDep = Annotated[Panel, Depends(panel_for)]
PanelToChange = Annotated[Panel, Depends(panel_to_change)]
PanellistDep = Annotated[Panellist, Depends(panellist_for)]
PanellistToChange = Annotated[Panellist, Depends(panellist_to_change)]
