"""Presenting credentials, and looking at them: the verbs; the invitation's row is locked."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.problems import MoveForbidden, NotFound
from app.credentials import queries
from app.credentials.events import (
    CredentialsChecked,
    CredentialsEvent,
    CredentialsPresented,
    CredentialsReturned,
)
from app.credentials.lifecycle import CREDENTIALS, CredentialsStatus, CredentialsVerb
from app.credentials.tables import Credentials
from app.events import Actor, record
from app.files import service as files
from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation
from app.meetings.service import check_changeable
from app.meetings.tables import Meeting


async def present(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    file_id: UUID | None,
    reference: str | None,
) -> Credentials:
    """Take the place of what was presented before, also of what was checked.

    Raises `MeetingClosed`, and `MoveForbidden` where the entity is no longer invited.
    """
    check_changeable(meeting)
    if invitation.status is InvitationStatus.WITHDRAWN:
        state = invitation.status.value
        raise MoveForbidden("The invitation is withdrawn.", state=state, allowed=[])
    if file_id is not None:
        await files.handed_in(session, meeting.id, invitation.entity_id, file_id, "/file_id")
    actor: Actor = session.info["actor"]
    assert actor.id is not None, "somebody presents them"
    kept = await queries.find_credentials(session, invitation.id)
    kept = kept or Credentials(
        invitation_id=invitation.id, presented_by=actor.kind, presenter_id=actor.id
    )
    kept.status = CREDENTIALS.move(kept.status, CredentialsVerb.PRESENT)
    kept.file_id, kept.reference = file_id, reference
    kept.presented_at, kept.presented_by, kept.presenter_id = clock.now(), actor.kind, actor.id
    kept.looked_at = kept.looked_at_by = kept.reason = None
    session.add(kept)
    record(session, CredentialsPresented(file_id=file_id, **_about(meeting, invitation, kept)))
    await session.flush()
    return kept


async def check(
    session: AsyncSession, meeting: Meeting, invitation: Invitation, account_id: UUID
) -> None:
    """An organizer has found them in order."""
    kept = await _move(session, meeting, invitation, CredentialsVerb.CHECK, account_id)
    kept.reason = None
    await _tell(session, CredentialsChecked(**_about(meeting, invitation, kept)))


async def give_back(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    account_id: UUID,
    reason: str,
) -> None:
    """An organizer has found something wrong; also with what was checked off too early."""
    kept = await _move(session, meeting, invitation, CredentialsVerb.RETURN, account_id)
    kept.reason = reason
    event = CredentialsReturned(reason=reason, **_about(meeting, invitation, kept))
    await _tell(session, event)


async def _move(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    verb: CredentialsVerb,
    account_id: UUID,
) -> Credentials:
    check_changeable(meeting)
    kept = await queries.find_credentials(session, invitation.id)
    if kept is None:
        raise NotFound("No credentials were presented yet.")
    kept.status = CredentialsStatus(CREDENTIALS.move(kept.status, verb))
    kept.looked_at, kept.looked_at_by = clock.now(), account_id
    return kept


async def _tell(session: AsyncSession, event: CredentialsEvent) -> None:
    record(session, event)
    await session.flush()


def _about(meeting: Meeting, invitation: Invitation, kept: Credentials) -> dict[str, Any]:
    return {
        "subject_id": kept.id,
        "meeting_id": meeting.id,
        "committee_id": meeting.committee_id,
        "entity_id": invitation.entity_id,
        "invitation_id": invitation.id,
    }
