"""Who has the seats: giving them, offering them, taking them back; the counters move here only.

Meeting, invitation and pool are locked, in this order, by whoever calls.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.events import record
from app.identity import service as identity
from app.invitations.tables import Invitation
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations import queries
from app.registrations.events import (
    RegistrationOffered,
    RegistrationPromoted,
    RegistrationUnseated,
)
from app.registrations.facts import about
from app.registrations.lifecycle import (
    REGISTRATION,
    Participation,
    RegistrationStatus,
    RegistrationVerb,
)
from app.registrations.policy import Seats, offer_end
from app.registrations.tables import Registration


def seats_of(meeting: Meeting, invitation: Invitation) -> Seats:
    pool = invitation.pool
    return Seats(
        invitation.seat_quota,
        invitation.seats_taken,
        meeting.capacity,
        meeting.seats_taken,
        pool.seats if pool else None,
        pool.seats_taken if pool else 0,
    )


def count(meeting: Meeting, invitation: Invitation, change: int) -> None:
    """So many more seats are taken, or fewer, of the meeting, the entity and its pool."""
    meeting.seats_taken += change
    invitation.seats_taken += change
    if invitation.pool is not None:
        invitation.pool.seats_taken += change


async def promote(session: AsyncSession, meeting: Meeting) -> list[UUID]:
    """Give or offer every free seat to the first who can take it; the meeting's row is locked.

    The order is that of the meeting's waiting list; whoever's entity or pool has no seat free is
    passed over until it has. An offered seat is taken from this moment on.
    """
    promoted: list[UUID] = []
    if meeting.status in OVER:
        return promoted
    now = clock.now()
    while meeting.capacity is None or meeting.seats_taken < meeting.capacity:
        await session.flush()
        found = await queries.first_promotable(session, meeting.id)
        if found is None:
            break
        registration, invitation = found
        count(meeting, invitation, 1)
        _give(session, meeting, registration, now)
        promoted.append(registration.id)
    await session.flush()
    return promoted


def confirm(registration: Registration, verb: RegistrationVerb, now: datetime) -> None:
    """Let it have its seat, or none; the calendar entry of who had lost one comes back later than
    it went.
    """
    registration.status = REGISTRATION.move(registration.status, verb)
    registration.confirmed_at, registration.offer_ends_at = now, None
    if registration.calendar_sequence:
        registration.calendar_sequence += 1


async def unseat(
    session: AsyncSession, meeting: Meeting, invitation: Invitation, registration: Registration
) -> None:
    """Back to the waiting list, at its old place, without promoting anybody.

    Its links die; its calendar entry is taken back, and answers to that one no longer count.
    """
    was = registration.status
    registration.status = REGISTRATION.move(was, RegistrationVerb.UNSEAT)
    registration.confirmed_at = registration.offer_ends_at = None
    if was is RegistrationStatus.CONFIRMED:
        registration.calendar_sequence += 1
        registration.participation = Participation.NEEDS_ACTION
        registration.replied_sequence = meeting.calendar_sequence + registration.calendar_sequence
        registration.replied_stamp = None
        await identity.revoke_links(session, registration.id)
    count(meeting, invitation, -1)
    record(session, RegistrationUnseated(was=was, **about(meeting, registration)))
    await session.flush()


def _give(
    session: AsyncSession, meeting: Meeting, registration: Registration, now: datetime
) -> None:
    ends_at = offer_end(now, meeting.offer_window, meeting.starts_at)
    if ends_at is None:
        confirm(registration, RegistrationVerb.PROMOTE, now)
        record(session, RegistrationPromoted(**about(meeting, registration)))
        return
    registration.status = REGISTRATION.move(registration.status, RegistrationVerb.OFFER)
    registration.offer_ends_at = ends_at
    record(session, RegistrationOffered(ends_at=ends_at, **about(meeting, registration)))
