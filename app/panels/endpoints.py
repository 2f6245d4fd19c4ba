"""HTTP for panels and the people on them."""

from fastapi import Request, Response, status
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.access import AgendaDep, AgendaToEdit, MeetingToPlan
from app.agenda.problems import AgendaNotIssued, PersonInTwoSlots, PositionUnknown
from app.core.openapi import raises, takes_if_match, tells
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import changes, merged, writable
from app.core.preconditions import accept_match
from app.core.routes import Session, router_for
from app.meetings.access import MeetingView
from app.meetings.problems import MeetingClosed
from app.panels import queries, service, telling
from app.panels.access import PanelDep, PanellistDep, PanellistToChange, PanelToChange
from app.panels.answers import panellist_answer
from app.panels.problems import (
    ModeratorTaken,
    NotAPanelItem,
    PanelExists,
    PanelFull,
    PanellistAsked,
)
from app.panels.schemas import (
    PanelCreate,
    PanellistAnswer,
    PanellistOut,
    PanellistPatch,
    PanellistSort,
    PanellistWrite,
    PanelOut,
    PanelPatch,
    PanelSort,
    PanelWrite,
)
from app.panels.tables import Panel, Panellist

router = router_for("panels")
BASE = "/meetings/{m}/panels"
PEOPLE = BASE + "/{p}/panellists"
PERSON = PEOPLE + "/{x}"


@router.get(BASE, operation_id="listPanels", responses=raises(AgendaNotIssued))
async def list_panels(
    session: Session, seen: AgendaDep, paging: Paging, sort: PanelSort = PanelSort.CREATED
) -> Page[PanelOut]:
    """List the panels of a meeting; participants see them once the agenda is issued."""
    order = ordering(sort, {"created_at": col(Panel.created_at)}, col(Panel.id))
    hidden = () if seen.full else seen.agenda.hidden
    statement = queries.list_panels(seen.agenda.meeting.id, hidden)
    page = await fetch_page(session, paging, statement, order, lambda row: row[0])
    tallies = await queries.tallies_of(session, [panel.id for panel in page.items])
    shown = [PanelOut.shown(panel, tallies.get(panel.id), full=seen.full) for panel in page.items]
    return Page[PanelOut](items=shown, next_cursor=page.next_cursor)


@router.post(
    BASE,
    operation_id="createPanel",
    status_code=status.HTTP_201_CREATED,
    responses=raises(MeetingClosed, NotAPanelItem, PanelExists),
)
async def create_panel(
    session: Session, seen: AgendaToEdit, body: PanelCreate, response: Response
) -> PanelOut:
    """Create the panel of an agenda item."""
    members = body.model_dump(exclude={"item_id"})
    panel = await service.create_panel(session, seen.agenda, body.item_id, members)
    response.headers["Location"] = f"/v1/meetings/{panel.meeting_id}/panels/{panel.id}"
    return await _shown(session, panel)


@router.get(BASE + "/{p}", operation_id="getPanel", responses=raises(AgendaNotIssued))
async def get_panel(session: Session, seen: AgendaDep, panel: PanelDep) -> PanelOut:
    """Read a panel, and whether what is to be said fits into its time."""
    return await _shown(session, panel, full=seen.full)


@router.patch(
    BASE + "/{p}",
    operation_id="changePanel",
    responses=raises(MeetingClosed),
    openapi_extra=tells(takes_if_match()),
)
async def change_panel(
    session: Session, view: MeetingToPlan, panel: PanelToChange, body: PanelPatch, request: Request
) -> PanelOut:
    """Change a panel's title, concept note or time for questions by JSON merge patch."""
    accept_match(request, await _shown(session, panel))
    before = writable(PanelWrite, panel)
    after = merged(PanelWrite, before, body)
    changed = changes(before, after)
    await service.change_panel(session, view.meeting, panel, after.model_dump(), changed)
    return await _shown(session, panel)


@router.delete(
    BASE + "/{p}",
    operation_id="deletePanel",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(MeetingClosed, PanellistAsked),
    openapi_extra=takes_if_match(),
)
async def delete_panel(
    session: Session, view: MeetingToPlan, panel: PanelToChange, request: Request
) -> None:
    """Delete a panel as long as nobody was asked."""
    accept_match(request, await _shown(session, panel))
    await service.delete_panel(session, view.meeting, panel)


@router.get(PEOPLE, operation_id="listPanellists", responses=raises(AgendaNotIssued))
async def list_panellists(
    session: Session,
    seen: AgendaDep,
    panel: PanelDep,
    paging: Paging,
    sort: PanellistSort = PanellistSort.POSITION,
) -> Page[PanellistOut]:
    """List the people on a panel in their order; participants see those asked or confirmed."""
    order = ordering(sort, {"position": col(Panellist.position)}, col(Panellist.id))
    statement = queries.list_panellists(panel.id, everybody=seen.full)
    view = seen.meeting
    return await fetch_page(session, paging, statement, order, lambda r: _person(r[0], view))


@router.post(
    PEOPLE,
    operation_id="addPanellist",
    status_code=status.HTTP_201_CREATED,
    responses=raises(MeetingClosed, ModeratorTaken, PanelFull, PositionUnknown),
)
async def add_panellist(
    session: Session,
    view: MeetingToPlan,
    panel: PanelToChange,
    body: PanellistWrite,
    response: Response,
) -> PanellistAnswer:
    """Propose somebody for a panel."""
    person = await service.add_panellist(session, view.meeting, panel, body.model_dump())
    path = f"/v1/meetings/{view.meeting.id}/panels/{panel.id}/panellists/{person.id}"
    response.headers["Location"] = path
    return await panellist_answer(session, view, person, response)


@router.get(PERSON, operation_id="getPanellist", responses=raises(AgendaNotIssued))
async def get_panellist(seen: AgendaDep, person: PanellistDep) -> PanellistOut:
    """Read somebody on a panel."""
    return _person(person, seen.meeting)


@router.patch(
    PERSON,
    operation_id="changePanellist",
    responses=raises(MeetingClosed, ModeratorTaken, PositionUnknown, PersonInTwoSlots),
    openapi_extra=tells(takes_if_match()),
)
async def change_panellist(
    session: Session,
    view: MeetingToPlan,
    person: PanellistToChange,
    body: PanellistPatch,
    request: Request,
    response: Response,
) -> PanellistAnswer:
    """Change somebody on a panel, also their place, by JSON merge patch."""
    accept_match(request, PanellistOut.shown(person, view.meeting))
    before = writable(PanellistWrite, person)
    after = merged(PanellistWrite, before, body)
    changed = list(changes(before, after))
    await service.change_panellist(session, view.meeting, person, after.model_dump(), changed)
    return await panellist_answer(session, view, person, response)


@router.delete(
    PERSON,
    operation_id="removePanellist",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(MeetingClosed, PanellistAsked),
    openapi_extra=takes_if_match(),
)
async def remove_panellist(
    session: Session, view: MeetingToPlan, person: PanellistToChange, request: Request
) -> None:
    """Remove somebody who was proposed but never asked."""
    accept_match(request, PanellistOut.shown(person, view.meeting))
    await service.remove_panellist(session, view.meeting, person)
    await telling.look(session, view.meeting)


def _person(person: Panellist, view: MeetingView) -> PanellistOut:
    out = PanellistOut.shown(person, view.meeting)
    return out if view.organizes else out.for_others()


async def _shown(session: AsyncSession, panel: Panel, *, full: bool = True) -> PanelOut:
    tallies = await queries.tallies_of(session, [panel.id])
    return PanelOut.shown(panel, tallies.get(panel.id), full=full)
