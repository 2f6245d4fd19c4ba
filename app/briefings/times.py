"""When a briefing is on, by the working agenda."""

from datetime import datetime
from uuid import UUID

from app.agenda.tree import WorkingAgenda


def slot_of(agenda: WorkingAgenda, item_id: UUID) -> tuple[datetime, datetime] | None:
    """None for an item that takes no time."""
    for timed in agenda.timetable.items:
        if timed.id == item_id and timed.starts_at < timed.ends_at:
            return timed.starts_at, timed.ends_at
    return None
