"""HTTP for resumable uploads: tus 1.0 with creation, checksum, expiration and termination."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any

from fastapi import Request, Response, status
from starlette.requests import ClientDisconnect

from app.core.limits import too_large
from app.core.problems import BadRequest, BodyTooLarge, RequestTimeout
from app.core.problems import UnsupportedMediaType as WrongType
from app.core.routes import Beforehand, Route, Session, StreamedRoute, router_for
from app.documents import sniffing, uploads, versions
from app.documents.access import DocumentToEdit, RevisionToEdit, UploadDep
from app.documents.finishing import Finisher
from app.documents.problems import (
    DocumentPublished,
    FileRefused,
    MeetingQuotaExceeded,
    PartDamaged,
    TooManyDocuments,
    TusVersionUnknown,
    UploadOffsetWrong,
)
from app.documents.receiving import CHECKSUMS, part_checksum, pieces, spool_folder, spool_of
from app.documents.schemas import UploadOut
from app.documents.storage import StoreFailed, part_key, unavailable
from app.documents.tables import DocumentUpload
from app.documents.tus import (
    CREATION_PARAMETERS,
    EXTENSIONS,
    PART_BODY,
    PART_TYPE,
    RESUMABLE,
    VERSION,
    Speaking,
    SpeaksTus,
    number_of_bytes,
    tus_answers,
    tus_refusals,
    upload_metadata,
)
from app.documents.uploads import Part
from app.meetings.problems import MeetingClosed

CREATION = "/meetings/{m}/documents/{document_id}/revisions/{revision_id}/uploads"
UPLOAD = "/meetings/{m}/documents/{document_id}/uploads/{upload_id}"


class TusRoute(Speaking, Route):
    """A route of tus without a body."""


class PartRoute(Speaking, StreamedRoute):
    """The route of parts: the last one is followed by making the document of all of them."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handle_and_finish(request: Request) -> Response:
            response: Response = await handle(request)
            if (whole := getattr(request.state, "whole", None)) is not None:
                state = request.app.state
                finisher = Finisher(state.database, state.storage, spool_folder(state.settings))
                await finisher.finish(whole, request.state.actor)
            return response

        return handle_and_finish


router = router_for("documents", route_class=TusRoute)
parts = router_for("documents", route_class=PartRoute)


@router.post(
    CREATION,
    operation_id="startDocumentUpload",
    status_code=status.HTTP_201_CREATED,
    responses=tus_answers(201, "Upload-Expires")
    | tus_refusals(
        MeetingClosed,
        DocumentPublished,
        MeetingQuotaExceeded,
        TooManyDocuments,
        TusVersionUnknown,
        WrongType,
        BodyTooLarge,
    ),
    openapi_extra=CREATION_PARAMETERS,
    dependencies=[SpeaksTus],
)
async def start_upload(
    session: Session,
    view: DocumentToEdit,
    revision: RevisionToEdit,
    request: Request,
    response: Response,
) -> UploadOut:
    """Start a resumable upload of a revision in one language (tus 1.0, creation)."""
    settings, meeting = request.app.state.settings, view.library.meeting
    members, said = upload_metadata(request)
    members["size"] = number_of_bytes(request, "upload-length", least=1)
    if members["size"] > settings.document_limit:
        raise too_large(settings.document_limit)
    kind = sniffing.kind_of(said)
    await versions.check_language(session, meeting, revision, members["language"])
    await versions.check_room(session, meeting, members["size"], settings.document_quota)
    life = timedelta(hours=settings.upload_hours)
    upload = await uploads.start(session, view.document, revision, members, kind, life)
    base = f"/v1/meetings/{meeting.id}/documents/{view.document.id}/uploads"
    response.headers["Location"] = f"{base}/{upload.id}"
    response.headers["Upload-Expires"] = _expires(upload.expires_at)
    return UploadOut.of(upload)


@router.get(
    UPLOAD,
    operation_id="getDocumentUpload",
    responses=tus_answers(200, "Upload-Expires", "Upload-Length", "Upload-Offset"),
    openapi_extra={"parameters": [{**RESUMABLE, "required": False}]},
)
async def get_upload(upload: UploadDep, response: Response) -> UploadOut:
    """Read how far an upload is; `HEAD` is tus's own way of asking."""
    response.headers.update(_progress(upload))
    response.headers["Upload-Length"] = str(upload.size)
    response.headers["Cache-Control"] = "no-store"
    return UploadOut.of(upload)


@parts.patch(
    UPLOAD,
    operation_id="appendDocumentUpload",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=tus_answers(204, "Upload-Expires", "Upload-Offset")
    | tus_refusals(
        MeetingClosed,
        UploadOffsetWrong,
        PartDamaged,
        FileRefused,
        TooManyDocuments,
        TusVersionUnknown,
        WrongType,
        BodyTooLarge,
        RequestTimeout,
    ),
    openapi_extra=PART_BODY,
    dependencies=[SpeaksTus],
)
async def append_upload(session: Session, upload: UploadDep, request: Request) -> Response:
    """Send the next bytes; the last of them make the document, and say so where it is refused.

    What arrives before a connection breaks is kept, unless there is a checksum.
    """
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != PART_TYPE:
        raise WrongType(f"Send the bytes as {PART_TYPE}.", headers={"Accept-Patch": PART_TYPE})
    offset = number_of_bytes(request, "upload-offset", least=0)
    uploads.check_offset(upload, offset)
    part: Part | None = getattr(request.state, "part", None)
    if part is None:
        raise Beforehand(partial(_receive_part, request, offset, upload.size - offset))
    await uploads.append(session, upload, part)
    if upload.received == upload.size and upload.version_id is None:
        request.state.whole, request.state.actor = upload.id, session.info["actor"]
    return Response(status_code=204, headers=_progress(upload))


@router.delete(
    UPLOAD,
    operation_id="endDocumentUpload",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=tus_answers(204) | tus_refusals(TusVersionUnknown),
    openapi_extra={"parameters": [RESUMABLE]},
    dependencies=[SpeaksTus],
)
async def end_upload(session: Session, view: DocumentToEdit, upload: UploadDep) -> None:
    """Give an upload up (tus 1.0, termination); what it became stays."""
    await uploads.end(session, view.document, upload, "terminated")


async def describe_tus(request: Request) -> Response:
    """What of tus is spoken here (`OPTIONS`, for clients that ask)."""
    return Response(
        status_code=204,
        headers={
            "Allow": "OPTIONS, POST",
            "Tus-Resumable": VERSION,
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(request.app.state.settings.document_limit),
            "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
        },
    )


async def _receive_part(request: Request, offset: int, left: int) -> None:
    """Write what comes into the store, and leave what it is in `request.state.part`."""
    checksum = part_checksum(request)
    spool = spool_of(request)
    try:
        async for piece in pieces(request):
            spool.write(piece)
            if spool.size > left:
                raise too_large(left)
            if checksum is not None:
                checksum[0].update(piece)
    except (ClientDisconnect, RequestTimeout):
        if checksum is not None:
            raise BadRequest("The bytes ended before they were complete.") from None
    if checksum is not None and checksum[0].digest() != checksum[1]:
        raise PartDamaged("The bytes are not those of the checksum.")
    key = part_key()
    if spool.size:
        try:
            await request.app.state.storage.put(key, spool.file)
        except StoreFailed as error:
            raise unavailable() from error
    request.state.part = Part(offset, spool.size, key)


def _progress(upload: DocumentUpload) -> Mapping[str, str]:
    return {
        "Upload-Offset": str(upload.received),
        "Upload-Expires": _expires(upload.expires_at),
    }


def _expires(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


router.add_api_route(
    CREATION,
    describe_tus,
    methods=["OPTIONS"],
    include_in_schema=False,
    openapi_extra={"x-public": True},
)
