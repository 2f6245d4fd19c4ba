"""HTTP for what everybody may see of meetings, without a token."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final
from uuid import UUID

from fastapi import Request, Response
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.core.finished import (
    BareRoute,
    Found,
    Headers,
    Question,
    answered,
    named,
    without_parameters,
)
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


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A kind of page, and what stands in the head of its answers."""

    kind: str
    headers: Headers
    media_type: bytes = b"application/json"
    file: bytes = b""
    """What its name ends in, where it is saved as a file named after the meeting."""


_PAGE: Final = Stored(KIND, ((b"cache-control", CACHED.encode()),))


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
    return await stored_page(request, m, _PAGE)


async def stored_page(
    request: Request, m: str, page: Stored, languages: tuple[str, ...] = ()
) -> Response:
    """The page of a meeting, in the first of the languages that it is stored in."""
    question, headers = _asked(m, page, languages, request.app.state.maker.name)
    make = partial(_made, request, question.key, page.kind, languages)
    return await answered(request, question, headers, media_type=page.media_type, make=make)


@lru_cache(maxsize=1_024)
def _asked(
    m: str, page: Stored, languages: tuple[str, ...], maker: str
) -> tuple[Question, Headers]:
    statement, key = named(m, *(finishing.IN_LANGUAGE if languages else finishing.FIRST))
    others = (page.kind, maker, languages) if languages else (page.kind, maker)
    name = b'attachment; filename="%b%b"' % (m.encode(), page.file)
    saved = ((b"content-disposition", name),) if page.file else ()
    return Question(statement, key, (), others), (*page.headers, *saved)


async def _made(
    request: Request, key: UUID | str, kind: str, languages: tuple[str, ...]
) -> Found | None:
    async with request.app.state.database.transaction() as session:
        made = await finishing.made(session, request.app.state.maker, key, kind, languages)
        return None if made is None else Found.of(*made)


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
