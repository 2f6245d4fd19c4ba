"""When briefings are on: kept on their rows, as mails tell it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.events import AgendaChanged, SittingsChanged
from app.agenda.saving import load_agenda, saved_agenda
from app.agenda.tree import WorkingAgenda
from app.briefings import queries
from app.events import react_to
from app.meetings.events import MeetingChanged, MeetingRescheduled
from app.meetings.tables import Meeting


@react_to(AgendaChanged)
async def follow_the_agenda(session: AsyncSession, event: AgendaChanged) -> None:
    await retime(session, event.subject_id)


@react_to(SittingsChanged)
async def follow_the_sittings(session: AsyncSession, event: SittingsChanged) -> None:
    await retime(session, event.subject_id)


@react_to(MeetingRescheduled)
async def follow_the_meeting(session: AsyncSession, event: MeetingRescheduled) -> None:
    await retime(session, event.subject_id)


@react_to(MeetingChanged)
async def follow_its_start(session: AsyncSession, event: MeetingChanged) -> None:
    if event.changes.keys() & {"local_start", "timezone", "start_offset", "starts_at"}:
        await retime(session, event.subject_id)


async def retime(session: AsyncSession, meeting_id: UUID) -> None:
    """Keep the slots as the working agenda has them now."""
    briefings = await queries.lock_all(session, meeting_id)
    if not briefings:
        return
    agenda = saved_agenda(session, meeting_id)
    if agenda is None:
        agenda = await load_agenda(session, await session.get_one(Meeting, meeting_id))
    for briefing in briefings:
        found = slot_of(agenda, briefing.item_id) or (None, None)
        briefing.slot_starts_at, briefing.slot_ends_at = found
    await session.flush()


def slot_of(agenda: WorkingAgenda, item_id: UUID) -> tuple[datetime, datetime] | None:
    """None for an item that takes no time."""
    for timed in agenda.timetable.items:
        if timed.id == item_id and timed.starts_at < timed.ends_at:
            return timed.starts_at, timed.ends_at
    return None
