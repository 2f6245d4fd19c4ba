"""Bytes as they come in: into a file, looked at, and into the store, all without a transaction."""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from app.core.problems import BadRequest, FieldError, Invalid, RequestTimeout
from app.documents import sniffing
from app.documents.kinds import KINDS
from app.documents.problems import ChecksumMismatch
from app.documents.spool import Spool
from app.documents.storage import Storage, StoreFailed, document_key, unavailable
from app.documents.versions import Incoming
from app.settings import Settings

FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself, of the kind that `Content-Type` says.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary", "maxLength": 10_000_000_000}}
            for kind in KINDS
        },
    },
}
"""`openapi_extra` of an operation that takes one."""
CHECKSUMS = ("sha1", "sha256", "sha512", "md5")
"""Algorithms of tus's `Upload-Checksum`."""


def declared_type(request: Request) -> str:
    """What the sender says that the bytes are; raises `UnsupportedMediaType`."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return sniffing.kind_of(said).media_type


def declared_size(request: Request) -> int:
    """0 where the sender does not say it."""
    length = request.headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def spool_folder(settings: Settings) -> Path:
    return settings.data / "spool"


def spool_of(request: Request) -> Spool:
    """One that ends with the request."""
    spool: Spool = request.state.stack.enter_context(Spool(spool_folder(_settings(request))))
    return spool


async def pieces(request: Request) -> AsyncIterator[bytes]:
    """The body; raises `RequestTimeout` for a sender who pauses or goes on for too long."""
    settings = _settings(request)
    stream = request.stream()
    try:
        async with asyncio.timeout(settings.upload_seconds):
            while True:
                async with asyncio.timeout(settings.body_seconds):
                    piece = await anext(stream, b"")
                if not piece:
                    return
                yield piece
    except TimeoutError:
        raise RequestTimeout("The bytes came too slowly.") from None


async def receive_document(request: Request, said: str) -> None:
    """Take the body as a document of this media type, and leave it in `request.state.incoming`."""
    expected = _expected_digest(request)
    spool = spool_of(request)
    try:
        await spool.take(pieces(request))
    except ClientDisconnect:
        raise BadRequest("The body ended before it was complete.") from None
    if expected is not None and bytes.fromhex(spool.digests.sha256) != expected:
        raise ChecksumMismatch("The SHA-256 of what came is another one.")
    request.state.incoming = await taken_in(request.app.state.storage, spool, said)


async def taken_in(storage: Storage, spool: Spool, said: str) -> Incoming:
    """What was received, once it was looked at and written into the store.

    Raises `FileRefused`, `UnsupportedMediaType`, and `Unavailable` where the store is at fault.
    """
    spool.flush()
    kind = await asyncio.to_thread(sniffing.check, spool.file, said)
    digests = spool.digests
    key = document_key(digests.sha256)
    try:
        await storage.put(key, spool.file)
    except StoreFailed as error:
        raise unavailable() from error
    return Incoming(kind, digests, key)


def _expected_digest(request: Request) -> bytes | None:
    """The SHA-256 of `Content-Digest` or `Repr-Digest` (RFC 9530); other algorithms say nothing."""
    for name in ("content-digest", "repr-digest"):
        for part in request.headers.get(name, "").split(","):
            algorithm, _, value = part.strip().partition("=")
            if algorithm.strip().lower() == "sha-256":
                return _decoded(name, value.strip().strip(":"))
    return None


def part_checksum(request: Request) -> tuple[Any, bytes] | None:
    """The hash to make and the value to find, by `Upload-Checksum`; raises `BadRequest`."""
    header = request.headers.get("upload-checksum")
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    if algorithm not in CHECKSUMS:
        raise BadRequest(f"Upload-Checksum is one of {', '.join(CHECKSUMS)}.")
    made = hashlib.new(algorithm, usedforsecurity=False)
    return made, _decoded("upload-checksum", value.strip())


def _decoded(name: str, value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        detail = "Is a digest in base64."
        raise Invalid(
            detail, errors=[FieldError(pointer=f"header/{name}", detail=detail)]
        ) from None


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings
