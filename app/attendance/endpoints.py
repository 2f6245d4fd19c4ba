"""HTTP for presence: checking in and out, by entity, quorum."""

from typing import Annotated, Any

from fastapi import Query, Request, Response, status
from sqlmodel import col

from app.attendance import figures, joining, policy, queries, service
from app.attendance.access import IntervalToStrike, PresenceDep
from app.attendance.lifecycle import RecordOutcome
from app.attendance.problems import (
    MeetingOver,
    NotUnderWay,
    RegistrationNotConfirmed,
    TooEarly,
)
from app.attendance.schemas import (
    AttendanceOut,
    AttendanceSort,
    AttendingEntity,
    AttendingPerson,
    CheckInRequest,
    EntityPresenceOut,
    EntranceOut,
    JoinedMeeting,
    PresenceRequest,
    PresenceResult,
    PresenceRow,
    QuorumOut,
)
from app.attendance.tables import Attendance
from app.committees.lifecycle import Standing
from app.core.imports import DryRun
from app.core.openapi import raises
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.routes import Session, router_for
from app.entities.tables import Entity
from app.identity.problems import LinkSpent, LinkUnknown
from app.meetings.access import OrganizedMeeting
from app.meetings.problems import MeetingClosed
from app.meetings.tables import Meeting

router = router_for("attendance")
BASE = "/meetings/{m}/attendance"


@router.get(BASE, operation_id="listAttendance")
async def list_attendance(
    session: Session,
    view: PresenceDep,
    paging: Paging,
    sort: AttendanceSort = AttendanceSort.JOINED_AT,
    entity: Annotated[
        str | None, Query(min_length=1, max_length=80, description="Id or handle.")
    ] = None,
    in_room: Annotated[
        bool | None, Query(description="Only those who are there now, or who have left.")
    ] = None,
) -> Page[AttendanceOut]:
    """List who was present and when: everybody, or for focal points their own delegation."""
    statement = queries.list_attendance(
        view.meeting, entities=view.entities, entity=entity, in_room=in_room
    )
    order = ordering(sort, {"joined_at": col(Attendance.joined_at)}, col(Attendance.id))
    return await fetch_page(
        session, paging, statement, order, lambda row: _shown(row, view.meeting)
    )


@router.post(
    f"{BASE}/check-ins",
    operation_id="checkPeopleIn",
    responses=raises(NotUnderWay, MeetingClosed),
)
async def check_people_in(
    session: Session, view: OrganizedMeeting, body: PresenceRequest, *, dry_run: DryRun = False
) -> PresenceResult:
    """Check people in, with a result for each; who is there already stays so.

    After the adjournment, and until the meeting is closed, those who were there and were forgotten
    are recorded as present at the adjournment.
    """
    rows = await service.check_in(session, view.meeting, body.registration_ids, dry_run=dry_run)
    return _result(rows, dry_run=dry_run)


@router.post(
    f"{BASE}/check-outs",
    operation_id="checkPeopleOut",
    responses=raises(NotUnderWay, MeetingClosed),
)
async def check_people_out(
    session: Session, view: OrganizedMeeting, body: PresenceRequest, *, dry_run: DryRun = False
) -> PresenceResult:
    """Check people out, with a result for each; coming back begins a new interval."""
    rows = await service.check_out(session, view.meeting, body.registration_ids, dry_run=dry_run)
    return _result(rows, dry_run=dry_run)


@router.get(f"{BASE}/by-entity", operation_id="listAttendanceByEntity")
async def list_by_entity(
    session: Session, view: PresenceDep, paging: Paging
) -> Page[EntityPresenceOut]:
    """List the entities that belong, were asked or came, by abbreviation, and who was there."""
    statement = queries.list_presences(view.meeting, view.entities)
    order = [(col(Entity.abbreviation), False), (col(Entity.id), False)]
    return await fetch_page(
        session,
        paging,
        statement,
        order,
        lambda row: entity_presence(row[0], queries.presence_of(row, view.meeting)),
    )


@router.get(f"{BASE}/quorum", operation_id="getQuorum")
async def get_quorum(session: Session, view: PresenceDep) -> QuorumOut:
    """Read whether a majority of the member entities came, and is there now."""
    presences = [presence for _, presence in await figures.presences(session, view.meeting)]
    quorum = policy.figures(presences).quorum
    now = sum(each.standing is Standing.MEMBER and each.in_room > 0 for each in presences)
    return QuorumOut(
        members=quorum.members,
        needed=quorum.needed,
        present=quorum.present,
        reached=quorum.reached,
        present_now=now,
        reached_now=now >= quorum.needed,
    )


@router.delete(
    f"{BASE}/{{attendance_id}}",
    operation_id="strikeAttendance",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(MeetingClosed),
)
async def strike_attendance(session: Session, found: IntervalToStrike) -> None:
    """Strike an interval that was recorded by mistake; the log keeps that it was."""
    await service.strike(session, found.meeting, found.interval, found.registration)


@router.post(
    "/check-ins",
    operation_id="checkIn",
    openapi_extra={"x-public": True},
    responses=raises(LinkUnknown, LinkSpent, TooEarly, MeetingOver, RegistrationNotConfirmed),
)
async def check_in(
    session: Session, request: Request, response: Response, body: CheckInRequest
) -> EntranceOut:
    """Check in with the personal link from your mail and learn where to go.

    From 60 minutes before the start the room is shown; from the opening on you count as present.
    Doing it again changes nothing.
    """
    limiter = request.app.state.limiter
    limiter.check_guesses(request)
    try:
        entrance = await joining.join_by_link(session, request.app.state.secret, body.token)
    except LinkUnknown:
        limiter.count_guess(request)
        raise
    response.headers["Cache-Control"] = "no-store"
    return _entrance(entrance)


def entity_presence(entity: Entity, presence: policy.Presence) -> EntityPresenceOut:
    return EntityPresenceOut(
        entity=AttendingEntity.of(entity),
        standing=presence.standing,
        invitation=presence.invitation,
        attendance=policy.entity_attendance(presence),
        registered=presence.registered,
        present=presence.present,
        representatives=presence.representatives,
        in_room=presence.in_room,
    )


def _shown(row: Any, meeting: Meeting) -> AttendanceOut:
    interval, registration, person, entity = row[:4]
    return AttendanceOut(
        id=interval.id,
        registration_id=registration.id,
        entity=AttendingEntity.of(entity),
        person=AttendingPerson.of(person),
        role=registration.role,
        joined_at=interval.joined_at,
        left_at=policy.end_of(interval.left_at, meeting.adjourned_at),
        source=interval.source,
    )


def _result(rows: list[service.RowRecord], *, dry_run: bool) -> PresenceResult:
    counts = {outcome: sum(row.outcome is outcome for row in rows) for outcome in RecordOutcome}
    return PresenceResult(
        dry_run=dry_run,
        rows=[PresenceRow.of(row) for row in rows],
        **{outcome.value: count for outcome, count in counts.items()},
    )


def _entrance(entrance: joining.Entrance) -> EntranceOut:
    room = entrance.room
    return EntranceOut(
        meeting=JoinedMeeting.of(entrance.meeting),
        name=entrance.person.name,
        label=room.label if room else None,
        join_address=room.join_address if room else None,
        passcode=room.passcode if room else None,
        dial_in=room.dial_in if room else None,
        checked_in_at=entrance.checked_in_at,
    )
