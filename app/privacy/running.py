"""What the worker does about personal data that has reached its end.

Each batch is a transaction of its own and finds only what is left, so a worker that is killed goes
on where it was, two workers do nothing twice, and a legal hold that is placed stops the next batch.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.database import Database, is_unavailable
from app.events import record
from app.meetings.queries import lock_meeting
from app.meetings.service import about
from app.meetings.tables import Meeting
from app.privacy import erasing, queries, service
from app.privacy.events import MeetingAnonymized, MeetingDataErased
from app.registrations import ending
from app.statistics import service as statistics

PAUSE = 600.0
"""Seconds between two looks."""
ROWS = 500
"""That are erased in one transaction."""
PEOPLE = 20
FORGOTTEN = 1000
FIRST = UUID(int=0)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Terms:
    """How long what is kept, where nobody said otherwise."""

    retention_days: int
    unmatched_days: int
    answers_hours: int


async def look(database: Database, terms: Terms) -> bool:
    """Erase what has reached its end; never more at once."""
    now = clock.now()
    async with database.transaction() as session:
        ended = await queries.list_ended(session, now, terms.retention_days)
    await end_answers(database)
    for meeting_id in ended:
        try:
            await erase_meeting(database, meeting_id, terms)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.exception("personal data was not erased", meeting=str(meeting_id))
    done: UUID | None = FIRST
    while done is not None:
        done = await anonymize_some(database, done)
    while await forget_some(database, terms):
        pass
    return False


async def end_answers(database: Database) -> None:
    """Let go of answers and needs that are kept for less than the rest of a meeting's data."""
    async with database.transaction() as session:
        due = await ending.list_due(session, clock.now())
    for meeting_id in due:
        while await _end_some(database, meeting_id):
            pass


async def erase_meeting(database: Database, meeting_id: UUID, terms: Terms) -> None:
    """Batch after batch, each as things are then."""
    while await _erase_batch(database, meeting_id, terms):
        pass


async def anonymize_some(database: Database, after: UUID = FIRST) -> UUID | None:
    """Anonymize the next people whom no meeting needs any more; the last of them, if there were
    any.
    """
    async with database.transaction() as session:
        people = await queries.lock_released(session, after, PEOPLE)
        for person_id in people:
            await service.anonymize_released(session, person_id)
    return people[-1] if people else None


async def forget_some(database: Database, terms: Terms) -> bool:
    """Delete some stored answers and unmatched mails that are too old; False without any."""
    now = clock.now()
    async with database.transaction() as session:
        answers = await queries.forget_answers(
            session, now - timedelta(hours=terms.answers_hours), FORGOTTEN
        )
        mails = await queries.forget_unmatched(
            session, now - timedelta(days=terms.unmatched_days), FORGOTTEN
        )
    if mails:
        log.info("unmatched mails deleted", count=mails)
    return max(answers, mails) == FORGOTTEN


async def _end_some(database: Database, meeting_id: UUID) -> bool:
    """Nothing of a meeting, or about a person, that is held."""
    async with database.transaction() as session:
        meeting = await lock_meeting(session, meeting_id)
        if await queries.find_hold(session, meeting_id=meeting_id) is not None:
            return False
        spared = await queries.list_held_registrations(session, meeting_id)
        ended = await ending.end_some(session, meeting, clock.now(), rows=ROWS, spared=spared)
    return bool(ended)


async def _erase_batch(database: Database, meeting_id: UUID, terms: Terms) -> bool:
    async with database.transaction() as session:
        await lock_meeting(session, meeting_id)  # whoever places a hold waits, or is waited for
        if meeting_id not in await queries.list_ended(session, clock.now(), terms.retention_days):
            return False
        meeting = await session.get_one(Meeting, meeting_id)
        held = await queries.list_held_people(session)
        spared = await queries.find_subject(session, held, lone=False)
        erased = await erasing.erase_some_of_meeting(session, meeting_id, ROWS, spared)
        if erased:
            record(session, MeetingDataErased(erased=erased, **about(meeting)))
        else:
            await _finish(session, meeting)
    return bool(erased)


async def _finish(session: AsyncSession, meeting: Meeting) -> None:
    await statistics.settle(session, meeting)
    meeting.anonymized_at = clock.now()
    record(session, MeetingAnonymized(**about(meeting)))
    log.info("personal data erased", meeting=meeting.handle)
