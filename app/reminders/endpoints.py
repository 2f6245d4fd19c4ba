"""HTTP for reminders: their steps, what became of them, and reminding by hand."""

from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.access import CommitteeToOrganize
from app.committees.tables import Committee
from app.core import clock
from app.core.imports import DryRun
from app.core.openapi import raises, takes_if_match, tells
from app.core.preconditions import accept_match
from app.core.problems import NotFound
from app.core.routes import Session, router_for
from app.core.zones import to_local
from app.meetings.access import MeetingView, ObservedMeeting, OrganizedMeeting
from app.meetings.problems import MeetingClosed
from app.reminders import queries, running, service
from app.reminders.access import ObservedCommittee
from app.reminders.lifecycle import Outcome, Source
from app.reminders.policy import Due, Step
from app.reminders.problems import NothingToRemindOf
from app.reminders.schemas import (
    CommitteeStepsWrite,
    MeetingStepsWrite,
    RemindersOut,
    RemindersStep,
    ReminderStep,
    RemindOneRequest,
    RemindRequest,
    RemindResult,
    RemindResults,
    StepsOut,
)
from app.reminders.tables import ReminderRun

router = router_for("reminders")


@router.get("/committees/{c}/reminder-steps", operation_id="getCommitteeReminderSteps")
async def get_committee_steps(session: Session, committee: ObservedCommittee) -> StepsOut:
    """Read the reminder steps for the meetings of a committee; without any nobody is reminded."""
    return await _of_committee(session, committee)


@router.put(
    "/committees/{c}/reminder-steps",
    operation_id="putCommitteeReminderSteps",
    openapi_extra=takes_if_match(),
)
async def put_committee_steps(
    session: Session, committee: CommitteeToOrganize, body: CommitteeStepsWrite, request: Request
) -> StepsOut:
    """Set the reminder steps for the meetings of a committee that have none of their own.

    A step does not run for a time before it came into the list.
    """
    accept_match(request, await _of_committee(session, committee))
    await service.plan_for_committee(session, committee.id, [each.as_step() for each in body.steps])
    return await _of_committee(session, committee)


@router.get("/meetings/{m}/reminder-steps", operation_id="getMeetingReminderSteps")
async def get_meeting_steps(session: Session, view: ObservedMeeting) -> StepsOut:
    """Read the reminder steps that count for a meeting, and whether they are its own."""
    return await _of_meeting(session, view)


@router.put(
    "/meetings/{m}/reminder-steps",
    operation_id="putMeetingReminderSteps",
    openapi_extra=takes_if_match(),
    responses=raises(MeetingClosed),
)
async def put_meeting_steps(
    session: Session, view: OrganizedMeeting, body: MeetingStepsWrite, request: Request
) -> StepsOut:
    """Set a meeting's own reminder steps, in the place of its committee's, or none of its own."""
    accept_match(request, await _of_meeting(session, view))
    steps = None if body.steps is None else [each.as_step() for each in body.steps]
    await service.plan_for_meeting(session, view.meeting, steps)
    return await _of_meeting(session, view)


@router.get("/meetings/{m}/reminders", operation_id="getReminders")
async def get_reminders(session: Session, view: ObservedMeeting) -> RemindersOut:
    """Read when each reminder of a meeting is due, what became of it, and whom it would tell."""
    planned = await queries.find_planned(session, view.meeting.id)
    due = await running.timed(session, planned)
    runs = (await queries.list_runs(session, [view.meeting.id]))[view.meeting.id]
    told = await queries.told_by(session, runs.values())
    crowd = await queries.would_tell(session, view.meeting.id, view.committees, clock.now())
    zone = view.meeting.timezone
    return RemindersOut(
        source=planned.source,
        steps=[
            _shown(step, each, running.run_of(each, runs), told, crowd, zone)
            for step, each in zip(planned.steps, due, strict=True)
        ],
    )


@router.post(
    "/meetings/{m}/invitations/remind",
    operation_id="remindInvitations",
    openapi_extra=tells(),
    responses=raises(NothingToRemindOf),
)
async def remind_invitations(
    session: Session, view: OrganizedMeeting, body: RemindRequest, *, dry_run: DryRun = False
) -> RemindResults:
    """Remind of invitations that are not answered: one mail to each focal point."""
    wanted = None if body.all_unanswered else body.invitations
    found = await service.remind(
        session, view.meeting, wanted, body.to, body.note, force=body.force, dry_run=dry_run
    )
    return RemindResults(
        dry_run=dry_run,
        reminded=sum(outcome is Outcome.REMINDED for _, outcome, _ in found),
        results=[_result(*each) for each in found],
    )


@router.post(
    "/meetings/{m}/invitations/{invitation_id}/remind",
    operation_id="remindInvitation",
    openapi_extra=tells(),
    responses=raises(NothingToRemindOf),
)
async def remind_invitation(
    session: Session,
    view: OrganizedMeeting,
    invitation_id: UUID,
    body: RemindOneRequest | None = None,
) -> RemindResult:
    """Remind of one invitation; the outcome says why nobody was reminded, where that is so."""
    body = body or RemindOneRequest()
    (found,) = await service.remind(
        session,
        view.meeting,
        [invitation_id],
        body.to,
        body.note,
        force=body.force,
        dry_run=False,
    )
    if found[1] is Outcome.UNKNOWN:
        raise NotFound
    return _result(*found)


async def _of_committee(session: AsyncSession, committee: Committee) -> StepsOut:
    plan = await queries.find_plan(session, committee_id=committee.id)
    steps = [Step.read(kept) for kept in plan.steps] if plan else []
    return _steps(Source.COMMITTEE if plan else Source.NONE, steps)


async def _of_meeting(session: AsyncSession, view: MeetingView) -> StepsOut:
    planned = await queries.find_planned(session, view.meeting.id)
    return _steps(planned.source, planned.steps)


def _steps(source: Source, steps: list[Step]) -> StepsOut:
    return StepsOut(source=source, steps=[ReminderStep.of_step(step) for step in steps])


def _shown(
    step: Step,
    due: Due | None,
    run: ReminderRun | None,
    told: dict[UUID, int],
    crowd: dict[Any, int],
    zone: str,
) -> RemindersStep:
    due_at = run.due_at if run else due.due_at if due else None
    return RemindersStep(
        **ReminderStep.of_step(step).model_dump(),
        due_at=due_at,
        due_local=to_local(due_at, zone).replace(microsecond=0) if due_at else None,
        ran_at=run.created_at if run else None,
        outcome=run.outcome if run else None,
        reason=run.reason if run else None,
        told=told.get(run.event_id, 0) if run else 0,
        would_tell=crowd[step.about, step.to],
    )


def _result(invitation_id: UUID, outcome: Outcome, reminded_at: Any) -> RemindResult:
    return RemindResult(invitation_id=invitation_id, outcome=outcome, reminded_at=reminded_at)
