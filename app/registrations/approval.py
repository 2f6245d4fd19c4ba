"""Deciding about registrations that need it: approve, reject, and the way back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.ids import new_id
from app.entities import queries as entities
from app.entities.problems import PersonLeft
from app.events import record
from app.invitations.lifecycle import LIVE as LIVE_INVITATIONS
from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations import admission, rule_queries, service
from app.registrations.admission import Admission
from app.registrations.events import (
    RegistrationApproved,
    RegistrationPending,
    RegistrationRejected,
)
from app.registrations.facts import about
from app.registrations.lifecycle import (
    LEFT,
    REGISTRATION,
    ApprovalDecision,
    RegistrationRole,
    RegistrationStatus,
    RegistrationVerb,
)
from app.registrations.policy import seat_decision, takes_seat
from app.registrations.problems import AlreadyDecided, NotInvited, RegistrationClosed
from app.registrations.seating import count, seats_of
from app.registrations.tables import Registration


async def register_pending(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    person_id: UUID,
    role: RegistrationRole,
    admitted: Admission,
) -> Registration:
    """Give the person a place in the order of arrival, and no seat; it accepts the invitation.

    Meeting and invitation are locked.
    """
    now = clock.now()
    made = Registration(
        id=new_id(),
        created_at=now,
        meeting_id=meeting.id,
        invitation_id=invitation.id,
        entity_id=invitation.entity_id,
        person_id=person_id,
        role=role,
        status=RegistrationStatus.PENDING,
        takes_seat=takes_seat(role),
        queue_number=await rule_queries.next_in_line(session),
        pending_since=now,
        pending_because=[reason.value for reason in admitted.because],
        exception_id=admitted.exception.id if admitted.exception else None,
    )
    session.add(made)
    _tell_pending(session, meeting, made)
    if invitation.status is not InvitationStatus.ACCEPTED:
        record(session, service.acceptance(meeting, invitation))
        invitation.status, invitation.answered_at = InvitationStatus.ACCEPTED, now
    await session.flush()
    return made


async def approve(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    registration: Registration,
    account_id: UUID,
    reason: str | None = None,
) -> None:
    """A seat if one is free, by the usual decision, else a place in the waiting list.

    Whoever waits is promoted as soon as a seat is free, so this passes nobody over.
    """
    now = clock.now()
    _check(meeting, registration)
    becomes = seat_decision(registration.role, seats_of(meeting, invitation))
    seated = becomes is RegistrationStatus.CONFIRMED
    verb = RegistrationVerb.APPROVE if seated else RegistrationVerb.APPROVE_TO_WAIT
    registration.status = REGISTRATION.move(registration.status, verb)
    if seated:
        registration.confirmed_at = now
        count(meeting, invitation, int(registration.takes_seat))
    _decided(registration, ApprovalDecision.APPROVED, now, account_id, reason)
    facts = about(meeting, registration)
    record(session, RegistrationApproved(**facts))
    record(session, service.EVENT_OF[registration.status](**facts))
    await session.flush()


async def reject(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    account_id: UUID,
    reason: str,
) -> None:
    """The person and the focal points are told why."""
    _check(meeting, registration)
    registration.status = REGISTRATION.move(registration.status, RegistrationVerb.REJECT)
    _decided(registration, ApprovalDecision.REJECTED, clock.now(), account_id, reason)
    record(session, RegistrationRejected(note=reason, **about(meeting, registration)))
    await session.flush()


async def reconsider(
    session: AsyncSession, meeting: Meeting, invitation: Invitation, registration: Registration
) -> None:
    """Look at a rejected one again, in its old place in the order of arrival.

    That the person is registered again meanwhile, or a head named, the unique indexes say. Raises
    `PersonLeft` where nothing says any more who it was.
    """
    _check_running(meeting)
    if invitation.status not in LIVE_INVITATIONS:
        raise NotInvited(f"The invitation is {invitation.status.value}.")
    becomes = REGISTRATION.move(registration.status, RegistrationVerb.RECONSIDER)
    person = await entities.hold_person(session, registration.entity_id, registration.person_id)
    if person is None or person.anonymized_at is not None:
        raise PersonLeft("The person was anonymized: nobody is left who could come.")
    await admission.check_role(session, meeting, invitation, registration.role)
    registration.status, registration.pending_since = becomes, clock.now()
    registration.decision = registration.decided_at = registration.decided_by = None
    registration.decision_reason = None
    _tell_pending(session, meeting, registration, reconsidered=True)
    await session.flush()


def _check(meeting: Meeting, registration: Registration) -> None:
    """Of two who decide at once the second learns that it is done."""
    _check_running(meeting)
    state = registration.status
    if state is RegistrationStatus.PENDING or registration.decided_at is None:
        return
    if state in LEFT and registration.decision is ApprovalDecision.APPROVED:
        return
    assert registration.decision is not None, "who has decided said what"
    when = clock.written(registration.decided_at)
    raise AlreadyDecided(
        f"It was {registration.decision.value} at {when}.",
        state=state.value,
        allowed=REGISTRATION.allowed(state),
    )


def _check_running(meeting: Meeting) -> None:
    if meeting.status in OVER:
        raise RegistrationClosed(f"The meeting is {meeting.status.value}.")


def _decided(
    registration: Registration,
    decision: ApprovalDecision,
    now: datetime,
    account_id: UUID,
    reason: str | None,
) -> None:
    registration.decision, registration.decided_at = decision, now
    registration.decided_by, registration.decision_reason = account_id, reason


def _tell_pending(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    *,
    reconsidered: bool = False,
) -> None:
    event = RegistrationPending(
        because=list(registration.pending_because or ()),
        reconsidered=reconsidered,
        **about(meeting, registration),
    )
    record(session, event)
