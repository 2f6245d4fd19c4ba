"""HTTP for calendars of series: an entry for each meeting, never a recurring one."""

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.calendar.files import CalendarFile
from app.calendar.writer import Method
from app.committees.access import CommitteeRef
from app.committees.queries import find_committee
from app.committees.tables import Committee
from app.core import clock
from app.core.fields import accepted_languages, in_language
from app.core.openapi import raises
from app.core.problems import NotFound
from app.core.routes import Session, router_for
from app.feeds import queries
from app.feeds.endpoints import DOCUMENTED, desk_of, file_of
from app.feeds.entries import shared_entries
from app.identity.policy import Caller
from app.series.access import SeriesDep
from app.series.tables import Series

router = router_for()
PATH = "/committees/{c}/series/{series_id}/calendar.ics"


@router.get(
    PATH,
    operation_id="getSeriesCalendar",
    tags=["series"],
    response_class=CalendarFile,
    responses=DOCUMENTED,
)
async def get_series_calendar(session: Session, view: SeriesDep, request: Request) -> Response:
    """Read the meetings of a series that you may know of, as entries.

    Those of the last year and all to come; what was cancelled stays as cancelled.
    """
    caching = "private, max-age=300"
    return await _file(session, view.series, view.committee, view.caller, request, caching)


@router.get(
    f"/public{PATH}",
    operation_id="getPublicSeriesCalendar",
    tags=["public"],
    openapi_extra={"x-public": True},
    response_class=CalendarFile,
    responses=DOCUMENTED | raises(NotFound),
)
async def get_public_series_calendar(
    session: Session, c: CommitteeRef, series_id: UUID, request: Request
) -> Response:
    """Subscribe to the public meetings of a series, without a token.

    There is none until a first meeting was announced to the public.
    """
    committee = await find_committee(session, c)
    if committee is None:
        raise NotFound
    series = await queries.find_series_with_public_meeting(session, committee.id, series_id)
    if series is None:
        raise NotFound
    return await _file(session, series, committee, None, request, "public, max-age=300")


async def _file(
    session: AsyncSession,
    series: Series,
    committee: Committee,
    caller: Caller | None,
    request: Request,
    caching: str,
) -> Response:
    languages = accepted_languages(request.headers.get("accept-language"))
    rows = await queries.meetings_of_series(session, series.id, caller, clock.now())
    return file_of(
        shared_entries(rows, desk_of(request), languages),
        request,
        name=in_language(series.name, languages or committee.languages),
        method=Method.PUBLISH,
        headers={"Cache-Control": caching, "Vary": "Accept-Language"},
    )
