"""HTTP for resumable uploads: tus 1.0 with creation, checksum, expiration and termination."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any, Final

from fastapi import Depends, Request, Response, status
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect

from app.core.bodies import has_bad_text
from app.core.fields import Language, ShortLine
from app.core.limits import too_large
from app.core.openapi import Responses, raises
from app.core.problems import BadRequest, BodyTooLarge, FieldError, Invalid, Problem, RequestTimeout
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
from app.documents.uploads import Part
from app.meetings.problems import MeetingClosed

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,checksum,expiration,termination"
PART_TYPE: Final = "application/offset+octet-stream"
CREATION = "/meetings/{m}/documents/{document_id}/revisions/{revision_id}/uploads"
UPLOAD = "/meetings/{m}/documents/{document_id}/uploads/{upload_id}"
_LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)
_NAME: TypeAdapter[str] = TypeAdapter(ShortLine)
_ASKS = {"name": "Tus-Resumable", "in": "header", "required": True}
_RESUMABLE = {
    **_ASKS,
    "description": "The version of tus that the client speaks.",
    "schema": {"type": "string", "enum": [VERSION]},
    "example": VERSION,
}


def _header(name: str, words: str, example: str, *, needed: bool = True) -> dict[str, Any]:
    schema = {"type": "string", "maxLength": 4000}
    described = {"description": words, "schema": schema, "example": example}
    return {"name": name, "in": "header", "required": needed, **described}


_CREATION: dict[str, Any] = {
    "parameters": [
        _RESUMABLE,
        _header("Upload-Length", "Bytes of the whole file.", "48213"),
        _header(
            "Upload-Metadata",
            "`filename`, `filetype` (a media type) and `language`, each with its value in base64.",
            "filename bm90ZS5wZGY=,filetype YXBwbGljYXRpb24vcGRm,language ZnI=",
        ),
    ]
}
_PART: dict[str, Any] = {
    "parameters": [
        _RESUMABLE,
        _header("Upload-Offset", "Where these bytes begin.", "0"),
        _header(
            "Upload-Checksum",
            f"Algorithm ({', '.join(CHECKSUMS)}) and digest in base64.",
            "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=",
            needed=False,
        ),
    ],
    "requestBody": {
        "required": True,
        "description": "The next bytes.",
        "content": {
            PART_TYPE: {
                "schema": {"type": "string", "format": "binary", "maxLength": 10_000_000_000}
            }
        },
    },
}


_WORDS: Final = {
    "Tus-Resumable": "The version of tus that is spoken here.",
    "Tus-Version": "The versions of tus that are spoken here; of `tus-version`.",
    "Upload-Expires": "When the upload ends unless it is complete, as a date of HTTP.",
    "Upload-Length": "Bytes of the whole file.",
    "Upload-Offset": "How many bytes have arrived: go on from there.",
}


def _headers(*names: str) -> dict[str, Any]:
    """The headers of tus that an answer has."""
    return {
        name: {"description": _WORDS[name], "schema": {"type": "string", "maxLength": 100}}
        for name in ("Tus-Resumable", *names)
    }


def _answers(status_code: int, *names: str) -> Responses:
    return {status_code: {"headers": _headers(*names)}}


def _refusals(*problems: type[Problem]) -> Responses:
    """Of an upload: they too have the headers of tus."""
    told = {"409": ("Upload-Offset",), "412": ("Tus-Version",)}
    known = {UploadOffsetWrong: "409", TusVersionUnknown: "412"}
    said = {known[each] for each in problems if each in known}
    return {
        status: answer | {"headers": _headers(*(told[str(status)] if status in said else ()))}
        for status, answer in raises(*problems).items()
    }


class _Spoken:
    """Answers, also refusals, say which version of tus this is."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()  # type: ignore[misc]  # a route's, which this is mixed into

        async def speak(request: Request) -> Response:
            try:
                response: Response = await handle(request)
            except Problem as problem:
                problem.headers.setdefault("Tus-Resumable", VERSION)
                raise
            response.headers.setdefault("Tus-Resumable", VERSION)
            return response

        return speak


class TusRoute(_Spoken, Route):
    """A route of tus without a body."""


class PartRoute(_Spoken, StreamedRoute):
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


async def speaks_tus(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        headers = {"Tus-Version": VERSION}
        raise TusVersionUnknown(f"Send Tus-Resumable: {VERSION}.", headers=headers)


SpeaksTus = Depends(speaks_tus)


@router.post(
    CREATION,
    operation_id="startDocumentUpload",
    status_code=status.HTTP_201_CREATED,
    responses=_answers(201, "Upload-Expires")
    | _refusals(
        MeetingClosed,
        DocumentPublished,
        MeetingQuotaExceeded,
        TooManyDocuments,
        TusVersionUnknown,
        WrongType,
        BodyTooLarge,
    ),
    openapi_extra=_CREATION,
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
    members, said = _metadata(request)
    members["size"] = _number(request, "upload-length", least=1)
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
    return UploadOut.made(upload)


@router.get(
    UPLOAD,
    operation_id="getDocumentUpload",
    responses=_answers(200, "Upload-Expires", "Upload-Length", "Upload-Offset"),
    openapi_extra={"parameters": [{**_RESUMABLE, "required": False}]},
)
async def get_upload(upload: UploadDep, response: Response) -> UploadOut:
    """Read how far an upload is; `HEAD` is tus's own way of asking."""
    response.headers.update(_progress(upload))
    response.headers["Upload-Length"] = str(upload.size)
    response.headers["Cache-Control"] = "no-store"
    return UploadOut.made(upload)


@parts.patch(
    UPLOAD,
    operation_id="appendDocumentUpload",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=_answers(204, "Upload-Expires", "Upload-Offset")
    | _refusals(
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
    openapi_extra=_PART,
    dependencies=[SpeaksTus],
)
async def append_upload(session: Session, upload: UploadDep, request: Request) -> Response:
    """Send the next bytes; the last of them make the document, and say so where it is refused.

    What arrives before a connection breaks is kept, unless there is a checksum.
    """
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != PART_TYPE:
        raise WrongType(f"Send the bytes as {PART_TYPE}.", headers={"Accept-Patch": PART_TYPE})
    offset = _number(request, "upload-offset", least=0)
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
    responses=_answers(204) | _refusals(TusVersionUnknown),
    openapi_extra={"parameters": [_RESUMABLE]},
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


def _metadata(request: Request) -> tuple[dict[str, Any], str]:
    """Language and name, and the media type, of `Upload-Metadata`; raises `Invalid`."""
    found: dict[str, str] = {}
    for pair in request.headers.get("upload-metadata", "")[:4000].split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            raise _refused(f"{key[:40] or 'a key'} has no value in base64") from None
    missing = [key for key in ("filename", "filetype", "language") if not found.get(key)]
    if missing:
        raise _refused(f"lacks {', '.join(missing)}")
    try:
        name = _NAME.validate_python(found["filename"])
        language = _LANGUAGE.validate_python(found["language"])
    except ValidationError:
        raise _refused("has a filename or a language that is none") from None
    if has_bad_text(name):
        raise _refused("has characters that are refused")
    said = found["filetype"].partition(";")[0].strip().lower()
    return {"language": language, "name": name}, said


def _refused(words: str) -> Invalid:
    error = FieldError(pointer="header/Upload-Metadata", detail=f"It {words}.")
    return Invalid(error.detail, errors=[error])


def _number(request: Request, name: str, *, least: int) -> int:
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdecimal() and len(value) <= 15 and int(value) >= least):
        detail = f"Is a number of bytes from {least} on."
        raise Invalid(detail, errors=[FieldError(pointer=f"header/{name}", detail=detail)])
    return int(value)


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
