"""HTTP for late registration as an exception that an organizer grants."""

from typing import Any
from uuid import UUID

from fastapi import Response, status
from sqlmodel import col

from app.core import clock
from app.core.openapi import raises, tells
from app.core.pages import Page, Paging, fetch_page
from app.core.problems import NotFound
from app.core.routes import Session, router_for
from app.invitations.access import InvitationOfOwn, OrganizedInvitation
from app.meetings.access import MeetingDep
from app.registrations import exceptions, rule_queries
from app.registrations.approval_schemas import ExceptionCreate, ExceptionOut
from app.registrations.problems import ExceptionOver, NotInvited, RegistrationClosed
from app.registrations.schemas import DecidedBy
from app.registrations.tables import RegistrationException

router = router_for("registrations")
BASE = "/meetings/{m}/invitations/{invitation_id}/exceptions"


@router.get(BASE, operation_id="listExceptions")
async def list_exceptions(
    session: Session, found: InvitationOfOwn, paging: Paging
) -> Page[ExceptionOut]:
    """List the exceptions that let an entity register people late: for it and for organizers."""
    statement = rule_queries.list_exceptions(found.invitation.id)
    order = [(col(RegistrationException.id), False)]
    return await fetch_page(
        session, paging, statement, order, lambda row: _shown(row, organizes=found.organizes)
    )


@router.post(
    BASE,
    operation_id="grantException",
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotInvited, RegistrationClosed),
    openapi_extra=tells(),
)
async def grant_exception(
    session: Session,
    view: MeetingDep,
    found: OrganizedInvitation,
    body: ExceptionCreate,
    response: Response,
) -> ExceptionOut:
    """Let an entity register so many people after the deadline, until a moment; its focal points
    are told.
    """
    made = await exceptions.grant(
        session,
        found.meeting,
        found.invitation,
        body.persons,
        body.until,
        body.reason,
        view.account_id,
    )
    base = BASE.format(m=found.meeting.id, invitation_id=found.invitation.id)
    response.headers["Location"] = f"/v1{base}"
    return _shown((made, view.caller.name), organizes=True)


@router.post(
    f"{BASE}/{{exception_id}}/revoke",
    operation_id="revokeException",
    responses=raises(ExceptionOver),
    openapi_extra=tells(),
)
async def revoke_exception(
    session: Session, view: MeetingDep, found: OrganizedInvitation, exception_id: UUID
) -> ExceptionOut:
    """Revoke an exception: nobody comes under it any more, and who has come stays; the focal
    points are told, where there were places left.
    """
    exception = await rule_queries.find_exception(session, found.invitation.id, exception_id)
    if exception is None:
        raise NotFound
    await exceptions.revoke(session, found.meeting, found.invitation, exception, view.account_id)
    granter = await rule_queries.name_of_account(session, exception.granted_by)
    return _shown((exception, granter), organizes=True)


def _shown(row: Any, *, organizes: bool) -> ExceptionOut:
    exception, granter = row[:2]
    over = exception.revoked_at is not None or exception.until <= clock.now()
    return ExceptionOut(
        id=exception.id,
        persons=exception.persons,
        used=exception.used,
        left=0 if over else exception.persons - exception.used,
        until=exception.until,
        reason=exception.reason,
        granted_by=DecidedBy(id=exception.granted_by, name=granter) if organizes else None,
        created_at=exception.created_at,
        revoked_at=exception.revoked_at,
    )
