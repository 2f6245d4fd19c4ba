"""When panels are on: kept on their rows, so that it is known when that changes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from app.agenda.saving import load_agenda
from app.agenda.tree import WorkingAgenda
from app.core.many import update_many
from app.events import record_each
from app.meetings.tables import Meeting
from app.panels import queries
from app.panels.events import PanelRetimed
from app.panels.tables import Panel

Slot = tuple[datetime, datetime]


async def retime(
    session: AsyncSession,
    meeting: Meeting,
    *,
    moved: bool = False,
    changed: Collection[UUID] = (),
    agenda: WorkingAgenda | None = None,
) -> None:
    """Keep the slots as the working agenda has them now, and record which are others; all of them
    where the meeting moved, and those of the `changed` items.
    """
    panels = await queries.panels_of(session, meeting.id)
    if not panels:
        return
    slots = slots_of(agenda or await load_agenda(session, meeting))
    others = [
        panel
        for panel in panels
        if moved or panel.item_id in changed or slots.get(panel.item_id) != kept_slot(panel)
    ]
    await session.flush()
    for panel in others:
        _keep(panel, slots.get(panel.item_id))
    await update_many(session, Panel, [_row(panel) for panel in others])
    await record_each(session, [_retimed(meeting, panel) for panel in others])


def slots_of(agenda: WorkingAgenda) -> Mapping[UUID, Slot]:
    """By item; those that take no time have none."""
    return {
        timed.id: (timed.starts_at, timed.ends_at)
        for timed in agenda.timetable.items
        if timed.starts_at < timed.ends_at
    }


def kept_slot(panel: Panel) -> Slot | None:
    if panel.slot_starts_at is None or panel.slot_ends_at is None:
        return None
    return panel.slot_starts_at, panel.slot_ends_at


def _keep(panel: Panel, slot: Slot | None) -> None:
    """As `keep_slot` does, for one of many that are written together."""
    starts_at, ends_at = slot or (None, None)
    set_committed_value(panel, "slot_starts_at", starts_at)
    set_committed_value(panel, "slot_ends_at", ends_at)
    set_committed_value(panel, "calendar_sequence", panel.calendar_sequence + 1)


def _row(panel: Panel) -> dict[str, Any]:
    return {name: getattr(panel, name) for name in _KEPT}


_KEPT = ("id", "slot_starts_at", "slot_ends_at", "calendar_sequence")


def keep_slot(panel: Panel, slot: Slot | None) -> None:
    panel.slot_starts_at, panel.slot_ends_at = slot or (None, None)


def _retimed(meeting: Meeting, panel: Panel) -> Any:
    return PanelRetimed(
        subject_id=panel.id,
        meeting_id=meeting.id,
        committee_id=meeting.committee_id,
        starts_at=panel.slot_starts_at,
        ends_at=panel.slot_ends_at,
        calendar_sequence=panel.calendar_sequence,
    )
