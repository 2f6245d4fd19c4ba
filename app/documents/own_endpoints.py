"""HTTP for the papers of panellists, without an account: the session of their link."""

from typing import Annotated

from fastapi import Depends, Request, Response

from app.core.openapi import raises
from app.core.pages import Page, Paging
from app.core.routes import Session, router_for
from app.documents.access import DocumentId, VersionId
from app.documents.downloads import CONTENT_ANSWER, RANGE_PARAMETERS, content_response
from app.documents.problems import DocumentEmbargoed, FileInfected, NotYetScanned
from app.documents.speaking import (
    PRIVATE,
    PapersAsked,
    Shelf,
    SpeakerDocumentOut,
    paper_on,
    papers_page,
)
from app.panels.lifecycle import ASKED
from app.panels.own_access import OwnPlaceDep

router = router_for("panels")
BASE = "/panellists/{x}/documents"


async def shelf_of_place(place: OwnPlaceDep) -> Shelf:
    """Of whoever was asked or has confirmed, and has not gone since."""
    path = f"/v1/panellists/{place.person.id}/documents"
    speaks = place.person.status in ASKED
    return Shelf(place.meeting, place.panel.item_id, path, speaks=speaks)


ShelfDep = Annotated[Shelf, Depends(shelf_of_place)]


@router.get(BASE, operation_id="listOwnPlaceDocuments")
async def list_own_place_documents(
    session: Session, shelf: ShelfDep, paging: Paging, asked: PapersAsked, response: Response
) -> Page[SpeakerDocumentOut]:
    """List the papers of your panel and its agenda item that are for the public or for members.

    There are none once you have declined or withdrawn, somebody else has the place, or the meeting
    is cancelled.
    """
    response.headers["Cache-Control"] = PRIVATE
    return await papers_page(session, shelf, paging, asked)


@router.get(
    BASE + "/{published_id}/versions/{published_version_id}/content",
    operation_id="getOwnPlaceDocumentContent",
    response_class=Response,
    responses=CONTENT_ANSWER | raises(DocumentEmbargoed, NotYetScanned, FileInfected),
    openapi_extra=RANGE_PARAMETERS,
)
async def get_own_place_content(
    session: Session,
    shelf: ShelfDep,
    published_id: DocumentId,
    published_version_id: VersionId,
    request: Request,
) -> Response:
    """Fetch a paper of your panel in one language, or a part of it."""
    found = await paper_on(session, request, shelf, published_id, published_version_id)
    return content_response(request, found.version, public=False)
