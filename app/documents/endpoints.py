"""HTTP for documents and their life."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response, status
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.core.fields import Language
from app.core.openapi import raises, takes_if_match
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import changes, merged, writable
from app.core.preconditions import accept_match
from app.core.problems import MoveForbidden, NotPermitted
from app.core.routes import Session, router_for
from app.documents import queries, service, uploads
from app.documents.access import (
    DocumentDep,
    DocumentToDecide,
    DocumentToEdit,
    Library,
    LibraryDep,
    LibraryToChange,
    check_handed_in,
)
from app.documents.conditions import DocumentFilter
from app.documents.item_refs import find_item
from app.documents.lifecycle import DocumentAccess, DocumentKind, DocumentStatus, DocumentVerb
from app.documents.ordering import BY_SYMBOL
from app.documents.problems import (
    DocumentPublished,
    FileInfected,
    ItemRestricted,
    NothingToPublish,
    PlaceUnknown,
    SymbolTaken,
    TooManyDocuments,
)
from app.documents.rendering import document_out, documents_out
from app.documents.schemas import (
    DocumentCreate,
    DocumentOut,
    DocumentPatch,
    DocumentReturn,
    DocumentSort,
    DocumentWrite,
)
from app.documents.tables import Document
from app.meetings.problems import MeetingClosed

router = router_for("documents")
BASE = "/meetings/{m}/documents"
ONE = BASE + "/{document_id}"
SORTS = {"symbol": BY_SYMBOL, "created_at": col(Document.created_at)}
MOVE_RESPONSES = raises(MeetingClosed, MoveForbidden)
BY_ENTITIES = frozenset({"kind", "title"})
"""Members that the entity which handed a document in may change."""

ItemAsked = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        description="Only what hangs on this item, or under it, or on its panel: its id, or its "
        "number on the agenda as you see it (for everybody the one in force).",
        examples=["4", "2(a)"],
    ),
]
PanelAsked = Annotated[UUID | None, Query(description="Only what hangs on this panel.")]
KindAsked = Annotated[DocumentKind | None, Query()]
LanguageAsked = Annotated[Language | None, Query(description="Only what there is in it.")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters that lists and archives share."""

    item: ItemAsked = None
    panel: PanelAsked = None
    kind: KindAsked = None
    language: LanguageAsked = None

    async def within(
        self, session: AsyncSession, library: Library, **more: object
    ) -> DocumentFilter:
        """An item that is unknown, or hidden from the reader, has no documents; raises `Invalid`
        for such a number.
        """
        return DocumentFilter(
            items=None if self.item is None else await _under(session, library, self.item),
            panel=self.panel,
            kind=self.kind,
            language=self.language,
            **more,  # type: ignore[arg-type]  # members of the filter
        )


async def _under(session: AsyncSession, library: Library, ref: str) -> frozenset[UUID]:
    item_id, agenda = await find_item(session, library, ref), library.agenda
    seen = library.reader.organizes or library.reader.observes
    if item_id not in agenda.states or (item_id in agenda.hidden and not seen):
        return frozenset()
    return frozenset(agenda.under(item_id))


WantedDep = Annotated[Wanted, Depends()]


@router.get(BASE, operation_id="listDocuments")
async def list_documents(
    session: Session,
    library: LibraryDep,
    paging: Paging,
    wanted: WantedDep,
    access: Annotated[DocumentAccess | None, Query()] = None,
    status: Annotated[DocumentStatus | None, Query()] = None,
    sort: DocumentSort = DocumentSort.SYMBOL,
) -> Page[DocumentOut]:
    """List the documents of a meeting that you may know of, each with what you may see of it."""
    order = ordering(sort, SORTS, col(Document.id))
    limits = await wanted.within(session, library, access=access, status=status)
    statement = queries.list_documents(library.meeting.id, library.reader, limits)
    page: Page[Any] = await fetch_page(session, paging, statement, order, lambda row: row[0])
    items = await documents_out(session, library, page.items)
    return Page(items=items, next_cursor=page.next_cursor)


@router.post(
    BASE,
    operation_id="createDocument",
    status_code=status.HTTP_201_CREATED,
    responses=raises(MeetingClosed, SymbolTaken, ItemRestricted, PlaceUnknown, TooManyDocuments),
)
async def create_document(
    session: Session, library: LibraryToChange, body: DocumentCreate, response: Response
) -> DocumentOut:
    """Make a draft; an invited entity hands a document in, which waits for an organizer.

    Its bytes come next: by `PUT`, or by an upload that can be resumed.
    """
    members = body.model_dump()
    if library.reader.organizes:
        document = await service.create_document(session, library.agenda, members)
    else:
        if body.item_id or body.panel_id or body.embargo_until or body.symbol:
            raise NotPermitted("An entity gives no symbol, place or embargo: organizers do.")
        members["entity_id"] = check_handed_in(library, body.access, body.entity_id)
        entity_id = members["entity_id"]
        document = await service.hand_in(session, library.agenda, entity_id, members)
    response.headers["Location"] = f"/v1/meetings/{library.meeting.id}/documents/{document.id}"
    return await document_out(session, library, document)


@router.get(ONE, operation_id="getDocument")
async def get_document(session: Session, view: DocumentDep) -> DocumentOut:
    """Read what is known of a document: its revisions, and what there is in which language."""
    return await document_out(session, view.library, view.document)


@router.patch(
    ONE,
    operation_id="changeDocument",
    responses=raises(MeetingClosed, SymbolTaken, ItemRestricted, PlaceUnknown, DocumentPublished),
    openapi_extra=takes_if_match(),
)
async def change_document(
    session: Session, view: DocumentToEdit, body: DocumentPatch, request: Request
) -> DocumentOut:
    """Change a document by JSON merge patch; who handed it in may change its kind and title."""
    accept_match(request, await document_out(session, view.library, view.document))
    before = writable(DocumentWrite, view.document)
    after = merged(DocumentWrite, before, body)
    changed = changes(before, after).keys()
    if not view.library.reader.organizes and not changed <= BY_ENTITIES:
        raise NotPermitted("Only an organizer changes more than kind and title.")
    members = after.model_dump()
    await service.change_document(session, view.library.agenda, view.document, members, changed)
    return await document_out(session, view.library, view.document)


@router.delete(
    ONE,
    operation_id="deleteDocument",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(MeetingClosed, DocumentPublished),
    openapi_extra=takes_if_match(),
)
async def delete_document(session: Session, view: DocumentToEdit, request: Request) -> None:
    """Delete a document that was never published, with all of its bytes."""
    accept_match(request, await document_out(session, view.library, view.document))
    await service.delete_document(session, view.library.meeting, view.document)


@router.post(
    f"{ONE}/publish",
    operation_id="publishDocument",
    responses=raises(MeetingClosed, MoveForbidden, NothingToPublish, FileInfected),
)
async def publish_document(session: Session, view: DocumentToDecide) -> DocumentOut:
    """Publish all of a document that is not published yet; from here on that never changes."""
    await service.publish_document(session, view.library.meeting, view.document)
    return await document_out(session, view.library, view.document)


@router.post(f"{ONE}/withdraw", operation_id="withdrawDocument", responses=MOVE_RESPONSES)
async def withdraw_document(session: Session, view: DocumentToDecide) -> DocumentOut:
    """Take a published document back: organizers alone read it, until it is published again."""
    return await _moved(session, view, DocumentVerb.WITHDRAW)


@router.post(f"{ONE}/accept", operation_id="acceptDocument", responses=MOVE_RESPONSES)
async def accept_document(session: Session, view: DocumentToDecide) -> DocumentOut:
    """Take over what an entity has handed in, as a draft; uploads under way end."""
    await uploads.end_open(session, view.document)
    return await _moved(session, view, DocumentVerb.ACCEPT)


@router.post(f"{ONE}/return", operation_id="returnDocument", responses=MOVE_RESPONSES)
async def return_document(
    session: Session, view: DocumentToDecide, body: DocumentReturn
) -> DocumentOut:
    """Give a document back to the entity that handed it in, and say why."""
    return await _moved(session, view, DocumentVerb.RETURN, body.note)


@router.post(f"{ONE}/propose", operation_id="proposeDocument", responses=MOVE_RESPONSES)
async def propose_document(session: Session, view: DocumentToEdit) -> DocumentOut:
    """Hand a document in again that was returned."""
    return await _moved(session, view, DocumentVerb.PROPOSE)


async def _moved(
    session: Session, view: DocumentToEdit, verb: DocumentVerb, note: str | None = None
) -> DocumentOut:
    await service.move_document(session, view.library.meeting, view.document, verb, note)
    return await document_out(session, view.library, view.document)
