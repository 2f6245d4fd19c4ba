"""HTTP for what everybody may see of meetings, without a token."""

from collections.abc import Iterable

from fastapi import Response
from sqlmodel import col

from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.problems import NotFound
from app.core.routes import Session, router_for
from app.meetings import queries
from app.meetings.access import MeetingRef
from app.meetings.endpoints import SORTS, FilterDep
from app.meetings.schemas import MeetingSort, PublicMeetingOut
from app.meetings.tables import Meeting

router = router_for("public")


@router.get("/public/meetings", operation_id="listPublicMeetings", openapi_extra={"x-public": True})
async def list_public_meetings(
    session: Session,
    paging: Paging,
    wanted: FilterDep,
    response: Response,
    sort: MeetingSort = MeetingSort.STARTS_AT,
) -> Page[PublicMeetingOut]:
    """List public meetings: those announced to everybody."""
    order = ordering(sort, SORTS, col(Meeting.id))
    statement = queries.list_public(wanted)
    page = await fetch_page(
        session, paging, statement, order, lambda row: PublicMeetingOut.of_meeting(row[0], row[1])
    )
    _for_everybody(response, page.items)
    return page


@router.get(
    "/public/meetings/{m}", operation_id="getPublicMeeting", openapi_extra={"x-public": True}
)
async def get_public_meeting(
    session: Session, m: MeetingRef, response: Response
) -> PublicMeetingOut:
    """Read a public meeting, with its texts in all their languages."""
    row = await queries.find_public_with_committee(session, m)
    if row is None:
        raise NotFound
    found = PublicMeetingOut.of_meeting(*row)
    _for_everybody(response, [found])
    return found


def _for_everybody(response: Response, meetings: Iterable[PublicMeetingOut]) -> None:
    """Caches may keep it a minute; `Content-Language` names all that is in it (RFC 9110 8.5)."""
    response.headers["Cache-Control"] = "public, max-age=60"
    languages = {tag for meeting in meetings for tag in meeting.title}
    if languages:
        response.headers["Content-Language"] = ", ".join(sorted(languages))
