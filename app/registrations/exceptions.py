"""Late registration as an exception: an organizer lets an entity register so many, so long."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.problems import Invalid
from app.events import record
from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations import rule_queries
from app.registrations.events import ExceptionGranted, ExceptionRevoked, ExceptionUsed
from app.registrations.problems import ExceptionOver, NotInvited, RegistrationClosed
from app.registrations.tables import RegistrationException


async def grant(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    persons: int,
    until: datetime,
    reason: str,
    account_id: UUID,
) -> RegistrationException:
    """Meeting and invitation are locked."""
    if meeting.status in OVER:
        raise RegistrationClosed(f"The meeting is {meeting.status.value}.")
    if invitation.status is InvitationStatus.WITHDRAWN:
        raise NotInvited("The invitation is withdrawn.")
    if until <= clock.now():
        raise Invalid.at("/until", "Must lie ahead.")
    granted = RegistrationException(
        invitation_id=invitation.id,
        persons=persons,
        until=until,
        reason=reason,
        granted_by=account_id,
    )
    session.add(granted)
    about = _about(meeting, invitation, granted)
    record(session, ExceptionGranted(persons=persons, until=until, reason=reason, **about))
    await session.flush()
    return granted


async def use(
    session: AsyncSession, meeting: Meeting, invitation: Invitation, now: datetime
) -> RegistrationException | None:
    """Take one place of an exception that still has one; None where there is none.

    The locks of meeting and invitation are what makes the count exact.
    """
    found = await rule_queries.first_live_exception(session, invitation.id, now)
    if found is not None:
        found.used += 1
        about = _about(meeting, invitation, found)
        record(session, ExceptionUsed(used=found.used, **about))
        await session.flush()
    return found


async def revoke(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    exception: RegistrationException,
    account_id: UUID,
) -> None:
    """Who came under it stays; raises `ExceptionOver` where it lets nobody in any more."""
    if exception.revoked_at is not None:
        raise ExceptionOver("It is revoked already.")
    exception.revoked_at, exception.revoked_by = clock.now(), account_id
    about = _about(meeting, invitation, exception)
    record(session, ExceptionRevoked(used=exception.used, **about))
    await session.flush()


def _about(
    meeting: Meeting, invitation: Invitation, exception: RegistrationException
) -> dict[str, UUID]:
    return {
        "subject_id": exception.id,
        "meeting_id": meeting.id,
        "committee_id": meeting.committee_id,
        "entity_id": invitation.entity_id,
        "invitation_id": invitation.id,
    }
