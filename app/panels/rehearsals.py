"""When the people of a panel try everything out: the verbs; the meeting's row is locked."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.events import record
from app.meetings.tables import Meeting
from app.panels.events import RehearsalChanged, RehearsalRemoved
from app.panels.service import about
from app.panels.tables import Panel, Rehearsal


async def keep_rehearsal(
    session: AsyncSession,
    meeting: Meeting,
    panel: Panel,
    known: Rehearsal | None,
    members: dict[str, Any],
) -> Rehearsal:
    """Set it; the same again changes nothing."""
    rehearsal = known or Rehearsal(panel_id=panel.id, **members)
    changed = [
        name for name, value in members.items() if not known or getattr(known, name) != value
    ]
    for name, value in members.items():
        setattr(rehearsal, name, value)
    if changed:
        panel.rehearsal_sequence += 1
        session.add(rehearsal)
        record(session, RehearsalChanged(members=sorted(changed), **about(meeting, panel.id)))
        await session.flush()
    return rehearsal


async def remove_rehearsal(
    session: AsyncSession, meeting: Meeting, panel: Panel, rehearsal: Rehearsal
) -> None:
    panel.rehearsal_sequence += 1
    times: dict[str, Any] = {"starts_at": rehearsal.starts_at, "ends_at": rehearsal.ends_at}
    record(session, RehearsalRemoved(**(times | about(meeting, panel.id))))
    await session.delete(rehearsal)
    await session.flush()
