"""Calendar files for panellists and briefers: what goes to them by mail, without any link."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import Request, Response

from app.briefings import links
from app.briefings.link_access import LinkHeader, held_by
from app.calendar.entries import PRODID
from app.calendar.files import DOCUMENTED, CalendarFile
from app.calendar.writer import MeetingEntry, Method, calendar
from app.core.openapi import raises
from app.core.routes import Session, router_for
from app.feeds import speaker_queries as queries
from app.feeds.speaker_entries import entries_of_briefing, entries_of_place
from app.identity.problems import LinkSpent, LinkUnknown
from app.meetings.tables import Meeting
from app.panels.own_access import OwnPlaceDep

router = router_for()


@router.get(
    "/panellists/{x}/calendar.ics",
    operation_id="getOwnPlaceCalendar",
    tags=["panels"],
    response_class=CalendarFile,
    responses=DOCUMENTED,
)
async def get_own_place_calendar(
    session: Session, place: OwnPlaceDep, request: Request
) -> Response:
    """Read the calendar entries of your place: your slot, and the rehearsal of the panel.

    They are those that you got by mail. There are none before you have confirmed, and no slot
    where you are registered for the whole meeting.
    """
    row = await queries.find_place(session, place.person.id)
    return _file(entries_of_place(row, request.app.state.settings.mail_from), row.meeting)


@router.get(
    "/briefing-links/calendar.ics",
    operation_id="getBriefingCalendar",
    tags=["briefings"],
    openapi_extra={"x-public": True},
    response_class=CalendarFile,
    responses=DOCUMENTED | raises(LinkUnknown, LinkSpent),
)
async def get_briefing_calendar(
    session: Session,
    request: Request,
    link: LinkHeader,
) -> Response:
    """Read the calendar entry of the briefing that the link of your mail is about.

    There is none before who is named has confirmed, nor where they are registered for the whole
    meeting.
    """
    held = await held_by(session, request, link, links.open_link)
    row = await queries.find_briefing(session, held.briefing.id)
    found = [] if row is None else entries_of_briefing(row, request.app.state.settings.mail_from)
    return _file(found, held.meeting)


def _file(entries: Sequence[MeetingEntry], meeting: Meeting) -> Response:
    """What is published has no attendees (RFC 5546 section 3.2.1)."""
    published = [replace(each, attendee=None) for each in entries]
    body = calendar(published, method=Method.PUBLISH, prodid=PRODID)
    headers = {
        "Content-Disposition": f'attachment; filename="{meeting.handle}.ics"',
        "Cache-Control": "private, no-store",
    }
    return CalendarFile(body, headers=headers)
