"""HTTP for revisions and for the bytes of language versions."""

from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response, status

from app.core.fields import Language
from app.core.openapi import raises, takes_if_match
from app.core.preconditions import accept_match
from app.core.problems import (
    BodyTooLarge,
    NotFound,
    RequestTimeout,
    StillInUse,
    UnsupportedMediaType,
)
from app.core.routes import Beforehand, Session, StreamedRoute, router_for
from app.core.uploads import FileName
from app.documents import queries, revisions, versions
from app.documents.access import (
    DocumentToDecide,
    DocumentToEdit,
    RevisionToDecide,
    RevisionToEdit,
    VersionDep,
)
from app.documents.downloads import CONTENT_ANSWER, RANGE_PARAMETERS, content_response
from app.documents.problems import (
    ChecksumMismatch,
    DocumentEmbargoed,
    DocumentPublished,
    FileInfected,
    FileRefused,
    MeetingQuotaExceeded,
    NothingToRevise,
    NotYetScanned,
    TooManyDocuments,
)
from app.documents.receiving import (
    FILE_BODY,
    declared_size,
    declared_type,
    receive_document,
)
from app.documents.rendering import document_out
from app.documents.schemas import DocumentOut, RevisionCreate
from app.documents.versions import Incoming
from app.meetings.problems import MeetingClosed

router = router_for("documents")
streams = router_for("documents", route_class=StreamedRoute)
ONE = "/meetings/{m}/documents/{document_id}"
REVISIONS = ONE + "/revisions"
VERSION = REVISIONS + "/{revision_id}/versions/{language}"
CONTENT = ONE + "/versions/{version_id}/content"
VersionLanguage = Annotated[Language, Path(description="BCP 47 tag of the version.")]
_PLACE = {
    "Location": {
        "description": "The path of the bytes.",
        "schema": {"type": "string", "maxLength": 2000},
    }
}
_DIGEST: dict[str, Any] = {
    "parameters": [
        {
            "name": "Repr-Digest",
            "in": "header",
            "required": False,
            "description": "`sha-256=:BASE64:` (RFC 9530): what came is compared with it.",
            "schema": {"type": "string", "maxLength": 200},
        }
    ],
}


@router.post(
    REVISIONS,
    operation_id="addDocumentRevision",
    status_code=status.HTTP_201_CREATED,
    responses=raises(MeetingClosed, NothingToRevise, TooManyDocuments),
)
async def add_revision(
    session: Session, view: DocumentToDecide, body: RevisionCreate, response: Response
) -> DocumentOut:
    """Begin a revision, a corrigendum or an addendum of a document that was published."""
    meeting = view.library.meeting
    await revisions.add(session, meeting, view.document, body.kind)
    path = f"/v1/meetings/{meeting.id}/documents/{view.document.id}"
    response.headers["Location"] = path  # where its revisions are read
    return await document_out(session, view.library, view.document)


@router.delete(
    f"{REVISIONS}/{{revision_id}}",
    operation_id="deleteDocumentRevision",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(MeetingClosed, DocumentPublished, StillInUse),
    openapi_extra=takes_if_match("the document"),
)
async def delete_revision(
    session: Session, view: DocumentToDecide, revision: RevisionToDecide, request: Request
) -> None:
    """Delete a revision that was not published, with its bytes."""
    accept_match(request, await document_out(session, view.library, view.document))
    await revisions.delete(session, view.library.meeting, view.document, revision)


@streams.put(
    f"{VERSION}/content",
    operation_id="putDocumentContent",
    responses={
        200: {"headers": _PLACE},
        201: {
            "description": "There was none in this language.",
            "model": DocumentOut,
            "headers": _PLACE,
        },
        **raises(
            MeetingClosed,
            DocumentPublished,
            FileRefused,
            ChecksumMismatch,
            MeetingQuotaExceeded,
            TooManyDocuments,
            UnsupportedMediaType,
            BodyTooLarge,
            RequestTimeout,
        ),
    },
    openapi_extra=FILE_BODY | _DIGEST,
)
async def put_content(
    session: Session,
    view: DocumentToEdit,
    revision: RevisionToEdit,
    language: VersionLanguage,
    name: FileName,
    request: Request,
    response: Response,
    said: Annotated[str, Depends(declared_type)],
) -> DocumentOut:
    """Send the bytes of a revision in one language, in place of any that were not published.

    The file must be of the kind that is said, and nothing besides; macros are refused.
    """
    meeting, quota = view.library.meeting, request.app.state.settings.document_quota
    before = await versions.check_language(session, meeting, revision, language)
    given_back = before.size if before else 0
    incoming: Incoming | None = getattr(request.state, "incoming", None)
    size = declared_size(request) if incoming is None else incoming.digests.size
    await versions.check_room(session, meeting, size, quota, given_back=given_back)
    if incoming is None:
        raise Beforehand(partial(receive_document, request, said))
    kept, fresh = await versions.keep(
        session, meeting, view.document, revision, language, name, incoming
    )
    response.status_code = status.HTTP_201_CREATED if fresh else status.HTTP_200_OK
    path = f"/v1/meetings/{meeting.id}/documents/{view.document.id}"
    response.headers["Location"] = f"{path}/versions/{kept.id}/content"
    return await document_out(session, view.library, view.document)


@router.delete(
    VERSION,
    operation_id="deleteDocumentVersion",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(MeetingClosed, DocumentPublished),
    openapi_extra=takes_if_match("the document"),
)
async def delete_version(
    session: Session,
    view: DocumentToEdit,
    revision: RevisionToEdit,
    language: VersionLanguage,
    request: Request,
) -> None:
    """Delete the bytes of a revision in one language that were not published."""
    accept_match(request, await document_out(session, view.library, view.document))
    version = await queries.find_version_in(session, revision.id, language)
    if version is None:
        raise NotFound
    await versions.delete(session, view.library.meeting, view.document, version)


@router.get(
    CONTENT,
    operation_id="getDocumentContent",
    response_class=Response,
    responses=CONTENT_ANSWER | raises(DocumentEmbargoed, NotYetScanned, FileInfected),
    openapi_extra=RANGE_PARAMETERS,
)
async def get_content(found: VersionDep, request: Request) -> Response:
    """Fetch a document in one language, or a part of it; at this address it never changes."""
    return content_response(request, found.version, public=False)
