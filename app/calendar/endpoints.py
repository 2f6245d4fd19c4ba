"""Calendar files over HTTP; the entries of people go by mail, with their personal links."""

from datetime import timedelta
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.calendar.entries import PRODID, Frame, meeting_entry, registered_entry
from app.calendar.files import DOCUMENTED, CalendarFile
from app.calendar.queries import issued_agenda, last_change
from app.calendar.writer import MeetingEntry, Method, Organizer, calendar
from app.committees.tables import Committee
from app.core.fields import accepted_languages, in_language
from app.core.routes import Session, router_for
from app.meetings.access import MeetingDep
from app.meetings.tables import Meeting
from app.registrations.access import RegistrationRow

router = router_for()
REFRESH = timedelta(hours=4)


@router.get(
    "/meetings/{m}/calendar.ics",
    operation_id="getCalendar",
    tags=["meetings"],
    response_class=CalendarFile,
    responses=DOCUMENTED,
)
async def get_calendar(session: Session, view: MeetingDep, request: Request) -> Response:
    """Read the calendar entry of a meeting."""
    frame = await _frame(session, request, view.meeting)
    return _file(view.meeting, meeting_entry(view.meeting, frame), request)


@router.get(
    "/meetings/{m}/registrations/{registration_id}/calendar.ics",
    operation_id="getRegistrationCalendar",
    tags=["registrations"],
    response_class=CalendarFile,
    responses=DOCUMENTED,
)
async def get_registration_calendar(
    session: Session, view: MeetingDep, row: RegistrationRow, request: Request
) -> Response:
    """Read the calendar entry of a registered person, without the personal link to join."""
    registration = row[0]
    frame = await _frame(session, request, view.meeting, registration.id)
    entry = registered_entry(view.meeting, registration, frame)
    return _file(view.meeting, entry, request)


async def _frame(
    session: AsyncSession, request: Request, meeting: Meeting, *subjects: UUID
) -> Frame:
    committee = await session.get_one(Committee, meeting.committee_id)
    languages = accepted_languages(request.headers.get("accept-language")) or meeting.languages
    return Frame(
        organizer=Organizer(
            name=in_language(committee.name, languages),
            address=request.app.state.settings.mail_from,
        ),
        languages=tuple(languages),
        stamp=await last_change(session, meeting.id, *subjects) or meeting.created_at,
        agenda=await issued_agenda(session, meeting.id),
    )


def _file(meeting: Meeting, entry: MeetingEntry, request: Request) -> Response:
    body = calendar(
        [entry],
        method=Method.PUBLISH,
        prodid=PRODID,
        name=entry.summary,
        refresh_interval=REFRESH,
        source=f"{request.app.state.settings.url}{request.url.path}",
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{meeting.handle}.ics"',
        "Vary": "Accept-Language",
    }
    return CalendarFile(body, headers=headers)
