"""Replacing a registered person by another, who keeps the seat and the place in the list."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.ids import new_id
from app.events import announce, record
from app.identity import service as identity
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations import queries
from app.registrations.events import (
    FreezeOverridden,
    RegistrationSubstituted,
    SubstituteFollowed,
)
from app.registrations.facts import about
from app.registrations.lifecycle import (
    REGISTRATION,
    RegistrationRole,
    RegistrationStatus,
    RegistrationVerb,
)
from app.registrations.policy import keeps_seat
from app.registrations.problems import (
    AlreadyPresent,
    AlreadyRegistered,
    RegistrationClosed,
    SeatMustStay,
)
from app.registrations.service import EVENT_OF
from app.registrations.tables import Registration


async def substitute(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    person_id: UUID,
    role: RegistrationRole | None,
    *,
    follow: Sequence[str] = (),
    override: str | None = None,
) -> Registration:
    """Let another person of the entity take over; no counter changes and nobody is promoted.

    Meeting, invitation and registration are locked. That the person is registered already, or a
    head named, the unique indexes say.
    """
    if meeting.status in OVER:
        raise RegistrationClosed(f"The meeting is {meeting.status.value}.")
    was = registration.status
    becomes = REGISTRATION.move(was, RegistrationVerb.SUBSTITUTE)
    if await queries.was_present(session, registration.id):
        raise AlreadyPresent("This person was checked in and cannot be replaced any more.")
    if registration.person_id == person_id:
        raise AlreadyRegistered("This is the person who is registered.")
    role = role or registration.role
    if not keeps_seat(registration.role, role):
        raise SeatMustStay(f"From {registration.role.value} to {role.value} a seat comes or goes.")
    now = clock.now()
    successor = _successor(registration, person_id, role, now)
    registration.status, registration.successor_id = becomes, successor.id
    registration.substituted_at = now
    registration.calendar_sequence += 1
    await identity.revoke_links(session, registration.id)
    if override is not None:
        about_it = about(meeting, registration)
        record(session, FreezeOverridden(reason=override, **about_it))
    _tell(session, meeting, registration, was, successor)
    await session.flush()  # the place must be free before the successor's row is written
    session.add(successor)
    await session.flush()
    if follow:
        await announce(session, _following(meeting, successor, registration, follow))
    return successor


def _following(
    meeting: Meeting, successor: Registration, registration: Registration, follow: Sequence[str]
) -> SubstituteFollowed:
    """What else goes over; the domains to the right do it in the same transaction."""
    return SubstituteFollowed(
        predecessor_id=registration.id,
        was_person_id=registration.person_id,
        follow=list(follow),
        **about(meeting, successor),
    )


def _successor(
    registration: Registration, person_id: UUID, role: RegistrationRole, now: datetime
) -> Registration:
    return Registration(
        id=new_id(),
        created_at=now,
        meeting_id=registration.meeting_id,
        invitation_id=registration.invitation_id,
        entity_id=registration.entity_id,
        person_id=person_id,
        role=role,
        status=registration.status,
        takes_seat=registration.takes_seat,
        queue_number=registration.queue_number,
        line_number=registration.line_number,
        confirmed_at=now if registration.status is RegistrationStatus.CONFIRMED else None,
        predecessor_id=registration.id,
        pending_since=registration.pending_since,
        pending_because=registration.pending_because,
    )


def _tell(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    was: RegistrationStatus,
    successor: Registration,
) -> None:
    record(
        session,
        RegistrationSubstituted(was=was, successor_id=successor.id, **about(meeting, registration)),
    )
    fact, more = EVENT_OF[was], {}
    if was is RegistrationStatus.PENDING:
        more["because"] = list(registration.pending_because or ())
    record(session, fact(predecessor_id=registration.id, **more, **about(meeting, successor)))
