"""Whether the bytes of every document are where its row says, and are those that were sent."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.documents.storage import BytesMissing, Storage, StoreFailed
from app.documents.tables import Document, DocumentVersion


@dataclass(frozen=True, slots=True)
class Kept:
    """What a row says of an object."""

    words: str
    key: str
    size: int
    sha256: str


async def kept_documents(session: AsyncSession) -> list[Kept]:
    """All of them, before anything of them is read."""
    version = DocumentVersion
    columns: list[Any] = [
        Document.symbol,
        version.language,
        version.storage_key,
        version.size,
        version.sha256,
    ]
    statement = (
        select(*columns)
        .join(Document, col(Document.id) == col(version.document_id))
        .order_by(col(Document.symbol), col(version.language), col(version.id))
    )
    rows = (await session.execute(statement)).all()
    return [Kept(f"{row[0]} in {row[1]}", row[2], row[3], row[4]) for row in rows]


async def lost(kept: Sequence[Kept], storage: Storage, *, whole: bool) -> list[str]:
    """A sentence for every document that is not there, or is another; `whole` reads all of it."""
    found = []
    for each in kept:
        try:
            wrong = await _wrong(each, storage, whole=whole)
        except BytesMissing:
            wrong = "its bytes are missing"
        except StoreFailed:
            wrong = "its bytes cannot be read"
        if wrong:
            found.append(f"document {each.words}: {wrong}")
    return found


async def _wrong(kept: Kept, storage: Storage, *, whole: bool) -> str | None:
    size = await storage.size(kept.key)
    if size != kept.size:
        return f"it has {size} bytes, and {kept.size} were sent"
    if whole:
        made = hashlib.sha256()
        async for piece in await storage.read(kept.key, 0, kept.size):
            made.update(piece)
        if made.hexdigest() != kept.sha256:
            return "its bytes are not those that were sent"
    return None
