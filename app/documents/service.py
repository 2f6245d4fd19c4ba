"""Documents: the verbs; the meeting's row is locked by the caller."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.tree import WorkingAgenda
from app.core import clock
from app.core.problems import Invalid
from app.documents import policy, queries
from app.documents.events import (
    MOVES,
    DocumentChanged,
    DocumentCreated,
    DocumentDeleted,
)
from app.documents.lifecycle import (
    DOCUMENT,
    DocumentAccess,
    DocumentStatus,
    DocumentVerb,
    RevisionKind,
    ScanState,
)
from app.documents.problems import (
    DocumentPublished,
    FileInfected,
    ItemRestricted,
    NothingToPublish,
    PlaceUnknown,
    TooManyDocuments,
)
from app.documents.tables import Document, DocumentRevision
from app.entities.tables import Entity
from app.events import record
from app.meetings.service import check_changeable
from app.meetings.tables import Meeting

MOST_DOCUMENTS = 5000
"""Of one meeting."""


async def create_document(
    session: AsyncSession, agenda: WorkingAgenda, members: Mapping[str, Any]
) -> Document:
    """A draft of the organizers."""
    return await _create(session, agenda, members, DocumentStatus.DRAFT, None)


async def hand_in(
    session: AsyncSession, agenda: WorkingAgenda, entity_id: UUID, members: Mapping[str, Any]
) -> Document:
    """What an entity proposes, with an original to which its bytes are uploaded.

    Whoever asked for it may name an item or a panel in `members`. Until an organizer accepts it,
    the entity may change it. Needed are `kind`, `title` and `access`; the rest may be left out.
    """
    full = {"entity_id": entity_id} | dict(members)
    return await _create(session, agenda, full, DocumentStatus.PROPOSED, entity_id)


async def _create(
    session: AsyncSession,
    agenda: WorkingAgenda,
    members: Mapping[str, Any],
    status: DocumentStatus,
    entity_id: UUID | None,
) -> Document:
    meeting = agenda.meeting
    check_changeable(meeting)
    if await queries.count_documents(session, meeting.id) >= MOST_DOCUMENTS:
        raise TooManyDocuments(f"A meeting has {MOST_DOCUMENTS} documents at most.")
    await check_place(session, agenda, members)
    symbol = members.get("symbol") or await suggest_symbol(session, meeting)
    document = Document(
        committee_id=meeting.committee_id,
        meeting_id=meeting.id,
        status=status,
        handed_in_by_id=entity_id,
        **{**members, "symbol": symbol},
    )
    session.add(document)
    await session.flush()
    session.add(DocumentRevision(document_id=document.id, kind=RevisionKind.ORIGINAL))
    fact = DocumentCreated(
        symbol=symbol,
        kind=document.kind,
        access=document.access,
        status=status,
        item_id=document.item_id,
        panel_id=document.panel_id,
        **about(document),
    )
    record(session, fact)
    await session.flush()
    return document


async def suggest_symbol(session: AsyncSession, meeting: Meeting) -> str:
    """The next free one under the meeting's handle; two at once may get the same, and one wins."""
    taken = await queries.symbols_like(session, meeting.committee_id, meeting.handle)
    return policy.suggested_symbol(meeting.handle, taken)


async def check_place(
    session: AsyncSession, agenda: WorkingAgenda, members: Mapping[str, Any]
) -> None:
    """The place is one of the agenda, and what hangs on a restricted item is not public."""
    access, entity_id = members["access"], members.get("entity_id")
    if access is DocumentAccess.DELEGATION and entity_id is None:
        raise Invalid.at("/entity_id", "Is needed with access `delegation`.")
    if entity_id is not None and await session.get(Entity, entity_id) is None:
        raise Invalid.at("/entity_id", "There is no such entity.")
    item_id, panel_id = members.get("item_id"), members.get("panel_id")
    if item_id is not None and item_id not in agenda.states:
        raise PlaceUnknown.at("/item_id", "The agenda has no such item.")
    if panel_id is not None:
        item_id = await queries.panel_item(session, agenda.meeting.id, panel_id)
        if item_id is None:
            raise PlaceUnknown.at("/panel_id", "The meeting has no such panel.")
    if item_id in agenda.hidden and access is DocumentAccess.PUBLIC:
        raise ItemRestricted.at("/access", "The item is restricted: the document is not public.")


async def change_document(
    session: AsyncSession,
    agenda: WorkingAgenda,
    document: Document,
    members: Mapping[str, Any],
    changed: Collection[str],
) -> None:
    """Everything but the symbol may change after publication, as readers know it by that."""
    check_changeable(agenda.meeting)
    if not changed:
        return
    if "symbol" in changed and document.published_at is not None:
        raise DocumentPublished.at("/symbol", "The symbol of a published document stays.")
    await check_place(session, agenda, members)
    for name, value in members.items():
        setattr(document, name, value)
    record(session, DocumentChanged(members=sorted(changed), **about(document)))
    await session.flush()


async def delete_document(session: AsyncSession, meeting: Meeting, document: Document) -> None:
    """What was never published; its bytes are collected by the worker."""
    check_changeable(meeting)
    if document.published_at is not None:
        raise DocumentPublished("A published document is withdrawn, not deleted.")
    record(session, DocumentDeleted(symbol=document.symbol, **about(document)))
    await session.delete(document)
    await session.flush()


async def move_document(
    session: AsyncSession,
    meeting: Meeting,
    document: Document,
    verb: DocumentVerb,
    note: str | None = None,
) -> None:
    """Propose, accept, return or withdraw it; raises `MoveForbidden`."""
    check_changeable(meeting)
    before = document.status
    document.status = DOCUMENT.move(before, verb)
    document.note = note
    record(session, MOVES[verb](before=before, after=document.status, **about(document)))
    await session.flush()


async def publish_document(session: AsyncSession, meeting: Meeting, document: Document) -> None:
    """Publish the document and all of it that is not published yet: from here on that stays.

    Raises `NothingToPublish` and `FileInfected`.
    """
    check_changeable(meeting)
    before = document.status
    document.status = DOCUMENT.move(before, DocumentVerb.PUBLISH)
    versions = await queries.versions_of(session, document.id)
    fresh = [each for each in versions if each.published_at is None]
    if not versions or (not fresh and before is DocumentStatus.PUBLISHED):
        raise NothingToPublish("There is no language version that is not published yet.")
    if any(each.scan is ScanState.INFECTED for each in fresh):
        raise FileInfected("A language version is infected: replace or delete it.")
    now = clock.now()
    revisions = {each.id: each for each in await queries.revisions_of(session, document.id)}
    for version in fresh:
        version.published_at = now
        revision = revisions[version.revision_id]
        revision.published_at = revision.published_at or now
    document.published_at = document.published_at or now
    document.note = None
    fact = MOVES[DocumentVerb.PUBLISH](
        before=before,
        after=document.status,
        versions=[each.id for each in fresh],
        embargo_until=document.embargo_until,
        **about(document),
    )
    record(session, fact)
    await session.flush()


def about(document: Document) -> dict[str, Any]:
    """An entity reads in the log of its meeting of what it has handed in."""
    return {
        "subject_id": document.id,
        "meeting_id": document.meeting_id,
        "committee_id": document.committee_id,
        "entity_id": document.handed_in_by_id,
    }
