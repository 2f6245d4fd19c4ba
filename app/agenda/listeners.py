"""What the sittings do when their meeting moves."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.sitting_service import move_along
from app.events import Event, react_to
from app.meetings.events import MeetingChanged, MeetingRescheduled
from app.meetings.queries import lock_meeting


@react_to(MeetingRescheduled)
async def follow_reschedule(session: AsyncSession, event: MeetingRescheduled) -> None:
    await _follow(session, event, event.changes)


@react_to(MeetingChanged)
async def follow_change(session: AsyncSession, event: MeetingChanged) -> None:
    await _follow(session, event, event.changes)


async def _follow(session: AsyncSession, event: Event, changes: dict[str, Any]) -> None:
    moved = changes.get("local_start")
    if moved is not None:
        meeting = await lock_meeting(session, event.subject_id)
        await move_along(session, meeting, _wall(moved["before"]), _wall(moved["after"]))


def _wall(value: Any) -> datetime:
    """A draft's changes are told as JSON, a move's are not."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
