"""Every select about papers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.lifecycle import ItemAccess
from app.agenda.tables import AgendaItem, AgendaVersion
from app.briefings.lifecycle import COMING, BriefingStatus
from app.briefings.tables import Briefing
from app.documents.conditions import known_to
from app.documents.lifecycle import DocumentAccess, DocumentStatus
from app.documents.policy import Reader, natural
from app.documents.tables import Document
from app.events.tables import LogEntry
from app.meetings.events import MeetingRescheduled
from app.meetings.tables import Meeting
from app.panels.lifecycle import GONE
from app.panels.tables import Panel, Panellist

MOST_MOVES = 20
"""Of a meeting that a reader is told of."""
_PERSON = ("role", "status", "name", "honorific", "job_title", "affiliation", "minutes")
_PRIVATE = ("email", "timezone")
_OF_PANELS = frozenset({"role", "minutes"})
"""What people have on panels only."""


async def find_issued(
    session: AsyncSession, meeting_id: UUID, number: int | None, *, full: bool
) -> Sequence[bytes]:
    """The version with this number, or the one in force, and the one before it."""
    body: Any = AgendaVersion.full_body if full else AgendaVersion.public_body
    columns: list[Any] = [AgendaVersion.number, body]
    statement = select(*columns).where(col(AgendaVersion.meeting_id) == meeting_id)
    if number is not None:
        statement = statement.where(col(AgendaVersion.number) <= number)
    statement = statement.order_by(col(AgendaVersion.number).desc()).limit(2)
    rows = (await session.execute(statement)).all()
    if number is not None and rows and rows[0][0] != number:
        return []
    return [row[1] for row in rows]


async def earlier_starts(session: AsyncSession, meeting: Meeting) -> tuple[datetime, ...]:
    """When the meeting was to begin before it was moved, the first first."""
    before = col(LogEntry.data)["changes"]["starts_at"]["before"]
    statement = (
        select(before)
        .where(
            col(LogEntry.meeting_id) == meeting.id,
            col(LogEntry.name) == MeetingRescheduled.name,
            col(LogEntry.subject_id) == meeting.id,
        )
        .order_by(col(LogEntry.id))
        .limit(MOST_MOVES)
    )
    found = (await session.execute(statement)).scalars()
    starts = [datetime.fromisoformat(each) for each in found if isinstance(each, str)]
    return tuple(dict.fromkeys(each for each in starts if each != meeting.starts_at))


async def panels_to_show(
    session: AsyncSession, meeting_id: UUID, *, private: bool
) -> Mapping[str, dict[str, Any]]:
    """The panels of the working agenda by item, with everybody who is not gone."""
    names = [*_PERSON, *(_PRIVATE if private else ())]
    columns: list[Any] = [Panel.item_id, Panel.title, *(getattr(Panellist, n) for n in names)]
    statement = (
        select(*columns)
        .outerjoin(
            Panellist,
            (col(Panellist.panel_id) == col(Panel.id)) & col(Panellist.status).not_in(GONE),
        )
        .where(col(Panel.meeting_id) == meeting_id)
        .order_by(col(Panellist.position))
    )
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"panellists": []})
    for item_id, title, *said in (await session.execute(statement)).all():
        panel = found[str(item_id)]
        panel["title"] = title
        person = dict(zip(names, said, strict=True))
        if person["name"] is not None:
            person |= {"role": person["role"].value, "status": person["status"].value}
            panel["panellists"].append(person)
    return found


async def symbols_by_item(
    session: AsyncSession, meeting_id: UUID, reader: Reader
) -> Mapping[str, Sequence[str]]:
    """Of the published documents that somebody may know of; those of a panel are its item's.

    A version goes on showing what was restricted after it was issued, but no document of it.
    """
    place: Any = func.coalesce(col(Document.item_id), col(Panel.item_id))
    statement = (
        select(place, col(Document.symbol))
        .outerjoin(Panel, col(Panel.id) == col(Document.panel_id))
        .where(
            col(Document.meeting_id) == meeting_id,
            col(Document.status) == DocumentStatus.PUBLISHED,
            col(Document.access).in_((DocumentAccess.PUBLIC, DocumentAccess.MEMBERS)),
            known_to(reader),
        )
    )
    if not reader.observes:
        statement = statement.where(place.not_in(_hidden_items(meeting_id)))
    found: dict[str, list[str]] = defaultdict(list)
    for item_id, symbol in (await session.execute(statement)).all():
        found[str(item_id)].append(symbol)
    return {item_id: sorted(symbols, key=natural) for item_id, symbols in found.items()}


def _hidden_items(meeting_id: UUID) -> Any:
    """Those that are restricted by now, and all that lies under them."""
    hidden = (
        select(col(AgendaItem.id))
        .where(
            col(AgendaItem.meeting_id) == meeting_id,
            col(AgendaItem.access) == ItemAccess.RESTRICTED,
        )
        .cte("hidden", recursive=True)
    )
    under = select(col(AgendaItem.id)).where(col(AgendaItem.parent_id) == hidden.c.id)
    return select(hidden.union(under).c.id)


async def briefers_to_show(
    session: AsyncSession, meeting_id: UUID, *, private: bool
) -> Mapping[str, dict[str, Any]]:
    """Who comes to brief, by item, as people of panels are shown."""
    names = [name for name in (*_PERSON, *(_PRIVATE if private else ())) if name not in _OF_PANELS]
    columns: list[Any] = [Briefing.item_id, *(getattr(Briefing, name) for name in names)]
    statement = select(*columns).where(
        col(Briefing.meeting_id) == meeting_id, col(Briefing.status).in_(COMING)
    )
    found: dict[str, dict[str, Any]] = {}
    for item_id, *said in (await session.execute(statement)).all():
        person = dict(zip(names, said, strict=True))
        status = "confirmed" if person["status"] is BriefingStatus.CONFIRMED else "invited"
        found[str(item_id)] = person | {"role": "briefer", "status": status}
    return found
