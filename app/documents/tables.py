"""Documents, their revisions and language versions, and uploads that are under way."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from app.core import clock
from app.core.tables import Instant, Json, Row, one_of, values
from app.documents.lifecycle import (
    DocumentAccess,
    DocumentKind,
    DocumentStatus,
    RevisionKind,
    ScanState,
)


class Document(Row, table=True):
    """A document of a meeting; what stands in it are its language versions."""

    __tablename__ = "documents"
    __table_args__ = (
        one_of("kind", DocumentKind),
        one_of("access", DocumentAccess),
        one_of("status", DocumentStatus),
        CheckConstraint("access <> 'delegation' OR entity_id IS NOT NULL", name="delegation"),
        CheckConstraint("item_id IS NULL OR panel_id IS NULL", name="one_place"),
        CheckConstraint(
            "status NOT IN ('proposed', 'returned') OR handed_in_by_id IS NOT NULL",
            name="handed_in",
        ),
        Index("uq_documents_symbol", "committee_id", text("lower(symbol)"), unique=True),
        Index("ix_documents_meeting_id", "meeting_id", "id"),
        Index("ix_documents_by_symbol", "meeting_id", text('numbered(symbol) COLLATE "C"'), "id"),
    )

    committee_id: UUID = Field(foreign_key="committees.id")
    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE")
    symbol: str = Field(sa_type=Text)
    kind: DocumentKind = Field(sa_type=values(DocumentKind))
    title: dict[str, Any] = Field(sa_type=Json)
    access: DocumentAccess = Field(sa_type=values(DocumentAccess))
    entity_id: UUID | None = Field(default=None, foreign_key="entities.id", index=True)
    """Whose document it is: with access `delegation` the only entity that reads it."""
    handed_in_by_id: UUID | None = Field(default=None, foreign_key="entities.id", index=True)
    """The entity that handed it in; None for what organizers made."""
    working_group_id: UUID | None = Field(default=None, foreign_key="committees.id", index=True)
    """The working group that sent it as a paper of its briefing, and may send it again."""
    item_id: UUID | None = Field(default=None, foreign_key="agenda_items.id", index=True)
    panel_id: UUID | None = Field(default=None, foreign_key="panels.id", index=True)
    status: DocumentStatus = Field(sa_type=values(DocumentStatus))
    embargo_until: datetime | None = Field(default=None, sa_type=Instant)
    """Until then nobody but organizers gets the bytes."""
    embargo_shows: bool = False
    """Whether the others are told meanwhile that there is such a document."""
    published_at: datetime | None = Field(default=None, sa_type=Instant)
    """The first time."""
    note: str | None = Field(default=None, sa_type=Text)
    """Why it was returned, to the entity that handed it in."""


class DocumentRevision(Row, table=True):
    """The original, or what replaces it (Rev.1), corrects it (Corr.1) or adds to it (Add.1)."""

    __tablename__ = "document_revisions"
    __table_args__ = (
        one_of("kind", RevisionKind),
        UniqueConstraint("document_id", "kind", "number"),
        CheckConstraint("(kind = 'original') = (number = 0)", name="number"),
    )

    document_id: UUID = Field(foreign_key="documents.id", ondelete="CASCADE")
    kind: RevisionKind = Field(sa_type=values(RevisionKind))
    number: int = 0
    published_at: datetime | None = Field(default=None, sa_type=Instant)


class DocumentVersion(Row, table=True):
    """The bytes of a revision in one language; a trigger keeps what was published as it is."""

    __tablename__ = "document_versions"
    __table_args__ = (
        one_of("scan", ScanState),
        UniqueConstraint("revision_id", "language"),
        UniqueConstraint("storage_key"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        Index(
            "ix_document_versions_scan_due_at",
            "scan_due_at",
            postgresql_where=text("scan IN ('unscanned', 'failed')"),
        ),
    )

    document_id: UUID = Field(foreign_key="documents.id", ondelete="CASCADE", index=True)
    revision_id: UUID = Field(foreign_key="document_revisions.id", ondelete="CASCADE")
    language: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    """What the file is called."""
    media_type: str = Field(sa_type=Text)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(sa_type=Text)
    crc32: int = Field(sa_type=BigInteger)
    """So that an archive knows its size before a byte of it is read."""
    storage_key: str = Field(sa_type=Text)
    published_at: datetime | None = Field(default=None, sa_type=Instant)
    scan: ScanState = Field(default=ScanState.UNSCANNED, sa_type=values(ScanState))
    scan_tries: int = 0
    scan_due_at: datetime = Field(default_factory=clock.now, sa_type=Instant)
    scanned_at: datetime | None = Field(default=None, sa_type=Instant)


class DocumentUpload(Row, table=True):
    """A resumable upload; `received` moves only under the lock of this row."""

    __tablename__ = "document_uploads"
    __table_args__ = (
        CheckConstraint("received BETWEEN 0 AND size", name="received"),
        CheckConstraint("size > 0", name="size"),
        Index("ix_document_uploads_expires_at", "expires_at"),
    )

    document_id: UUID = Field(foreign_key="documents.id", ondelete="CASCADE", index=True)
    revision_id: UUID = Field(foreign_key="document_revisions.id", ondelete="CASCADE", index=True)
    language: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    media_type: str = Field(sa_type=Text)
    size: int = Field(sa_type=BigInteger)
    received: int = Field(default=0, sa_type=BigInteger)
    parts: int = 0
    expires_at: datetime = Field(sa_type=Instant)
    version_id: UUID | None = Field(
        default=None, foreign_key="document_versions.id", ondelete="CASCADE", index=True
    )
    """What it became, and with which it goes."""


class UploadPart(Row, table=True):
    """Bytes of an upload that arrived together, as an object of their own in the store."""

    __tablename__ = "document_upload_parts"
    __table_args__ = (UniqueConstraint("upload_id", "begins"), UniqueConstraint("storage_key"))

    upload_id: UUID = Field(foreign_key="document_uploads.id", ondelete="CASCADE")
    begins: int = Field(sa_type=BigInteger)
    size: int = Field(sa_type=BigInteger)
    storage_key: str = Field(sa_type=Text)
