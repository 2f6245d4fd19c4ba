"""The calendar of a public meeting, with the items of its agenda: finished bytes."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.calendar import queries
from app.calendar.entries import PRODID, Frame, meeting_entry
from app.calendar.files import DOCUMENTED, CalendarFile
from app.calendar.items import item_entries
from app.calendar.writer import Method, Organizer, calendar
from app.core.fields import in_language
from app.core.finished import BareRoute, languages_asked, without_parameters
from app.core.openapi import raises
from app.core.problems import NotFound
from app.core.routes import router_for
from app.meetings import finishing
from app.meetings.access import MeetingRef
from app.meetings.finishing import Maker, Page, Shown
from app.meetings.public import Stored, stored_page

router = router_for("public", route_class=BareRoute)
KIND: Final = "calendar"
_PAGE: Final = Stored(
    KIND,
    ((b"cache-control", b"public, max-age=300"), (b"vary", b"Accept-Language")),
    b"text/calendar; charset=utf-8",
    b".ics",
)
REFRESH: Final = timedelta(hours=4)


@router.get(
    "/public/meetings/{m}/calendar.ics",
    operation_id="getPublicCalendar",
    openapi_extra={"x-public": True},
    response_class=CalendarFile,
    responses=DOCUMENTED | raises(NotFound),
)
async def get_public_calendar(request: Request, m: MeetingRef) -> Response:
    """Read the calendar of a public meeting without a token: its entry and one of each item.

    It is in the first language of `Accept-Language` that the meeting has, or in its own first.
    """
    without_parameters(request)
    return await stored_page(request, m, _PAGE, languages_asked(request))


@finishing.renders(KIND)
async def _pages(session: AsyncSession, maker: Maker, shown: Sequence[Shown]) -> list[Page]:
    found = await queries.for_public(session, [each.meeting.id for each in shown])
    return [page for each in shown for page in _of_one(each, maker, *found[each.meeting.id])]


def _of_one(
    shown: Shown, maker: Maker, changed: datetime | None, agenda: bytes | None
) -> Iterator[Page]:
    """One in each language that the meeting has, its own ones first."""
    meeting = shown.meeting
    for place, language in enumerate(dict.fromkeys([*meeting.languages, *meeting.title])):
        languages = [language, *meeting.languages]
        frame = Frame(
            organizer=Organizer(
                name=in_language(shown.committee.name, languages), address=maker.mail_from
            ),
            languages=(language,),
            stamp=changed or meeting.created_at,
            agenda=agenda,
        )
        entry = meeting_entry(meeting, frame)
        items = item_entries(meeting, json.loads(agenda), frame) if agenda else []
        content = calendar(
            [entry, *items],
            method=Method.PUBLISH,
            prodid=PRODID,
            name=entry.summary,
            refresh_interval=REFRESH,
            source=f"{maker.url}/v1/public/meetings/{meeting.handle}/calendar.ics",
        )
        yield Page(meeting.id, content, language, language, place)
