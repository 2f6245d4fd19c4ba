"""Many decisions at once: a result for each, in the order of the list."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import NotFound, Problem
from app.core.routes import as_problem
from app.meetings.queries import lock_meeting
from app.registrations import approval, queries, rule_queries, service
from app.registrations.approval_schemas import (
    ApprovalOutcome,
    ApprovalRow,
    ApprovalsResult,
    ApprovalVerb,
    ApprovalWrite,
)
from app.registrations.bulk import Rehearsed


async def decide_many(
    session: AsyncSession,
    meeting_id: UUID,
    account_id: UUID,
    wanted: Sequence[ApprovalWrite],
    *,
    dry_run: bool,
) -> ApprovalsResult:
    """Decide in the order of the list, within the caller's transaction; the meeting is locked.

    A dry run does the same within a savepoint and takes it back.
    """
    await lock_meeting(session, meeting_id)
    ids = [each.registration_id for each in wanted]
    invitations = await rule_queries.invitations_of(session, meeting_id, ids)
    rows: list[ApprovalRow] = []
    try:
        async with session.begin_nested():
            for place, each in enumerate(wanted):
                invitation_id = invitations.get(each.registration_id)
                rows.append(await _row(session, meeting_id, invitation_id, account_id, place, each))
            if dry_run:
                raise Rehearsed
    except Rehearsed:
        pass
    count = {outcome: sum(row.outcome is outcome for row in rows) for outcome in ApprovalOutcome}
    counts = {outcome.value: number for outcome, number in count.items()}
    return ApprovalsResult(dry_run=dry_run, rows=rows, **counts)


async def _row(
    session: AsyncSession,
    meeting_id: UUID,
    invitation_id: UUID | None,
    account_id: UUID,
    place: int,
    wanted: ApprovalWrite,
) -> ApprovalRow:
    try:
        async with session.begin_nested():
            outcome = await _decide(session, meeting_id, invitation_id, account_id, wanted)
    except Problem as problem:
        return _refused(place, wanted, problem)
    except IntegrityError as error:
        reason = as_problem(error)
        if not isinstance(reason, Problem):
            raise
        return _refused(place, wanted, reason)
    return ApprovalRow(row=place, registration_id=wanted.registration_id, outcome=outcome)


async def _decide(
    session: AsyncSession,
    meeting_id: UUID,
    invitation_id: UUID | None,
    account_id: UUID,
    wanted: ApprovalWrite,
) -> ApprovalOutcome:
    if invitation_id is None:
        raise NotFound
    meeting, invitation = await service.lock_seats(session, meeting_id, invitation_id)
    registration = await queries.lock_registration(session, wanted.registration_id)
    assert registration is not None, "registrations are never deleted"
    match wanted.decision:
        case ApprovalVerb.APPROVE:
            await approval.approve(
                session, meeting, invitation, registration, account_id, wanted.reason
            )
        case ApprovalVerb.REJECT:
            assert wanted.reason is not None, "the schema wants one"
            await approval.reject(session, meeting, registration, account_id, wanted.reason)
        case ApprovalVerb.RECONSIDER:
            await approval.reconsider(session, meeting, invitation, registration)
    return ApprovalOutcome(registration.status.value)


def _refused(place: int, wanted: ApprovalWrite, problem: Problem) -> ApprovalRow:
    return ApprovalRow(
        row=place,
        registration_id=wanted.registration_id,
        outcome=ApprovalOutcome.REFUSED,
        problem=problem.slug,
        detail=problem.detail,
    )
