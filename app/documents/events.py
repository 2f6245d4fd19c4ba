"""Facts about documents; titles, names of files and notes, which people write, stay out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from app.documents.lifecycle import (
    DocumentAccess,
    DocumentKind,
    DocumentStatus,
    DocumentVerb,
    RevisionKind,
    ScanState,
)
from app.events import Event


@dataclass(frozen=True, kw_only=True)
class DocumentCreated(Event):
    name: ClassVar[str] = "document.created"
    symbol: str
    kind: DocumentKind
    access: DocumentAccess
    status: DocumentStatus
    item_id: UUID | None = None
    panel_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class DocumentChanged(Event):
    """Names the members that changed, not their values."""

    name: ClassVar[str] = "document.changed"
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class DocumentDeleted(Event):
    name: ClassVar[str] = "document.deleted"
    symbol: str


@dataclass(frozen=True, kw_only=True)
class RevisionAdded(Event):
    name: ClassVar[str] = "document.revision_added"
    revision_id: UUID
    kind: RevisionKind
    number: int


@dataclass(frozen=True, kw_only=True)
class RevisionDeleted(Event):
    name: ClassVar[str] = "document.revision_deleted"
    revision_id: UUID
    kind: RevisionKind
    number: int


@dataclass(frozen=True, kw_only=True)
class VersionStored(Event):
    name: ClassVar[str] = "document.version_stored"
    revision_id: UUID
    version_id: UUID
    language: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class VersionDeleted(Event):
    name: ClassVar[str] = "document.version_deleted"
    revision_id: UUID
    version_id: UUID
    language: str


@dataclass(frozen=True, kw_only=True)
class VersionScanned(Event):
    name: ClassVar[str] = "document.version_scanned"
    version_id: UUID
    outcome: ScanState


@dataclass(frozen=True, kw_only=True)
class UploadStarted(Event):
    name: ClassVar[str] = "document.upload_started"
    upload_id: UUID
    revision_id: UUID
    language: str
    media_type: str
    size: int


@dataclass(frozen=True, kw_only=True)
class UploadEnded(Event):
    """Terminated by whoever sends, refused at its end, expired, or too late: `accepted`."""

    name: ClassVar[str] = "document.upload_ended"
    upload_id: UUID
    why: str


@dataclass(frozen=True, kw_only=True)
class Move:
    """What every move of a document tells."""

    before: DocumentStatus
    after: DocumentStatus


@dataclass(frozen=True, kw_only=True)
class DocumentProposed(Move, Event):
    name: ClassVar[str] = "document.proposed"


@dataclass(frozen=True, kw_only=True)
class DocumentAccepted(Move, Event):
    name: ClassVar[str] = "document.accepted"


@dataclass(frozen=True, kw_only=True)
class DocumentReturned(Move, Event):
    name: ClassVar[str] = "document.returned"


@dataclass(frozen=True, kw_only=True)
class DocumentPublished(Move, Event):
    name: ClassVar[str] = "document.published"
    versions: list[UUID] = field(default_factory=list)
    """What was not published before."""
    embargo_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DocumentWithdrawn(Move, Event):
    name: ClassVar[str] = "document.withdrawn"


V = DocumentVerb
MOVES: dict[DocumentVerb, Any] = {
    V.PROPOSE: DocumentProposed,
    V.ACCEPT: DocumentAccepted,
    V.RETURN: DocumentReturned,
    V.PUBLISH: DocumentPublished,
    V.WITHDRAW: DocumentWithdrawn,
}
