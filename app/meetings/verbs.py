"""HTTP for the moves of a meeting's life."""

from typing import Final

from fastapi import Request

from app.core.openapi import raises, takes_if_match, tells
from app.core.preconditions import accept_match
from app.core.problems import MoveForbidden
from app.core.routes import Session, router_for
from app.meetings import moves, policy, service
from app.meetings.access import OrganizedMeeting
from app.meetings.endpoints import shown
from app.meetings.lifecycle import MEETING, MeetingVerb
from app.meetings.policy import Times
from app.meetings.problems import NotReady
from app.meetings.schemas import MeetingOut, MoveRequest, RescheduleRequest

_REFUSALS: Final = raises(MoveForbidden)

router = router_for("meetings")


@router.post(
    "/meetings/{m}/schedule",
    operation_id="scheduleMeeting",
    openapi_extra=tells(takes_if_match()),
    responses=raises(MoveForbidden, NotReady),
)
async def schedule_meeting(
    session: Session, view: OrganizedMeeting, request: Request, body: MoveRequest | None = None
) -> MeetingOut:
    """Announce a draft: from here on it stands in calendars and its times move by reschedule."""
    accept_match(request, shown(view))
    await moves.schedule(session, view.meeting, body.note if body else None)
    return shown(view)


@router.post(
    "/meetings/{m}/reschedule",
    operation_id="rescheduleMeeting",
    openapi_extra=tells(takes_if_match()),
    responses=_REFUSALS,
)
async def reschedule_meeting(
    session: Session, view: OrganizedMeeting, request: Request, body: RescheduleRequest
) -> MeetingOut:
    """Give an announced or postponed meeting other times."""
    accept_match(request, shown(view))
    MEETING.move(view.meeting.status, MeetingVerb.RESCHEDULE)
    times = policy.fixed_times(
        body.timezone or view.meeting.timezone,
        body.local_start,
        body.local_end,
        body.start_offset,
        body.end_offset,
    )
    if not isinstance(times, Times):
        raise service.refused(times)
    await moves.reschedule(session, view.meeting, times, body.note)
    return shown(view)


@router.post(
    "/meetings/{m}/postpone",
    operation_id="postponeMeeting",
    openapi_extra=tells(takes_if_match()),
    responses=_REFUSALS,
)
async def postpone_meeting(
    session: Session, view: OrganizedMeeting, request: Request, body: MoveRequest | None = None
) -> MeetingOut:
    """Put a meeting off to times not known yet; reschedule it once they are."""
    return await _move(session, view, request, MeetingVerb.POSTPONE, body)


@router.post(
    "/meetings/{m}/cancel",
    operation_id="cancelMeeting",
    openapi_extra=tells(takes_if_match()),
    responses=_REFUSALS,
)
async def cancel_meeting(
    session: Session, view: OrganizedMeeting, request: Request, body: MoveRequest | None = None
) -> MeetingOut:
    """Cancel a meeting for good."""
    return await _move(session, view, request, MeetingVerb.CANCEL, body)


@router.post(
    "/meetings/{m}/open",
    operation_id="openMeeting",
    openapi_extra=takes_if_match(),
    responses=_REFUSALS,
)
async def open_meeting(
    session: Session, view: OrganizedMeeting, request: Request, body: MoveRequest | None = None
) -> MeetingOut:
    """Open a meeting, at whatever time the chair does."""
    return await _move(session, view, request, MeetingVerb.OPEN, body)


@router.post(
    "/meetings/{m}/suspend",
    operation_id="suspendMeeting",
    openapi_extra=takes_if_match(),
    responses=_REFUSALS,
)
async def suspend_meeting(
    session: Session, view: OrganizedMeeting, request: Request, body: MoveRequest | None = None
) -> MeetingOut:
    """Suspend a meeting that is in session."""
    return await _move(session, view, request, MeetingVerb.SUSPEND, body)


@router.post(
    "/meetings/{m}/resume",
    operation_id="resumeMeeting",
    openapi_extra=takes_if_match(),
    responses=_REFUSALS,
)
async def resume_meeting(
    session: Session, view: OrganizedMeeting, request: Request, body: MoveRequest | None = None
) -> MeetingOut:
    """Resume a suspended meeting."""
    return await _move(session, view, request, MeetingVerb.RESUME, body)


@router.post(
    "/meetings/{m}/adjourn",
    operation_id="adjournMeeting",
    openapi_extra=takes_if_match(),
    responses=_REFUSALS,
)
async def adjourn_meeting(
    session: Session, view: OrganizedMeeting, request: Request, body: MoveRequest | None = None
) -> MeetingOut:
    """Adjourn a meeting: it is over, and its record can be completed."""
    return await _move(session, view, request, MeetingVerb.ADJOURN, body)


@router.post(
    "/meetings/{m}/close",
    operation_id="closeMeeting",
    openapi_extra=takes_if_match(),
    responses=_REFUSALS,
)
async def close_meeting(
    session: Session, view: OrganizedMeeting, request: Request, body: MoveRequest | None = None
) -> MeetingOut:
    """Close the record of an adjourned meeting: nothing of it changes any more."""
    return await _move(session, view, request, MeetingVerb.CLOSE, body)


async def _move(
    session: Session,
    view: OrganizedMeeting,
    request: Request,
    verb: MeetingVerb,
    body: MoveRequest | None,
) -> MeetingOut:
    accept_match(request, shown(view))
    await moves.move(session, view.meeting, verb, body.note if body else None)
    return shown(view)
