"""Tells organizers at once who does not come to a panel or a briefing.

That somebody comes is for their digest. Whoever recorded the fact themselves knows of it.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.ids import new_id
from app.events.tables import LogEntry
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.many import store
from app.mail.organizers import list_organizers
from app.meetings.tables import Meeting

_BY_THEMSELVES = "panellist"
Listener = Callable[[AsyncSession, LogEntry, str], Awaitable[None]]


async def follow(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Plan what organizers hear of the fact, if anything."""
    if (listener := LISTENERS.get(entry.name)) is not None:
        await listener(session, entry, domain)


async def _panellist_declined(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    data = {"panellist_id": str(entry.subject_id), "was": entry.data["before"]}
    await _plan(session, entry, MessageKind.PANELLIST_DECLINED, domain, data)


async def _panellist_withdrawn(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Those whom an organizer takes off a panel, or replaces, have not answered anything."""
    if entry.actor_kind == _BY_THEMSELVES:
        await _panellist_declined(session, entry, domain)


async def _briefing_declined(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    data = {"was": entry.data["before"]}
    kind = MessageKind.BRIEFING_DECLINED
    await _plan(session, entry, kind, domain, data, briefing_id=entry.subject_id)


async def _plan(
    session: AsyncSession,
    entry: LogEntry,
    kind: MessageKind,
    domain: str,
    data: Mapping[str, Any],
    briefing_id: UUID | None = None,
) -> None:
    meeting = await session.get(Meeting, entry.meeting_id)
    if meeting is None:
        return
    now, rows = clock.now(), []
    for account_id, email in await list_organizers(session, meeting.committee_id):
        if account_id == entry.actor_id:
            continue
        message_id = new_id()
        rows.append(
            {
                "id": message_id,
                "created_at": now,
                "event_id": entry.id,
                "kind": kind,
                "meeting_id": meeting.id,
                "briefing_id": briefing_id,
                "account_id": account_id,
                "recipient": email,
                "language": meeting.languages[0],
                "message_id": f"<{message_id}@{domain}>",
                "state": MessageState.PLANNED,
                "data": dict(data),
                "due_at": now,
                "attempts": 0,
            }
        )
    await store(session, rows)


LISTENERS: Mapping[str, Listener] = {
    "panellist.declined": _panellist_declined,
    "panellist.withdrawn": _panellist_withdrawn,
    "briefing.declined": _briefing_declined,
}
