"""Papers of briefings: drafts of documents on the item, which organizers publish."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tree import WorkingAgenda
from app.briefings.tables import Briefing
from app.core import clock
from app.documents import queries, service, versions
from app.documents.kinds import Kind, safe_name
from app.documents.lifecycle import DocumentAccess, DocumentKind, DocumentStatus
from app.documents.tables import Document, DocumentRevision, DocumentVersion
from app.documents.versions import Incoming

MOST_FILES: Final = 2000


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that the group hands in, or sends again under the same name."""

    language: str
    name: str
    title: str | None


async def count_papers(session: AsyncSession, items: Collection[UUID]) -> dict[UUID, int]:
    """Documents by item that have bytes and were not withdrawn."""
    columns: list[Any] = [Document.item_id, func.count(func.distinct(col(Document.id)))]
    statement = (
        select(*columns)
        .join(DocumentVersion, col(DocumentVersion.document_id) == col(Document.id))
        .where(col(Document.item_id).in_(items), col(Document.status) != DocumentStatus.WITHDRAWN)
        .group_by(col(Document.item_id))
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def papers_of(
    session: AsyncSession, items: Collection[UUID]
) -> Mapping[UUID, Sequence[tuple[Document, DocumentVersion]]]:
    """The files by item, in the order in which they came; of all items the first `MOST_FILES`."""
    columns: list[Any] = [Document, DocumentVersion]
    statement = (
        select(*columns)
        .join(DocumentVersion, col(DocumentVersion.document_id) == col(Document.id))
        .where(col(Document.item_id).in_(items))
        .order_by(col(DocumentVersion.id))
        .limit(MOST_FILES)
    )
    found: dict[UUID, list[tuple[Document, DocumentVersion]]] = defaultdict(list)
    for document, version in (await session.execute(statement)).all():
        found[document.item_id].append((document, version))
    return found


def told_to(group_id: UUID, document: Document, version: DocumentVersion) -> bool:
    """Whether the group, and who briefs for it, are told of a file: of its own, and of what they
    may read.
    """
    if document.working_group_id == group_id:
        return True
    published = document.status is DocumentStatus.PUBLISHED and version.published_at is not None
    ends = document.embargo_until
    free = ends is None or ends <= clock.now()
    return published and free and document.access in {DocumentAccess.PUBLIC, DocumentAccess.MEMBERS}


async def room_for(session: AsyncSession, agenda: WorkingAgenda, size: int, quota: int) -> None:
    """Raises `MeetingQuotaExceeded`, before any byte is read and after."""
    await versions.check_room(session, agenda.meeting, size, quota)


async def keep(
    session: AsyncSession,
    agenda: WorkingAgenda,
    briefing: Briefing,
    paper: Paper,
    incoming: Incoming,
) -> bool:
    """Whether it is a new one; the meeting's row is locked.

    A file of the same name in the same language takes the place of one of the group's that is not
    published. New ones are read by organizers alone until they publish them.
    """
    group = agenda.groups[briefing.item_id]
    assert group is not None, "a briefing is a group's"
    known = await _unpublished(session, briefing.item_id, group.id, paper, incoming.kind)
    if known is None:
        members = {
            "kind": DocumentKind.BACKGROUND,
            "title": {paper.language: paper.title or paper.name},
            "access": DocumentAccess.ORGANIZERS,
            "item_id": briefing.item_id,
            "working_group_id": group.id,
        }
        document = await service.create_document(session, agenda, members)
        (revision,) = await queries.revisions_of(session, document.id)
    else:
        document, revision = known
    where = (agenda.meeting, document, revision, paper.language, paper.name, incoming)
    await versions.keep(session, *where)
    return known is None


async def _unpublished(
    session: AsyncSession, item_id: UUID, group_id: UUID, paper: Paper, kind: Kind
) -> tuple[Document, DocumentRevision] | None:
    columns: list[Any] = [Document, DocumentRevision]
    statement = (
        select(*columns)
        .join(DocumentRevision, col(DocumentRevision.document_id) == col(Document.id))
        .join(DocumentVersion, col(DocumentVersion.revision_id) == col(DocumentRevision.id))
        .where(
            col(Document.item_id) == item_id,
            col(Document.working_group_id) == group_id,
            col(Document.status) == DocumentStatus.DRAFT,
            col(DocumentVersion.language) == paper.language,
            col(DocumentVersion.name) == safe_name(paper.name, kind),
        )
        .order_by(col(Document.id))
        .limit(1)
        .with_for_update(of=Document)
    )
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1]) if row else None
