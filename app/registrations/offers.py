"""Seats that are offered: accepting one in time, and what the clock does about the others."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.database import Database, is_unavailable
from app.events import record
from app.meetings.lifecycle import OVER
from app.meetings.queries import lock_meeting
from app.meetings.tables import Meeting
from app.registrations import seat_queries, seating
from app.registrations.events import RegistrationOfferAccepted, RegistrationOfferExpired
from app.registrations.facts import about
from app.registrations.lifecycle import REGISTRATION, RegistrationStatus, RegistrationVerb
from app.registrations.policy import has_ended
from app.registrations.problems import OfferEnded, RegistrationClosed
from app.registrations.tables import Registration

PAUSE = 5.0
"""Seconds between two looks; an offer is over at its end, whoever looks when."""

log = structlog.get_logger()


async def accept(session: AsyncSession, meeting: Meeting, registration: Registration) -> None:
    """Take the seat that is held; the counters have it already. The rows are locked.

    Raises `OfferEnded` at its end, also before anybody has come by to give the seat to another.
    """
    if meeting.status in OVER:
        raise RegistrationClosed(f"The meeting is {meeting.status.value}.")
    now, ends_at = clock.now(), registration.offer_ends_at
    if has_ended(ends_at, now):
        raise OfferEnded(f"The seat was held until {ends_at:%Y-%m-%dT%H:%M:%SZ}.")
    seating.confirm(registration, RegistrationVerb.ACCEPT_OFFER, now)
    record(session, RegistrationOfferAccepted(**about(meeting, registration)))
    await session.flush()


async def look(database: Database) -> bool:
    """Let every offer whose time has passed expire, once; never more at once."""
    async with database.transaction() as session:
        meetings = await seat_queries.meetings_with_ended_offers(session, clock.now())
    for meeting_id in meetings:
        try:
            async with database.transaction() as session:
                await expire(session, await lock_meeting(session, meeting_id))
        except Exception as error:
            if is_unavailable(error):
                raise
            log.exception("an offer could not expire")  # the other meetings' offers still do
    return False


async def expire(session: AsyncSession, meeting: Meeting) -> None:
    """End the meeting's offers that have ended by now, and offer the seats to the next ones.

    The meeting is locked: of two at once the second finds nothing to do.
    """
    ended = await seat_queries.lock_offered(session, meeting.id, until=clock.now())
    for registration, invitation in ended:
        registration.status = REGISTRATION.move(registration.status, RegistrationVerb.EXPIRE)
        seating.count(meeting, invitation, -1)
        record(session, RegistrationOfferExpired(**about(meeting, registration)))
    await session.flush()
    if ended:
        await seating.promote(session, meeting)


async def take_back(session: AsyncSession, meeting: Meeting) -> None:
    """A meeting that is over offers no seats: whoever had not accepted one waits, for good."""
    for registration, invitation in await seat_queries.lock_offered(session, meeting.id):
        assert registration.status is RegistrationStatus.OFFERED, "only such ones are looked for"
        await seating.unseat(session, meeting, invitation, registration)
