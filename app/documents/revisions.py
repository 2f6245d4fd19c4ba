"""Revisions, corrigenda and addenda: the verbs; the meeting's row is locked by the caller."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import StillInUse
from app.documents import queries
from app.documents.events import RevisionAdded, RevisionDeleted
from app.documents.lifecycle import RevisionKind
from app.documents.problems import DocumentPublished, NothingToRevise, TooManyDocuments
from app.documents.service import about
from app.documents.tables import Document, DocumentRevision
from app.events import record
from app.meetings.service import check_changeable
from app.meetings.tables import Meeting

MOST_REVISIONS = 50
"""Of one document, with its corrigenda and addenda."""


async def add(
    session: AsyncSession, meeting: Meeting, document: Document, kind: RevisionKind
) -> DocumentRevision:
    """The next of its kind, empty; it shows once a language version of it is published."""
    check_changeable(meeting)
    if document.published_at is None:
        raise NothingToRevise("Nothing of the document is published: change it as it is.")
    known = await queries.revisions_of(session, document.id)
    if len(known) >= MOST_REVISIONS:
        raise TooManyDocuments(f"A document has {MOST_REVISIONS} revisions at most.")
    number = 1 + max((each.number for each in known if each.kind is kind), default=0)
    revision = DocumentRevision(document_id=document.id, kind=kind, number=number)
    session.add(revision)
    fact = RevisionAdded(revision_id=revision.id, kind=kind, number=number, **about(document))
    record(session, fact)
    await session.flush()
    return revision


async def delete(
    session: AsyncSession, meeting: Meeting, document: Document, revision: DocumentRevision
) -> None:
    """One that was not published, and the last of its kind, so that numbers have no gaps."""
    check_changeable(meeting)
    if revision.published_at is not None:
        raise DocumentPublished("The revision is published.")
    known = await queries.revisions_of(session, document.id)
    same = [each.number for each in known if each.kind is revision.kind]
    if revision.kind is RevisionKind.ORIGINAL or revision.number < max(same):
        raise StillInUse("Others come after it.")
    fact = RevisionDeleted(
        revision_id=revision.id, kind=revision.kind, number=revision.number, **about(document)
    )
    record(session, fact)
    await session.delete(revision)
    await session.flush()
