"""Resumable uploads: the verbs of tus 1.0 over rows and objects.

What has arrived is what the rows say: a part is written into the store first, and counts once its
row is committed. So an upload outlives any process, and of two that send the same part at once one
finds that the offset has moved.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.documents import queries
from app.documents.events import UploadEnded, UploadStarted
from app.documents.kinds import Kind, safe_name
from app.documents.problems import TooManyDocuments, UploadOffsetWrong
from app.documents.service import about
from app.documents.tables import (
    Document,
    DocumentRevision,
    DocumentUpload,
    UploadPart,
)
from app.events import record

MOST_UPLOADS = 20
"""Of one document at once."""
MOST_PARTS = 2_000
"""Of one upload."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes that lie in the store already."""

    begins: int
    size: int
    storage_key: str


async def start(
    session: AsyncSession,
    document: Document,
    revision: DocumentRevision,
    members: dict[str, Any],
    kind: Kind,
    life: timedelta,
) -> DocumentUpload:
    """`members` are language, name and size; the document is locked."""
    if await queries.count_uploads(session, document.id) >= MOST_UPLOADS:
        raise TooManyDocuments(f"A document has {MOST_UPLOADS} uploads at once at most.")
    upload = DocumentUpload(
        document_id=document.id,
        revision_id=revision.id,
        language=members["language"],
        name=safe_name(members["name"], kind),
        media_type=kind.media_type,
        size=members["size"],
        expires_at=clock.now() + life,
    )
    session.add(upload)
    fact = UploadStarted(
        upload_id=upload.id,
        revision_id=revision.id,
        language=upload.language,
        media_type=upload.media_type,
        size=upload.size,
        **about(document),
    )
    record(session, fact)
    await session.flush()
    return upload


def check_offset(upload: DocumentUpload, offset: int) -> None:
    """Raises `UploadOffsetWrong`, and `TooManyDocuments` for crumbs."""
    if offset != upload.received:
        headers = {"Upload-Offset": str(upload.received)}
        raise UploadOffsetWrong(f"The upload is at {upload.received}.", headers=headers)
    if upload.parts >= MOST_PARTS:
        raise TooManyDocuments(f"An upload comes in {MOST_PARTS} parts at most: begin again.")


async def append(session: AsyncSession, upload: DocumentUpload, part: Part) -> None:
    """Count what arrived; the upload is locked."""
    check_offset(upload, part.begins)
    if part.size:
        session.add(
            UploadPart(
                upload_id=upload.id,
                begins=part.begins,
                size=part.size,
                storage_key=part.storage_key,
            )
        )
        upload.received += part.size
        upload.parts += 1
        await session.flush()


async def end_open(session: AsyncSession, document: Document) -> None:
    """Of a document that is taken over: what comes late does not change what was looked at."""
    for upload in await queries.open_uploads(session, document.id):
        await end(session, document, upload, "accepted")


async def end(session: AsyncSession, document: Document, upload: DocumentUpload, why: str) -> None:
    """Forget it; what it had sent is collected by the worker."""
    record(session, UploadEnded(upload_id=upload.id, why=why, **about(document)))
    await session.delete(upload)
    await session.flush()
