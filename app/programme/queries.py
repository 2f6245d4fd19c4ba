"""Every select about papers."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.lifecycle import ItemAccess
from app.agenda.tables import AgendaItem, AgendaVersion
from app.briefings.lifecycle import COMING, BriefingStatus
from app.briefings.tables import Briefing
from app.documents.conditions import known_to, of_document, opened_to
from app.documents.lifecycle import DocumentAccess, DocumentStatus, RevisionKind
from app.documents.ordering import BY_SYMBOL
from app.documents.policy import Reader, in_force
from app.documents.tables import Document, DocumentRevision, DocumentVersion
from app.events.tables import LogEntry
from app.meetings.events import MeetingRescheduled
from app.meetings.tables import Meeting
from app.panels.lifecycle import GONE
from app.panels.tables import Panel, Panellist
from app.programme.records import Listed

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


class _Revision(NamedTuple):
    kind: RevisionKind
    number: int


async def documents_by_item(
    session: AsyncSession, meeting_id: UUID, reader: Reader
) -> Mapping[str, Sequence[Listed]]:
    """The published documents that somebody may know of, by symbol; a panel's are its item's.

    A version goes on showing what was restricted after it was issued, but no document of it.
    """
    place: Any = func.coalesce(col(Document.item_id), col(Panel.item_id))
    statement = (
        select(place, col(Document.id), col(Document.symbol), col(Document.title))
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
    statement = statement.where(place.is_not(None)).order_by(BY_SYMBOL, col(Document.id))
    rows = (await session.execute(statement)).all()
    languages = await _languages(session, [row[1] for row in rows], reader)
    found: dict[str, list[Listed]] = defaultdict(list)
    for item_id, document_id, symbol, title in rows:
        there_is = tuple(languages.get(document_id, ()))
        found[str(item_id)].append(Listed(document_id, symbol, title, there_is))
    return found


async def _languages(
    session: AsyncSession, documents: Collection[UUID], reader: Reader
) -> Mapping[UUID, Sequence[str]]:
    """In which the last whole revision of each document was published."""
    if not documents:
        return {}
    version, revision = DocumentVersion, DocumentRevision
    columns: list[Any] = [
        *(version.document_id, revision.kind, revision.number, version.language),
    ]
    statement = (
        select(*columns)
        .join(revision, col(revision.id) == col(version.revision_id))
        .join(Document, of_document())
        .where(col(version.document_id).in_(documents), opened_to(reader))
        .order_by(col(version.language))
    )
    there: dict[UUID, dict[_Revision, list[str]]] = defaultdict(lambda: defaultdict(list))
    for document_id, kind, number, language in (await session.execute(statement)).all():
        there[document_id][_Revision(kind, number)].append(language)
    return {document_id: found[in_force(found)[0]] for document_id, found in there.items()}


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
