"""What people are counted by is written down when the meeting is over."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.events import react_to
from app.meetings.events import MeetingAdjourned
from app.meetings.tables import Meeting
from app.statistics import service


@react_to(MeetingAdjourned)
async def settle(session: AsyncSession, event: MeetingAdjourned) -> None:
    """What the directory says later changes no figure of a meeting that was held."""
    await service.settle(session, await session.get_one(Meeting, event.subject_id))
