"""tus 1.0 as it stands in requests and answers: its headers, read and described."""

import base64
import binascii
from collections.abc import Callable
from typing import Any, Final

from fastapi import Depends, Request, Response
from pydantic import TypeAdapter, ValidationError

from app.core.bodies import has_bad_text
from app.core.fields import Language, ShortLine
from app.core.openapi import Responses, raises
from app.core.problems import FieldError, Invalid, Problem
from app.documents.problems import TusVersionUnknown, UploadOffsetWrong
from app.documents.receiving import CHECKSUMS

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,checksum,expiration,termination"
PART_TYPE: Final = "application/offset+octet-stream"
_LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)
_NAME: TypeAdapter[str] = TypeAdapter(ShortLine)
RESUMABLE = {
    "name": "Tus-Resumable",
    "in": "header",
    "required": True,
    "description": "The version of tus that the client speaks.",
    "schema": {"type": "string", "enum": [VERSION]},
    "example": VERSION,
}


def _header(name: str, words: str, example: str, *, needed: bool = True) -> dict[str, Any]:
    schema = {"type": "string", "maxLength": 4000}
    described = {"description": words, "schema": schema, "example": example}
    return {"name": name, "in": "header", "required": needed, **described}


CREATION_PARAMETERS: dict[str, Any] = {
    "parameters": [
        RESUMABLE,
        _header("Upload-Length", "Bytes of the whole file.", "48213"),
        _header(
            "Upload-Metadata",
            "`filename`, `filetype` (a media type) and `language`, each with its value in base64.",
            "filename bm90ZS5wZGY=,filetype YXBwbGljYXRpb24vcGRm,language ZnI=",
        ),
    ]
}
PART_BODY: dict[str, Any] = {
    "parameters": [
        RESUMABLE,
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


def tus_answers(status_code: int, *names: str) -> Responses:
    return {status_code: {"headers": _headers(*names)}}


def tus_refusals(*problems: type[Problem]) -> Responses:
    """Of an upload: they too have the headers of tus."""
    told = {"409": ("Upload-Offset",), "412": ("Tus-Version",)}
    known = {UploadOffsetWrong: "409", TusVersionUnknown: "412"}
    said = {known[each] for each in problems if each in known}
    return {
        status: answer | {"headers": _headers(*(told[str(status)] if status in said else ()))}
        for status, answer in raises(*problems).items()
    }


def _headers(*names: str) -> dict[str, Any]:
    """The headers of tus that an answer has."""
    return {
        name: {"description": _WORDS[name], "schema": {"type": "string", "maxLength": 100}}
        for name in ("Tus-Resumable", *names)
    }


class Speaking:
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


async def speaks_tus(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        headers = {"Tus-Version": VERSION}
        raise TusVersionUnknown(f"Send Tus-Resumable: {VERSION}.", headers=headers)


SpeaksTus = Depends(speaks_tus)


def upload_metadata(request: Request) -> tuple[dict[str, Any], str]:
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


def number_of_bytes(request: Request, name: str, *, least: int) -> int:
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdecimal() and len(value) <= 15 and int(value) >= least):
        detail = f"Is a number of bytes from {least} on."
        raise Invalid(detail, errors=[FieldError(pointer=f"header/{name}", detail=detail)])
    return int(value)
