"""HTTP for what was done to the working agenda."""

from typing import Annotated

from fastapi import Query
from sqlmodel import col

from app.agenda import queries
from app.agenda.change_schemas import AgendaEdit
from app.agenda.tables import AgendaRevision
from app.core.pages import Page, Paging, fetch_page
from app.core.routes import Session, router_for
from app.meetings.access import ObservedMeeting

router = router_for("agenda")


@router.get("/meetings/{m}/agenda/changes", operation_id="listAgendaChanges")
async def list_changes(
    session: Session,
    view: ObservedMeeting,
    paging: Paging,
    since: Annotated[
        int,
        Query(ge=0, le=2_147_483_647, description="`revision` of the agenda as you have it."),
    ] = 0,
) -> Page[AgendaEdit]:
    """List the edits of the agenda, the oldest first: what came after the revision that you have.

    They name who made each, items and members, and nobody whom an item is about.
    """
    statement = queries.list_edits(view.meeting.id, since)
    order = [(col(AgendaRevision.revision), False)]
    return await fetch_page(
        session, paging, statement, order, lambda row: AgendaEdit.of_entry(row.revision, row)
    )
