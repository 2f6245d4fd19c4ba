"""HTTP for credentials."""

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.openapi import raises, takes_if_match, tells
from app.core.preconditions import accept_match
from app.core.problems import MoveForbidden, NotFound
from app.core.routes import Session, router_for
from app.credentials import queries, service
from app.credentials.schemas import (
    CredentialsFile,
    CredentialsOut,
    CredentialsReturnRequest,
    CredentialsWrite,
    moves,
)
from app.files.problems import NoSuchFile
from app.invitations.access import (
    InvitationOfOwn,
    InvitationOfOwnToChange,
    InvitationView,
    OrganizedInvitation,
)
from app.meetings.access import MeetingDep
from app.meetings.lifecycle import UNCHANGEABLE
from app.meetings.problems import MeetingClosed

router = router_for("invitations")
BASE = "/meetings/{m}/invitations/{invitation_id}/credentials"


@router.get(BASE, operation_id="getCredentials")
async def get_credentials(session: Session, found: InvitationOfOwn) -> CredentialsOut:
    """Read the credentials of a delegation: for organizers and the entity itself; 404 while none
    were presented.
    """
    return await _shown(session, found)


@router.put(
    BASE,
    operation_id="presentCredentials",
    responses=raises(MeetingClosed, MoveForbidden, NoSuchFile),
    openapi_extra=takes_if_match(),
)
async def present_credentials(
    session: Session, found: InvitationOfOwnToChange, body: CredentialsWrite, request: Request
) -> CredentialsOut:
    """Present a letter or note verbale; what was presented before gives way, checked or not."""
    await _accept_match(session, found, request)
    await service.present(session, found.meeting, found.invitation, body.file_id, body.reference)
    return await _shown(session, found)


@router.post(
    f"{BASE}/check",
    operation_id="checkCredentials",
    responses=raises(MeetingClosed, MoveForbidden),
    openapi_extra=takes_if_match(),
)
async def check_credentials(
    session: Session, view: MeetingDep, found: OrganizedInvitation, request: Request
) -> CredentialsOut:
    """Check credentials off: with `If-Match` those that you have read, and no later ones."""
    await _accept_match(session, found, request)
    await service.check(session, found.meeting, found.invitation, view.account_id)
    return await _shown(session, found)


@router.post(
    f"{BASE}/return",
    operation_id="returnCredentials",
    responses=raises(MeetingClosed, MoveForbidden),
    openapi_extra=tells(takes_if_match()),
)
async def return_credentials(
    session: Session,
    view: MeetingDep,
    found: OrganizedInvitation,
    body: CredentialsReturnRequest,
    request: Request,
) -> CredentialsOut:
    """Return credentials with a reason, which the focal points are told; also those that were
    checked off too early.
    """
    await _accept_match(session, found, request)
    await service.give_back(session, found.meeting, found.invitation, view.account_id, body.reason)
    return await _shown(session, found)


async def _accept_match(session: AsyncSession, found: InvitationView, request: Request) -> None:
    """The tag is that of what was read; of the first presentation there is none yet."""
    if await queries.find_credentials(session, found.invitation.id) is not None:
        accept_match(request, await _shown(session, found))


async def _shown(session: AsyncSession, found: InvitationView) -> CredentialsOut:
    row = await queries.find_row(session, found.invitation.id)
    if row is None:
        raise NotFound
    kept, stored, presenter, looker = row
    closed = found.meeting.status in UNCHANGEABLE
    return CredentialsOut(
        status=kept.status,
        file=CredentialsFile.of(stored) if stored else None,
        reference=kept.reference,
        presented_at=kept.presented_at,
        presented_by=presenter if found.organizes else None,
        looked_at=kept.looked_at,
        looked_at_by=looker if found.organizes else None,
        reason=kept.reason,
        allowed=[] if closed else moves(kept.status, organizes=found.organizes),
    )
