"""HTTP for meetings, what they lack, and their conference rooms."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response, status
from sqlmodel import col

from app.core import clock
from app.core.fields import InstantField
from app.core.openapi import needs_if_match, raises, tells
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import changes, merged
from app.core.preconditions import require_match
from app.core.problems import (
    AlreadyExists,
    MoveForbidden,
    NotFound,
    PreconditionFailed,
    StillInUse,
)
from app.core.routes import Session, router_for
from app.entities.service import check_known
from app.identity.access import AccountCaller, CallerDep
from app.meetings import counting, queries, readiness, service
from app.meetings.access import (
    MeetingDep,
    MeetingSecrets,
    MeetingView,
    ObservedMeeting,
    OrganizedMeeting,
    committee_to_meet,
    view_of,
)
from app.meetings.calendars import COUNTED_FROM, with_deadline
from app.meetings.lifecycle import MEETING, MeetingFormat, MeetingStatus, MeetingVerb
from app.meetings.problems import (
    CapacityBelowTaken,
    MeetingClosed,
    PlanDoesNotFit,
    TimesAnnounced,
)
from app.meetings.queries import MeetingFilter
from app.meetings.schemas import (
    MeetingCreate,
    MeetingOut,
    MeetingPatch,
    MeetingSort,
    MeetingWrite,
    MissingOut,
    ReadinessOut,
    RoomOut,
    RoomWrite,
)
from app.meetings.tables import Meeting
from app.meetings.telling import TellingDep

router = router_for("meetings")
SORTS = {"starts_at": col(Meeting.starts_at), "handle": col(Meeting.handle)}


async def meeting_filter(
    committee: Annotated[
        str | None, Query(min_length=1, max_length=80, description="Handle or id.")
    ] = None,
    status: Annotated[MeetingStatus | None, Query(description="Only those in this state.")] = None,
    format: Annotated[MeetingFormat | None, Query(description="Only those held so.")] = None,  # noqa: A002  # the parameter's name
    starts_after: Annotated[
        InstantField | None, Query(description="Only those that start after this instant.")
    ] = None,
    starts_before: Annotated[
        InstantField | None, Query(description="Only those that start before this instant.")
    ] = None,
    series: Annotated[UUID | None, Query(description="Only those of this series.")] = None,
) -> MeetingFilter:
    return MeetingFilter(committee, status, format, starts_after, starts_before, series)


FilterDep = Annotated[MeetingFilter, Depends(meeting_filter)]


@router.get("/meetings", operation_id="listMeetings")
async def list_meetings(
    session: Session,
    caller: CallerDep,
    paging: Paging,
    wanted: FilterDep,
    sort: MeetingSort = MeetingSort.STARTS_AT,
) -> Page[MeetingOut]:
    """List meetings: those that you may know of."""
    order = ordering(sort, SORTS, col(Meeting.id))
    statement = queries.list_meetings(caller, wanted)
    return await fetch_page(
        session, paging, statement, order, lambda row: shown(view_of(caller, row[0], row[1]))
    )


@router.post(
    "/meetings",
    operation_id="createMeeting",
    status_code=status.HTTP_201_CREATED,
    responses=raises(AlreadyExists),
)
async def create_meeting(
    session: Session, caller: AccountCaller, body: MeetingCreate, response: Response
) -> MeetingOut:
    """Create a meeting as a draft, which only organizers and observers see."""
    committee = await committee_to_meet(session, caller, body.committee)
    await check_known(session, body.protocol_order or (), "/protocol_order")
    wanted = MeetingWrite.of_create(body, committee).model_dump()
    members, _ = service.settled(await with_deadline(session, committee.id, wanted))
    meeting = await service.create_meeting(session, committee, body.number, body.handle, members)
    response.headers["Location"] = f"/v1/meetings/{meeting.id}"
    return MeetingOut.of_meeting(meeting, committee, organizes=True)


@router.get("/meetings/{m}", operation_id="getMeeting")
async def get_meeting(view: MeetingDep) -> MeetingOut:
    """Read a meeting."""
    return shown(view)


@router.patch(
    "/meetings/{m}",
    operation_id="changeMeeting",
    openapi_extra=tells(needs_if_match()),
    responses=raises(MeetingClosed, TimesAnnounced, CapacityBelowTaken, PlanDoesNotFit),
)
async def change_meeting(
    session: Session,
    view: OrganizedMeeting,
    body: MeetingPatch,
    request: Request,
    told: TellingDep,
) -> MeetingOut:
    """Change a meeting by JSON merge patch; its times only while it is a draft.

    A capacity below the seats taken is refused, unless `move_to_waiting` says who leaves.
    """
    require_match(request, shown(view))
    before = MeetingWrite.of_meeting(view.meeting)
    sent = body.model_fields_set
    present = before.without_stale_offsets(sent).without_replaced_deadline(sent)
    after = merged(MeetingWrite, present, body)
    await check_known(session, body.protocol_order or (), "/protocol_order")
    wanted = after.model_dump()
    if sent & COUNTED_FROM:
        wanted = await with_deadline(session, view.meeting.committee_id, wanted)
    members, times = service.settled(wanted)
    closes_at = members["registration_closes_at"]
    changed = changes(before, after.with_offsets(times).closing_at(closes_at))
    await service.make_room(session, view.meeting, members["capacity"], body.move_to_waiting)
    await service.change_meeting(session, view.meeting, members, changed, told)
    return shown(view)


@router.delete(
    "/meetings/{m}",
    operation_id="deleteMeeting",
    status_code=status.HTTP_204_NO_CONTENT,
    openapi_extra=needs_if_match(),
    responses=raises(MoveForbidden, StillInUse),
)
async def delete_meeting(session: Session, view: OrganizedMeeting, request: Request) -> None:
    """Delete a draft that nobody is invited to; announced meetings are cancelled instead."""
    require_match(request, shown(view))
    await service.delete_meeting(session, view.meeting)


@router.get("/meetings/{m}/readiness", operation_id="getMeetingReadiness")
async def get_readiness(session: Session, view: ObservedMeeting) -> ReadinessOut:
    """Read what a meeting lacks, each thing with the call that provides it."""
    plan = await queries.find_plan(session, view.meeting)
    if view.organizes:
        plan = replace(plan, conflicts=await counting.conflicts_of(session, view.meeting))
    found = readiness.missing(plan, clock.now())
    allowed = [] if readiness.blocking(found) else MEETING.allowed(view.meeting.status)
    return ReadinessOut(
        ready_to_schedule=MeetingVerb.SCHEDULE in allowed,
        ready_to_open=MeetingVerb.OPEN in allowed,
        missing=[MissingOut.of(each) for each in found],
    )


@router.get("/meetings/{m}/room", operation_id="getConferenceRoom")
async def get_room(session: Session, view: MeetingSecrets, response: Response) -> RoomOut:
    """Read the conference room: secrets, for organizers; the registered have their own links."""
    room = await queries.find_room(session, view.meeting.id)
    if room is None:
        raise NotFound("The meeting has no conference room yet.")
    response.headers["Cache-Control"] = "private, no-store"
    return RoomOut.of(room)


@router.put(
    "/meetings/{m}/room",
    operation_id="putConferenceRoom",
    openapi_extra=tells(needs_if_match(to_create=False)),
    responses={
        **raises(MeetingClosed),
        status.HTTP_201_CREATED: {"model": RoomOut, "description": "The room was not there."},
    },
)
async def put_room(
    session: Session,
    view: OrganizedMeeting,
    body: RoomWrite,
    request: Request,
    response: Response,
    told: TellingDep,
) -> RoomOut:
    """Set the conference room; replacing one needs If-Match, the first one nothing."""
    room = await queries.find_room(session, view.meeting.id)
    if room is None:
        if "if-match" in request.headers:
            raise PreconditionFailed("The meeting has no conference room yet.")
        response.status_code = status.HTTP_201_CREATED
    else:
        if request.headers.get("if-none-match") == "*":
            raise PreconditionFailed("The meeting has a conference room already.")
        require_match(request, RoomOut.of(room))
    kept = await service.keep_room(session, view.meeting, room, body.model_dump(), told)
    return RoomOut.of(kept)


@router.delete(
    "/meetings/{m}/room",
    operation_id="deleteConferenceRoom",
    status_code=status.HTTP_204_NO_CONTENT,
    openapi_extra=tells(needs_if_match()),
    responses=raises(MeetingClosed),
)
async def delete_room(
    session: Session, view: OrganizedMeeting, request: Request, told: TellingDep
) -> None:
    """Remove the conference room."""
    room = await queries.find_room(session, view.meeting.id)
    if room is None:
        raise NotFound("The meeting has no conference room yet.")
    require_match(request, RoomOut.of(room))
    await service.remove_room(session, view.meeting, room, told)


def shown(view: MeetingView) -> MeetingOut:
    return MeetingOut.of_meeting(view.meeting, view.committee, organizes=view.organizes)
