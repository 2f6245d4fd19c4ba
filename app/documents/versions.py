"""Language versions: the verbs about bytes that lie in the store already."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.ids import new_id
from app.documents import queries
from app.documents.events import VersionDeleted, VersionStored
from app.documents.kinds import Kind, safe_name
from app.documents.problems import DocumentPublished, MeetingQuotaExceeded, TooManyDocuments
from app.documents.service import about
from app.documents.spool import Digests
from app.documents.tables import Document, DocumentRevision, DocumentVersion
from app.events import record
from app.meetings.service import check_changeable
from app.meetings.tables import Meeting

MOST_LANGUAGES = 20
"""Of one revision."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """Bytes that were looked at and lie in the store, to which nothing refers yet."""

    kind: Kind
    digests: Digests
    storage_key: str


async def check_room(
    session: AsyncSession, meeting: Meeting, size: int, quota: int, *, given_back: int = 0
) -> None:
    """Raises `MeetingQuotaExceeded`; the meeting's row is locked."""
    kept = await queries.bytes_of_meeting(session, meeting.id)
    if kept - given_back + size > quota:
        raise MeetingQuotaExceeded(f"The documents of a meeting have {quota} bytes at most.")


async def check_language(
    session: AsyncSession, meeting: Meeting, revision: DocumentRevision, language: str
) -> DocumentVersion | None:
    """The version that would be replaced; raises `DocumentPublished` where it must stay."""
    check_changeable(meeting)
    found = await queries.find_version_in(session, revision.id, language)
    if found is not None and found.published_at is not None:
        raise DocumentPublished("This language version is published: add a revision.")
    if found is None and await queries.count_languages(session, revision.id) >= MOST_LANGUAGES:
        raise TooManyDocuments(f"A revision has {MOST_LANGUAGES} languages at most.")
    return found


async def keep(
    session: AsyncSession,
    meeting: Meeting,
    document: Document,
    revision: DocumentRevision,
    language: str,
    name: str,
    incoming: Incoming,
) -> tuple[DocumentVersion, bool]:
    """Make the bytes the revision's in this language, in place of others that were not published;
    and whether there were none before. Meeting and document are locked, and there is room.

    The same bytes again change nothing.
    """
    before = await check_language(session, meeting, revision, language)
    name = safe_name(name, incoming.kind)
    if before is not None:
        same = (before.sha256, before.media_type, before.name)
        if same == (incoming.digests.sha256, incoming.kind.media_type, name):
            return before, False
        await session.delete(before)
        await session.flush()
    version = DocumentVersion(
        id=new_id(),
        document_id=document.id,
        revision_id=revision.id,
        language=language,
        name=name,
        media_type=incoming.kind.media_type,
        size=incoming.digests.size,
        sha256=incoming.digests.sha256,
        crc32=incoming.digests.crc32,
        storage_key=incoming.storage_key,
        scan_due_at=clock.now(),
    )
    session.add(version)
    record(session, _stored(document, version))
    await session.flush()
    return version, before is None


async def delete(
    session: AsyncSession, meeting: Meeting, document: Document, version: DocumentVersion
) -> None:
    """Bytes that were not published."""
    check_changeable(meeting)
    if version.published_at is not None:
        raise DocumentPublished("The language version is published.")
    fact = VersionDeleted(
        revision_id=version.revision_id,
        version_id=version.id,
        language=version.language,
        **about(document),
    )
    record(session, fact)
    await session.delete(version)
    await session.flush()


def _stored(document: Document, version: DocumentVersion) -> VersionStored:
    return VersionStored(
        revision_id=version.revision_id,
        version_id=version.id,
        language=version.language,
        media_type=version.media_type,
        size=version.size,
        sha256=version.sha256,
        **about(document),
    )
