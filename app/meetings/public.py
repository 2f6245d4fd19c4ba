"""HTTP for what everybody may see of meetings, without a token."""

from collections.abc import Iterable, Sequence
from typing import Final

from fastapi import Request, Response
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.core.finished import BareRoute, Headers, Question, answered, named, without_parameters
from app.core.openapi import raises
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.problems import NotFound
from app.core.routes import Session, router_for
from app.meetings import finishing, queries
from app.meetings.access import MeetingRef
from app.meetings.endpoints import SORTS, FilterDep
from app.meetings.finishing import Maker, Shown
from app.meetings.schemas import MeetingSort, PublicMeetingOut
from app.meetings.tables import Meeting

router = router_for("public")
finished = router_for("public", route_class=BareRoute)
KIND: Final = "meeting"
CACHED: Final = "public, max-age=60"
_HEADERS: Final = ((b"cache-control", CACHED.encode()),)
_OUT: TypeAdapter[PublicMeetingOut] = TypeAdapter(PublicMeetingOut)


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
    response.headers["Cache-Control"] = CACHED
    if (languages := _languages(page.items)) is not None:
        response.headers["Content-Language"] = languages
    return page


@finished.get(
    "/public/meetings/{m}",
    operation_id="getPublicMeeting",
    response_model=PublicMeetingOut,
    responses=raises(NotFound),
    openapi_extra={"x-public": True},
)
async def get_public_meeting(request: Request, m: MeetingRef) -> Response:
    """Read a public meeting, with its texts in all their languages."""
    without_parameters(request)
    return await stored_page(request, m, KIND, (), _HEADERS)


async def stored_page(
    request: Request,
    m: str,
    kind: str,
    languages: Sequence[str],
    headers: Headers,
    media_type: bytes = b"application/json",
) -> Response:
    """The page of a kind, in the first of the languages that it is stored in."""
    maker: Maker = request.app.state.maker
    statement, key = named(m, *(finishing.IN_LANGUAGE if languages else finishing.FIRST))
    others = (kind, maker.name, tuple(languages)) if languages else (kind, maker.name)
    question = Question(statement, key, (), others)

    async def make() -> tuple[str, bytes, str | None] | None:
        async with request.app.state.database.transaction() as session:
            return await finishing.made(session, maker, key, kind, languages)

    return await answered(request, question, headers, media_type=media_type, make=make)


@finishing.renders(KIND)
async def _pages(
    _session: AsyncSession, _maker: Maker, shown: Sequence[Shown]
) -> list[finishing.Page]:
    """`Content-Language` names all that is in it (RFC 9110 section 8.5)."""
    found = [PublicMeetingOut.of_meeting(*each) for each in shown]
    return [finishing.Page(out.id, _OUT.dump_json(out), _languages([out])) for out in found]


def _languages(meetings: Iterable[PublicMeetingOut]) -> str | None:
    tags = {tag for meeting in meetings for tag in meeting.title}
    return ", ".join(sorted(tags)) or None
