"""Bytes as they go out: ranges, tags, names in every script, a piece at a time."""

import re
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.core.openapi import Responses, raises
from app.core.preconditions import matches
from app.core.uploads import disposition
from app.documents.kinds import KINDS
from app.documents.problems import RangeUnsatisfiable
from app.documents.storage import Storage, StoreFailed, unavailable
from app.documents.tables import DocumentVersion

_RANGE = re.compile(r"bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$")
SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Of an answer that a browser saves and never shows within a page of ours."""
_BYTES = {
    kind: {"schema": {"type": "string", "format": "binary", "maxLength": 10_000_000_000}}
    for kind in KINDS
}
_SENT = {
    name: {"description": words, "schema": {"type": "string", "maxLength": 1000}}
    for name, words in (
        ("Accept-Ranges", "`bytes`: parts of it can be asked for."),
        ("Content-Disposition", "The name to save it under, in any script (RFC 6266)."),
        ("ETag", "Strong tag of all of it, which never changes; for `If-Range`."),
    )
}
_PLACE = {
    "Content-Range": {
        "description": "Which bytes of how many: `bytes 0-499/48213`; refused, `bytes */48213`.",
        "schema": {"type": "string", "maxLength": 100},
    }
}
CONTENT_ANSWER: Responses = {
    200: {"description": "The document, to be saved.", "content": _BYTES, "headers": _SENT},
    206: {
        "description": "The part of it that `Range` asks for.",
        "content": _BYTES,
        "headers": _SENT | _PLACE,
    },
    "416": raises(RangeUnsatisfiable)["416"] | {"headers": _PLACE},
}
RANGE_PARAMETERS: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": words,
            "schema": {"type": "string", "maxLength": 200},
        }
        for name, words in (
            ("Range", "One range of bytes; several, and other units, are answered with all of it."),
            ("If-Range", "The range is answered only where this is the document's `ETag`."),
        )
    ]
}


class Span(NamedTuple):
    """From a byte to before a byte."""

    begins: int
    ends: int


class StoredResponse(StreamingResponse):
    """Opens the object when the answer is sent, with no transaction open, and before its head: a
    store that fails is still a refusal.
    """

    def __init__(self, storage: Storage, key: str, span: Span, **options: Any) -> None:
        super().__init__(_nothing(), **options)
        self._storage, self._key, self._span = storage, key, span

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope.get("head"):
            try:
                self.body_iterator = await self._storage.read(self._key, *self._span)
            except StoreFailed as error:
                raise unavailable() from error
        await super().__call__(scope, receive, send)


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""  # so that it is an iterator


def content_response(request: Request, version: DocumentVersion, *, public: bool) -> Response:
    """The bytes of a language version as the caller wants them (RFC 9110 sections 13 and 14)."""
    etag = f'"{version.sha256}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "public, no-cache" if public else "private, no-cache",
        "Accept-Ranges": "bytes",
    }
    known = request.headers.get("if-none-match")
    if known is not None and matches(known, etag):
        return Response(status_code=304, headers=headers)
    span = _asked_span(request, version.size, etag)
    sent = span or Span(0, version.size)
    headers |= SAFE | {
        "Content-Disposition": disposition(version.name),
        "Content-Language": version.language,
        "Content-Length": str(sent.ends - sent.begins),
    }
    if span is not None:
        headers["Content-Range"] = f"bytes {sent.begins}-{sent.ends - 1}/{version.size}"
    return StoredResponse(
        request.app.state.storage,
        version.storage_key,
        sent,
        status_code=200 if span is None else 206,
        headers=headers,
        media_type=_with_charset(version.media_type),
    )


def _asked_span(request: Request, size: int, etag: str) -> Span | None:
    """Of a file that is still the one of `If-Range`; raises `RangeUnsatisfiable`."""
    span = wanted_span(request.headers.get("range"), size)
    if_range = request.headers.get("if-range")
    if span is None or (if_range is not None and if_range.strip() != etag):
        return None
    if span.begins >= span.ends:
        told = {"Content-Range": f"bytes */{size}"}
        raise RangeUnsatisfiable(f"The document has {size} bytes.", headers=told)
    return span


def wanted_span(header: str | None, size: int) -> Span | None:
    """The one range that a header asks for; None for all of it, and for what is no such header.

    One that holds no byte of a document of this size is empty.
    """
    found = _RANGE.match(header.strip()) if header is not None else None
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        return Span(max(0, size - int(suffix)), size if int(suffix) else 0)
    if last and int(last) < int(first):
        return None
    return Span(int(first), min(int(last) + 1, size) if last else size)


def _with_charset(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
