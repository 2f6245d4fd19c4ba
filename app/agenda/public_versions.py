"""HTTP for the list of issued versions of a public meeting's agenda, without a token."""

from fastapi import Response
from sqlmodel import col

from app.agenda import queries
from app.agenda.endpoints import version_out
from app.agenda.schemas import VersionOut, VersionSort
from app.agenda.tables import AgendaVersion
from app.core.openapi import raises
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.problems import NotFound
from app.core.routes import Session, router_for
from app.meetings.access import MeetingRef
from app.meetings.queries import find_public

router = router_for("public")
BASE = "/public/meetings/{m}/agenda/versions"
FRESH = "public, no-cache"
"""Kept, but asked for each time, as the agenda in force is."""


@router.get(
    BASE,
    operation_id="listPublicAgendaVersions",
    responses=raises(NotFound),
    openapi_extra={"x-public": True},
)
async def list_public_versions(
    session: Session,
    m: MeetingRef,
    paging: Paging,
    response: Response,
    sort: VersionSort = VersionSort.NUMBER,
) -> Page[VersionOut]:
    """List the issued versions of a public meeting's agenda."""
    meeting = await find_public(session, m)
    if meeting is None:
        raise NotFound
    response.headers["Cache-Control"] = FRESH
    order = ordering(sort, {"number": col(AgendaVersion.number)}, col(AgendaVersion.id))
    statement = queries.describe_versions(meeting.id, full=False)
    return await fetch_page(session, paging, statement, order, _without_chair)


def _without_chair(row: object) -> VersionOut:
    version = version_out(row)
    if version.adoption is None:
        return version
    adoption = version.adoption.model_copy(update={"chair": None})
    return version.model_copy(update={"adoption": adoption})
