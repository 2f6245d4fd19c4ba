"""Keeping plans of reminders, reminding by hand, and choosing digests: the verbs."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.events import record
from app.invitations.tables import Invitation
from app.meetings.lifecycle import OPEN_TO_REGISTRATION
from app.meetings.service import about, check_changeable
from app.meetings.tables import Meeting
from app.reminders import digests, policy, queries
from app.reminders.events import DigestChosen, ReminderAsked, ReminderStepsChanged
from app.reminders.lifecycle import About, Outcome, To
from app.reminders.policy import Step
from app.reminders.problems import NothingToRemindOf
from app.reminders.tables import ReminderPlan


async def plan_for_committee(
    session: AsyncSession, committee_id: UUID, steps: Sequence[Step]
) -> None:
    """The steps of all its meetings that have none of their own; the committee is locked."""
    plan = await queries.find_plan(session, committee_id=committee_id)
    plan = plan or ReminderPlan(committee_id=committee_id, steps=[])
    kept = _kept(steps, plan)
    if kept == plan.steps and plan in session:
        return
    plan.steps = kept
    session.add(plan)
    ids = {"subject_id": committee_id, "committee_id": committee_id}
    record(session, ReminderStepsChanged(steps=kept, **ids))
    await session.flush()


async def plan_for_meeting(
    session: AsyncSession, meeting: Meeting, steps: Sequence[Step] | None
) -> None:
    """Steps of its own, or with None its committee's again; the meeting is locked."""
    check_changeable(meeting)
    plan = await queries.find_plan(session, meeting_id=meeting.id)
    if steps is None:
        if plan is not None:
            await session.delete(plan)
            record(session, ReminderStepsChanged(steps=None, **about(meeting)))
            await session.flush()
        return
    plan = plan or ReminderPlan(meeting_id=meeting.id, steps=[])
    kept = _kept(steps, plan)
    if kept == plan.steps and plan in session:
        return
    plan.steps = kept
    session.add(plan)
    record(session, ReminderStepsChanged(steps=kept, **about(meeting)))
    await session.flush()


async def remind(
    session: AsyncSession,
    meeting: Meeting,
    wanted: Collection[UUID] | None,
    to: To,
    note: str | None,
    *,
    force: bool,
    dry_run: bool,
) -> list[tuple[UUID, Outcome, datetime | None]]:
    """Remind of invitations by hand; one result each, in the order of their ids.

    `wanted` names them, None stands for all that are not answered. The meeting is locked. Raises
    `NothingToRemindOf`.
    """
    now = clock.now()
    _check_answers_open(meeting, now)
    found = await queries.lock_to_remind(session, meeting.id, wanted)
    results = [
        (each, policy.by_hand(each.status, each.reminded_at, now, force=force)) for each in found
    ]
    chosen = [each for each, outcome in results if outcome is Outcome.REMINDED]
    if not dry_run and chosen:
        await _remind_of(session, meeting, chosen, to, note, now)
    known = {each.id for each in found}
    missing = [each for each in dict.fromkeys(wanted or ()) if each not in known]
    return [
        *((each.id, outcome, each.reminded_at) for each, outcome in results),
        *((invitation_id, Outcome.UNKNOWN, None) for invitation_id in missing),
    ]


async def choose_digest(
    session: AsyncSession, account_id: UUID, committee_id: UUID, *, wanted: bool
) -> None:
    """Send an account the digests of a committee, or none any more."""
    if wanted:
        choice = await digests.find_choice(session, account_id, committee_id)
        if choice is not None:
            await session.delete(choice)
        changed = choice is not None
    else:
        changed = await digests.decline(session, account_id, committee_id)
    if changed:
        ids = {"subject_id": account_id, "committee_id": committee_id}
        record(session, DigestChosen(wanted=wanted, **ids))
        await session.flush()


def _kept(steps: Sequence[Step], plan: ReminderPlan) -> list[dict[str, Any]]:
    before = [Step.read(kept) for kept in plan.steps]
    return [step.kept() for step in policy.fresh(steps, before, clock.now())]


def _check_answers_open(meeting: Meeting, now: datetime) -> None:
    closes_at = meeting.registration_closes_at
    if meeting.status not in OPEN_TO_REGISTRATION:
        state = meeting.status.value
        raise NothingToRemindOf(f"The meeting is {state}: nobody can answer now.", state=state)
    if closes_at is not None and closes_at <= now:
        raise NothingToRemindOf(f"The deadline was {clock.written(closes_at)}.")


async def _remind_of(
    session: AsyncSession,
    meeting: Meeting,
    invitations: Sequence[Invitation],
    to: To,
    note: str | None,
    now: datetime,
) -> None:
    for invitation in invitations:
        invitation.reminded_at = now
    event = ReminderAsked(
        about=About.ANSWER,
        to=to,
        invitations=len(invitations),
        at=now,
        note=note,
        **about(meeting),
    )
    record(session, event)
    await session.flush()
