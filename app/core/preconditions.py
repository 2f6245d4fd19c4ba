"""Conditional requests (RFC 9110 section 13): entity tags of representations."""

import hashlib

from fastapi import Request
from pydantic import BaseModel, TypeAdapter

from app.core.problems import PreconditionFailed, PreconditionRequired

MAX_TAGS = 1000
"""Characters of `If-Match` and `If-None-Match`."""


def etag_of(body: bytes) -> str:
    """The strong entity tag of a representation's bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def representation_etag(resource: BaseModel) -> str:
    """The tag that a `GET` of this resource carries for the same caller."""
    return etag_of(TypeAdapter(type(resource)).dump_json(resource))


def matches(header: str, etag: str) -> bool:
    """Whether an `If-Match` or `If-None-Match` list holds the tag; `*` holds any."""
    tags = [tag.strip() for tag in header.split(",")]
    return "*" in tags or etag in tags or etag in [tag.removeprefix("W/") for tag in tags]


def require_match(request: Request, current: BaseModel) -> None:
    """Let a change pass only over the representation that the caller has read.

    Call it with the resource locked. Raises `PreconditionRequired` (428) without `If-Match` and
    `PreconditionFailed` (412) when the resource has changed.
    """
    header = request.headers.get("if-match")
    if header is None:
        raise PreconditionRequired("Send If-Match with the ETag of the resource that you read.")
    accept_match(request, current)


def accept_match(request: Request, current: BaseModel) -> None:
    """Honour `If-Match` where it is not demanded."""
    header = request.headers.get("if-match")
    if header is None:
        return
    strong = ",".join(tag for tag in header.split(",") if not tag.strip().startswith("W/"))
    if not matches(strong, representation_etag(current)):
        raise PreconditionFailed("The resource has changed since you read it; read it again.")
