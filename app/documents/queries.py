"""Every select about documents, their revisions, language versions and uploads."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.documents.conditions import EVERYTHING, DocumentFilter, known_to, of_document, opened_to
from app.documents.lifecycle import ScanState
from app.documents.policy import Reader
from app.documents.tables import (
    Document,
    DocumentRevision,
    DocumentUpload,
    DocumentVersion,
    UploadPart,
)
from app.invitations.lifecycle import LIVE
from app.invitations.tables import Invitation
from app.panels.tables import Panel


@dataclass(slots=True)
class Contents:
    """What a document consists of, as far as somebody may see it."""

    revisions: list[DocumentRevision] = field(default_factory=list)
    versions: dict[UUID, list[DocumentVersion]] = field(default_factory=lambda: defaultdict(list))
    """By revision."""


class Stored(NamedTuple):
    """A language version with what it belongs to."""

    version: DocumentVersion
    revision: DocumentRevision
    document: Document


async def live_entities(
    session: AsyncSession, meeting_id: UUID, entities: Collection[UUID]
) -> frozenset[UUID]:
    """Which of these entities have an invitation to the meeting that was sent and stands."""
    if not entities:
        return frozenset()
    statement = sa_select(col(Invitation.entity_id)).where(
        col(Invitation.meeting_id) == meeting_id,
        col(Invitation.entity_id).in_(entities),
        col(Invitation.status).in_(LIVE),
    )
    return frozenset((await session.execute(statement)).scalars())


def list_documents(meeting_id: UUID, reader: Reader, wanted: DocumentFilter) -> Select[Any]:
    """The documents that somebody may know of."""
    statement: Select[Any] = select(Document).where(
        col(Document.meeting_id) == meeting_id, known_to(reader), *wanted.conditions()
    )
    if wanted.language is not None:
        versions = sa_select(col(DocumentVersion.document_id)).where(
            col(DocumentVersion.language) == wanted.language
        )
        if not reader.organizes:
            versions = versions.join(Document, of_document()).where(opened_to(reader))
        statement = statement.where(col(Document.id).in_(versions))
    return statement


async def find_document(
    session: AsyncSession,
    meeting_id: UUID,
    document_id: UUID,
    reader: Reader,
    *,
    lock: bool = False,
) -> Document | None:
    """None too for one that the reader may not know of."""
    statement = select(Document).where(
        col(Document.id) == document_id, col(Document.meeting_id) == meeting_id, known_to(reader)
    )
    if lock:
        statement = statement.with_for_update(key_share=True)
        statement = statement.execution_options(populate_existing=True)
    return (await session.execute(statement)).scalar_one_or_none()


async def contents_of(
    session: AsyncSession, documents: Collection[UUID], reader: Reader
) -> dict[UUID, Contents]:
    """Revisions and language versions of these documents that the reader may see, in two
    statements; the revisions as they were added.
    """
    found: dict[UUID, Contents] = defaultdict(Contents)
    if not documents:
        return found
    revisions = select(DocumentRevision).where(col(DocumentRevision.document_id).in_(documents))
    revisions = revisions.order_by(col(DocumentRevision.id))
    versions = select(DocumentVersion).where(col(DocumentVersion.document_id).in_(documents))
    if not reader.organizes:
        versions = versions.join(Document, of_document()).where(opened_to(reader))
    versions = versions.order_by(col(DocumentVersion.language))
    for version in (await session.execute(versions)).scalars():
        found[version.document_id].versions[version.revision_id].append(version)
    for revision in (await session.execute(revisions)).scalars():
        contents = found[revision.document_id]
        if reader.organizes or contents.versions.get(revision.id) or revision.number == 0:
            contents.revisions.append(revision)
    return found


async def find_version(
    session: AsyncSession,
    meeting_id: UUID,
    document_id: UUID,
    version_id: UUID,
    reader: Reader,
    limits: DocumentFilter = EVERYTHING,
) -> Stored | None:
    """A language version that the reader may see, whatever hinders them from getting its bytes."""
    columns: list[Any] = [DocumentVersion, DocumentRevision, Document]
    statement = (
        sa_select(*columns)
        .join(DocumentRevision, col(DocumentRevision.id) == col(DocumentVersion.revision_id))
        .join(Document, of_document())
        .where(
            col(DocumentVersion.id) == version_id,
            col(Document.id) == document_id,
            col(Document.meeting_id) == meeting_id,
            known_to(reader),
            *limits.conditions(),
        )
    )
    if not reader.organizes:
        statement = statement.where(opened_to(reader))
    row = (await session.execute(statement)).one_or_none()
    return Stored(*row) if row else None


async def find_revision(
    session: AsyncSession, document_id: UUID, revision_id: UUID
) -> DocumentRevision | None:
    statement = select(DocumentRevision).where(
        col(DocumentRevision.id) == revision_id, col(DocumentRevision.document_id) == document_id
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def revisions_of(session: AsyncSession, document_id: UUID) -> Sequence[DocumentRevision]:
    statement = select(DocumentRevision).where(col(DocumentRevision.document_id) == document_id)
    statement = statement.order_by(col(DocumentRevision.id))
    return (await session.execute(statement)).scalars().all()


async def versions_of(session: AsyncSession, document_id: UUID) -> Sequence[DocumentVersion]:
    statement = select(DocumentVersion).where(col(DocumentVersion.document_id) == document_id)
    statement = statement.order_by(col(DocumentVersion.id))
    return (await session.execute(statement)).scalars().all()


async def find_version_in(
    session: AsyncSession, revision_id: UUID, language: str
) -> DocumentVersion | None:
    statement = select(DocumentVersion).where(
        col(DocumentVersion.revision_id) == revision_id, col(DocumentVersion.language) == language
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def count_languages(session: AsyncSession, revision_id: UUID) -> int:
    statement = select(func.count()).where(col(DocumentVersion.revision_id) == revision_id)
    return int((await session.execute(statement)).scalar_one())


async def panel_items(session: AsyncSession, panels: Collection[UUID]) -> dict[UUID, UUID]:
    """The items of these panels."""
    if not panels:
        return {}
    columns: list[Any] = [Panel.id, Panel.item_id]
    statement = sa_select(*columns).where(col(Panel.id).in_(panels))
    return {row[0]: row[1] for row in (await session.execute(statement)).all()}


async def symbols_like(session: AsyncSession, committee_id: UUID, handle: str) -> set[str]:
    """Symbols of the committee that begin with the handle, in lower case."""
    lowered = func.lower(col(Document.symbol))
    statement = sa_select(lowered).where(
        col(Document.committee_id) == committee_id,
        lowered.startswith(f"{handle}/", autoescape=True),
    )
    return set((await session.execute(statement)).scalars())


async def count_documents(session: AsyncSession, meeting_id: UUID) -> int:
    statement = select(func.count()).where(col(Document.meeting_id) == meeting_id)
    return int((await session.execute(statement)).scalar_one())


async def bytes_of_meeting(session: AsyncSession, meeting_id: UUID) -> int:
    """Of its documents and of what is being sent; the meeting's row is locked by the caller."""
    of_meeting = sa_select(col(Document.id)).where(col(Document.meeting_id) == meeting_id)
    kept = sa_select(func.coalesce(func.sum(col(DocumentVersion.size)), 0)).where(
        col(DocumentVersion.document_id).in_(of_meeting)
    )
    coming = sa_select(func.coalesce(func.sum(col(DocumentUpload.size)), 0)).where(
        col(DocumentUpload.document_id).in_(of_meeting), col(DocumentUpload.version_id).is_(None)
    )
    both = sa_select(kept.scalar_subquery() + coming.scalar_subquery())
    return int((await session.execute(both)).scalar_one())


async def panel_item(session: AsyncSession, meeting_id: UUID, panel_id: UUID) -> UUID | None:
    """The item of a panel of the meeting."""
    statement = sa_select(col(Panel.item_id)).where(
        col(Panel.id) == panel_id, col(Panel.meeting_id) == meeting_id
    )
    found: UUID | None = (await session.execute(statement)).scalar_one_or_none()
    return found


async def find_upload(
    session: AsyncSession, document_id: UUID, upload_id: UUID, *, lock: bool = False
) -> DocumentUpload | None:
    statement = select(DocumentUpload).where(
        col(DocumentUpload.id) == upload_id, col(DocumentUpload.document_id) == document_id
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(statement)).scalar_one_or_none()


async def place_of_upload(session: AsyncSession, upload_id: UUID) -> tuple[UUID, UUID] | None:
    """The meeting and the document that it is sent for."""
    statement = (
        sa_select(col(Document.meeting_id), col(Document.id))
        .join(DocumentUpload, col(DocumentUpload.document_id) == col(Document.id))
        .where(col(DocumentUpload.id) == upload_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1]) if row else None


async def whole_uploads(session: AsyncSession, limit: int) -> Sequence[UUID]:
    """Those of which everything has arrived, and no version was made."""
    statement = sa_select(col(DocumentUpload.id)).where(
        col(DocumentUpload.received) == col(DocumentUpload.size),
        col(DocumentUpload.version_id).is_(None),
    )
    return (await session.execute(statement.limit(limit))).scalars().all()


async def count_uploads(session: AsyncSession, document_id: UUID) -> int:
    statement = select(func.count()).where(
        col(DocumentUpload.document_id) == document_id, col(DocumentUpload.version_id).is_(None)
    )
    return int((await session.execute(statement)).scalar_one())


async def open_uploads(session: AsyncSession, document_id: UUID) -> Sequence[DocumentUpload]:
    """Those of which no version was made, locked."""
    statement = select(DocumentUpload).where(
        col(DocumentUpload.document_id) == document_id, col(DocumentUpload.version_id).is_(None)
    )
    statement = statement.order_by(col(DocumentUpload.id)).with_for_update()
    return (await session.execute(statement)).scalars().all()


async def parts_of(session: AsyncSession, upload_id: UUID) -> Sequence[UploadPart]:
    statement = select(UploadPart).where(col(UploadPart.upload_id) == upload_id)
    statement = statement.order_by(col(UploadPart.begins))
    return (await session.execute(statement)).scalars().all()


async def known_keys(session: AsyncSession, keys: Collection[str]) -> set[str]:
    """Which of these objects of the store something refers to."""
    versions = sa_select(col(DocumentVersion.storage_key)).where(
        col(DocumentVersion.storage_key).in_(keys)
    )
    parts = sa_select(col(UploadPart.storage_key)).where(col(UploadPart.storage_key).in_(keys))
    return set((await session.execute(versions.union_all(parts))).scalars())


async def lock_expired_uploads(
    session: AsyncSession, now: datetime, limit: int
) -> Sequence[tuple[DocumentUpload, Document]]:
    """Uploads whose time is over, each with its document."""
    columns: list[Any] = [DocumentUpload, Document]
    statement = (
        sa_select(*columns)
        .join(Document, col(Document.id) == col(DocumentUpload.document_id))
        .where(col(DocumentUpload.expires_at) <= now)
        .order_by(col(DocumentUpload.expires_at))
        .limit(limit)
        .with_for_update(of=DocumentUpload, skip_locked=True)
    )
    return [(row[0], row[1]) for row in (await session.execute(statement)).all()]


async def claim_unscanned(session: AsyncSession, now: datetime) -> Stored | None:
    """The next language version for the scanner, locked; others pass over it."""
    columns: list[Any] = [DocumentVersion, DocumentRevision, Document]
    statement = (
        sa_select(*columns)
        .join(DocumentRevision, col(DocumentRevision.id) == col(DocumentVersion.revision_id))
        .join(Document, of_document())
        .where(
            col(DocumentVersion.scan).in_((ScanState.UNSCANNED, ScanState.FAILED)),
            col(DocumentVersion.scan_due_at) <= now,
        )
        .order_by(col(DocumentVersion.scan_due_at), col(DocumentVersion.id))
        .limit(1)
        .with_for_update(of=DocumentVersion, skip_locked=True)
    )
    row = (await session.execute(statement)).one_or_none()
    return Stored(*row) if row else None


async def lock_version(
    session: AsyncSession, version_id: UUID
) -> tuple[DocumentVersion, Document] | None:
    columns: list[Any] = [DocumentVersion, Document]
    statement = (
        sa_select(*columns)
        .join(Document, of_document())
        .where(col(DocumentVersion.id) == version_id)
        .with_for_update(of=DocumentVersion)
    )
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1]) if row else None
