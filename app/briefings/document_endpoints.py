"""HTTP for the documents of a briefing's item, for the holders of its links."""

from typing import Annotated

from fastapi import Depends, Request, Response

from app.briefings import links
from app.briefings.lifecycle import BriefingHolder, BriefingStatus
from app.briefings.link_access import LinkHeader, held_by
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
from app.identity.problems import LinkSpent, LinkUnknown

router = router_for("briefings")
BASE = "/briefing-links/documents"
BY_LINK = {"x-public": True}


async def shelf_of_link(session: Session, request: Request, link: LinkHeader) -> Shelf:
    """Of the group, which may still name somebody; and of a briefer who has not declined."""
    held = await held_by(session, request, link, links.open_link)
    declined = held.briefing.status is BriefingStatus.DECLINED
    speaks = held.holder is BriefingHolder.GROUP or not declined
    return Shelf(held.meeting, held.briefing.item_id, f"/v1{BASE}", speaks=speaks)


ShelfDep = Annotated[Shelf, Depends(shelf_of_link)]


@router.get(
    BASE,
    operation_id="listBriefingDocumentsByLink",
    responses=raises(LinkUnknown, LinkSpent),
    openapi_extra=BY_LINK,
)
async def list_briefing_documents(
    session: Session, shelf: ShelfDep, paging: Paging, asked: PapersAsked, response: Response
) -> Page[SpeakerDocumentOut]:
    """List the published papers of the briefing's item that are for the public or for members.

    There are none for a briefer who has declined, nor where the meeting is cancelled.
    """
    response.headers["Cache-Control"] = PRIVATE
    return await papers_page(session, shelf, paging, asked)


@router.get(
    BASE + "/{briefing_document_id}/versions/{briefing_version_id}/content",
    operation_id="getBriefingDocumentContentByLink",
    response_class=Response,
    responses=CONTENT_ANSWER
    | raises(LinkUnknown, LinkSpent, DocumentEmbargoed, NotYetScanned, FileInfected),
    openapi_extra=BY_LINK | RANGE_PARAMETERS,
)
async def get_briefing_content(
    session: Session,
    shelf: ShelfDep,
    briefing_document_id: DocumentId,
    briefing_version_id: VersionId,
    request: Request,
) -> Response:
    """Fetch a paper of the briefing's item in one language, or a part of it."""
    found = await paper_on(session, request, shelf, briefing_document_id, briefing_version_id)
    return content_response(request, found.version, public=False)
