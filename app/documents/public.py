"""HTTP for the documents that everybody may read, without a token."""

from typing import Any

from fastapi import Request, Response
from sqlmodel import col

from app.core.openapi import raises
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.routes import Session, router_for
from app.documents import queries
from app.documents.access import PublicDocument, PublicLibrary, PublicVersion
from app.documents.downloads import CONTENT_ANSWER, RANGE_PARAMETERS, content_response
from app.documents.endpoints import SORTS, WantedDep
from app.documents.problems import (
    DocumentEmbargoed,
    FileInfected,
    NotYetScanned,
)
from app.documents.rendering import public_documents_out
from app.documents.schemas import DocumentSort, PublicDocumentOut
from app.documents.tables import Document

router = router_for("public")
BASE = "/public/meetings/{m}/documents"
EVERYBODY = {"x-public": True}
FRESH = "public, no-cache"
"""Kept, but asked for each time: what was withdrawn is shown to nobody any more."""


@router.get(BASE, operation_id="listPublicDocuments", openapi_extra=EVERYBODY)
async def list_public_documents(
    session: Session,
    library: PublicLibrary,
    paging: Paging,
    wanted: WantedDep,
    response: Response,
    sort: DocumentSort = DocumentSort.SYMBOL,
) -> Page[PublicDocumentOut]:
    """List the public documents of a public meeting."""
    order = ordering(sort, SORTS, col(Document.id))
    limits = await wanted.within(session, library)
    statement = queries.list_documents(library.meeting.id, library.reader, limits)
    page: Page[Any] = await fetch_page(session, paging, statement, order, lambda row: row[0])
    items = await public_documents_out(session, library, page.items)
    response.headers["Cache-Control"] = FRESH
    return Page(items=items, next_cursor=page.next_cursor)


@router.get(f"{BASE}/{{published_id}}", operation_id="getPublicDocument", openapi_extra=EVERYBODY)
async def get_public_document(
    session: Session, view: PublicDocument, response: Response
) -> PublicDocumentOut:
    """Read what is published of a public document."""
    response.headers["Cache-Control"] = FRESH
    (out,) = await public_documents_out(session, view.library, [view.document])
    return out


@router.get(
    f"{BASE}/{{published_id}}/versions/{{published_version_id}}/content",
    operation_id="getPublicDocumentContent",
    response_class=Response,
    responses=CONTENT_ANSWER | raises(DocumentEmbargoed, NotYetScanned, FileInfected),
    openapi_extra=EVERYBODY | RANGE_PARAMETERS,
)
async def get_public_content(found: PublicVersion, request: Request) -> Response:
    """Fetch a public document in one language, or a part of it."""
    return content_response(request, found.version, public=True)
