"""When briefings are on: kept on their rows, so that it is known, and told, when that changes."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.events import AgendaChanged, SittingsChanged
from app.agenda.saving import load_agenda, saved_agenda
from app.briefings import entries, queries
from app.briefings.events import BriefingRetimed
from app.briefings.service import about
from app.briefings.times import slot_of
from app.events import react_to, record
from app.meetings.events import MeetingChanged, MeetingRescheduled
from app.meetings.tables import Meeting

_SHOWN = {"title", "room"}


@react_to(AgendaChanged)
async def follow_the_agenda(session: AsyncSession, event: AgendaChanged) -> None:
    """Other times, and what else calendars show of the items."""
    shown = [UUID(each) for each, members in event.changed.items() if _SHOWN & set(members)]
    await retime(session, event.subject_id, changed=shown)


@react_to(SittingsChanged)
async def follow_the_sittings(session: AsyncSession, event: SittingsChanged) -> None:
    await retime(session, event.subject_id)


@react_to(MeetingRescheduled)
async def follow_the_meeting(session: AsyncSession, event: MeetingRescheduled) -> None:
    """What was postponed may come back at its old time: that is told too."""
    await retime(session, event.subject_id, moved=True)


@react_to(MeetingChanged)
async def follow_its_times(session: AsyncSession, event: MeetingChanged) -> None:
    if event.retimes:
        await retime(session, event.subject_id)


async def retime(
    session: AsyncSession,
    meeting_id: UUID,
    *,
    moved: bool = False,
    changed: Collection[UUID] = (),
) -> None:
    """Keep the slots as the working agenda has them now, and record which are others; all of them
    where the meeting moved, and those of the `changed` items.
    """
    briefings = await queries.lock_all(session, meeting_id)
    if not briefings:
        return
    meeting = await session.get_one(Meeting, meeting_id)
    agenda = saved_agenda(session, meeting_id) or await load_agenda(session, meeting)
    others = []
    for briefing in briefings:
        start, end = slot_of(agenda, briefing.item_id) or (None, None)
        other = (start, end) != (briefing.slot_starts_at, briefing.slot_ends_at)
        if moved or other or briefing.item_id in changed:
            briefing.slot_starts_at, briefing.slot_ends_at = start, end
            others.append(briefing)
    await entries.change(session, [briefing.id for briefing in others])
    for briefing in others:
        start, end = briefing.slot_starts_at, briefing.slot_ends_at
        record(session, BriefingRetimed(starts_at=start, ends_at=end, **about(meeting, briefing)))
    await session.flush()
