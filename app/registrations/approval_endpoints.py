"""HTTP for approval: the queue of organizers, and their decisions."""

from typing import Annotated, Any

from fastapi import Body
from sqlmodel import col

from app.core import clock
from app.core.imports import DryRun
from app.core.openapi import raises
from app.core.pages import Page, Paging, fetch_page
from app.core.problems import MoveForbidden
from app.core.routes import Session, router_for
from app.entities.problems import PersonLeft
from app.invitations.lifecycle import CredentialsState
from app.meetings.access import MeetingSecrets, MeetingView, OrganizedMeeting
from app.registrations import approval, deciding, queries
from app.registrations.access import DecidableRegistration
from app.registrations.approval_schemas import (
    ApprovalsResult,
    ApprovalWrite,
    PendingOut,
    RejectRequest,
    Seating,
)
from app.registrations.endpoints import shown
from app.registrations.policy import seat_decision
from app.registrations.problems import (
    AlreadyDecided,
    AlreadyRegistered,
    HeadAlreadyNamed,
    NotInvited,
    RegistrationClosed,
    RoleFull,
    RoleNotTaken,
)
from app.registrations.schemas import RegistrationOut
from app.registrations.seating import seats_of
from app.registrations.tables import Registration

router = router_for("registrations")
BASE = "/meetings/{m}/registrations"
Decisions = Annotated[list[ApprovalWrite], Body(min_length=1, max_length=500)]


@router.get("/meetings/{m}/approvals", operation_id="listApprovals")
async def list_approvals(
    session: Session, view: MeetingSecrets, paging: Paging
) -> Page[PendingOut]:
    """List the registrations that wait for a decision, first come first, with what it is decided
    by: why it is needed, what a yes would give now, credentials, and for how long they wait.
    """
    statement = queries.list_pending(view.meeting.id)
    order = [(col(Registration.queue_number), False), (col(Registration.id), False)]
    return await fetch_page(session, paging, statement, order, lambda row: _pending(row, view))


@router.post(
    f"{BASE}/decisions",
    operation_id="decideRegistrations",
)
async def decide_registrations(
    session: Session, view: OrganizedMeeting, body: Decisions, *, dry_run: DryRun = False
) -> ApprovalsResult:
    """Decide about many in the order of the list, with a result for each."""
    return await deciding.decide_many(
        session, view.meeting.id, view.account_id, body, dry_run=dry_run
    )


@router.post(
    f"{BASE}/{{registration_id}}/approve",
    operation_id="approveRegistration",
    responses=raises(MoveForbidden, AlreadyDecided, RegistrationClosed),
)
async def approve_registration(
    session: Session, view: MeetingSecrets, found: DecidableRegistration
) -> RegistrationOut:
    """Approve a registration: a seat while one is free, else a place in the waiting list."""
    await approval.approve(
        session, found.meeting, found.invitation, found.registration, view.account_id
    )
    return shown(await queries.find_row(session, view.meeting.id, found.registration.id), view)


@router.post(
    f"{BASE}/{{registration_id}}/reject",
    operation_id="rejectRegistration",
    responses=raises(MoveForbidden, AlreadyDecided, RegistrationClosed),
)
async def reject_registration(
    session: Session, view: MeetingSecrets, found: DecidableRegistration, body: RejectRequest
) -> RegistrationOut:
    """Reject a registration; the person and the focal points are told why."""
    await approval.reject(session, found.meeting, found.registration, view.account_id, body.reason)
    return shown(await queries.find_row(session, view.meeting.id, found.registration.id), view)


@router.post(
    f"{BASE}/{{registration_id}}/reconsider",
    operation_id="reconsiderRegistration",
    responses=raises(
        MoveForbidden,
        AlreadyRegistered,
        HeadAlreadyNamed,
        NotInvited,
        PersonLeft,
        RegistrationClosed,
        RoleFull,
        RoleNotTaken,
    ),
)
async def reconsider_registration(
    session: Session, view: MeetingSecrets, found: DecidableRegistration
) -> RegistrationOut:
    """Look at a rejected registration again, in its old place in the order of arrival."""
    await approval.reconsider(session, found.meeting, found.invitation, found.registration)
    return shown(await queries.find_row(session, view.meeting.id, found.registration.id), view)


def _pending(row: Any, view: MeetingView) -> PendingOut:
    """A row of `queries.list_pending`."""
    registration, invitation, credentials = row[0], row[7], row[8]
    would_be = seat_decision(registration.role, seats_of(view.meeting, invitation))
    waited = clock.now() - registration.pending_since
    return PendingOut(
        registration=shown(row, view),
        would_be=Seating(would_be.value),
        seats_taken=invitation.seats_taken,
        seat_quota=invitation.seat_quota,
        credentials=(
            CredentialsState(credentials or CredentialsState.MISSING)
            if view.meeting.needs_credentials
            else None
        ),
        pending_hours=max(0, int(waited.total_seconds() // 3600)),
    )
