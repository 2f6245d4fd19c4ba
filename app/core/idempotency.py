"""Repeating a POST safely: the answer is kept in the transaction of its effect.

The draft "The Idempotency-Key HTTP Header Field" (httpapi working group): the same key and
request gives the first answer again, another request 422, one under way 409. A refused request
keeps nothing, so it may be mended and repeated under the same key.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet
from fastapi import Request, Response
from sqlalchemy import Index, LargeBinary, Text, Uuid, event, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel

from app.core import clock
from app.core.problems import (
    AnswerErased,
    FieldError,
    IdempotencyKeyReused,
    Invalid,
    RequestInProgress,
)
from app.core.tables import Instant

_KEPT = frozenset(
    {b"content-type", b"location", b"etag", b"cache-control", b"content-security-policy"}
)
"""Headers of an answer that its repetition has as well: what was not to be stored still is not."""
Ids: Any = ARRAY(Uuid)
MOST_IDS = 100_000
"""That are kept of an answer."""
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEY = re.compile(r"[\x21-\x7E]{1,255}")


class IdempotencyKey(SQLModel, table=True):
    """An answer that was given, until the worker forgets it."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_mentions", "mentions", postgresql_using="gin"),)

    scope: bytes = Field(primary_key=True, sa_type=LargeBinary)
    """Hash of credential, method, path and key."""
    fingerprint: bytes = Field(sa_type=LargeBinary)
    status: int
    answer: str = Field(sa_type=Text)
    """Headers and body, encrypted, for some answers show a secret once; empty once erased."""
    mentions: list[UUID] = Field(default_factory=list, sa_type=Ids, nullable=False)
    """Every id in the answer, in what was recorded, and of what was read: whom it may tell of."""
    created_at: datetime = Field(sa_type=Instant, index=True)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a request under a key."""

    scope: bytes
    fingerprint: bytes
    read: set[UUID] = field(default_factory=set)
    """Ids of the rows that the request reads or makes: its answer may tell of any of them."""

    def watch(self, session: AsyncSession) -> None:
        for name in ("loaded_as_persistent", "pending_to_persistent"):
            event.listen(session.sync_session, name, self._note)

    def _note(self, _: object, row: Any) -> None:
        key = getattr(row, "id", None)
        if isinstance(key, UUID):
            self.read.add(key)


def key_of(request: Request) -> str | None:
    """The caller's key, unquoted; raises `Invalid` for one that is none."""
    header = request.headers.get("idempotency-key")
    if header is None:
        return None
    key = header[1:-1] if len(header) > 2 and header[0] == header[-1] == '"' else header
    if not _KEY.fullmatch(key):
        detail = "1 to 255 visible ASCII characters."
        raise Invalid(detail, errors=[FieldError(pointer="header/Idempotency-Key", detail=detail)])
    return key


async def claim(
    session: AsyncSession, request: Request, key: str, body: bytes, *, watch: bool = True
) -> Claim | Response:
    """The first answer where there is one, else the claim to make it.

    Two requests at once: the second does not get the advisory lock and is told to wait. A commit
    between this statement's snapshot and its lock shows up as a duplicate primary key in `keep`,
    upon which the request is run again and finds the answer. In a session that serves others too,
    do not `watch`: what is read there is not this request's.
    """
    credential = request.headers.get("authorization", "")
    where = f"{credential}\0{request.method}\0{request.url.path}\0{key}"
    scope = hashlib.sha256(where.encode()).digest()
    about = request.url.query.encode() + b"\0" + body
    fingerprint = hashlib.sha256(about).digest()
    found = (
        await session.execute(
            text(
                "SELECT pg_try_advisory_xact_lock(:lock) AS mine, k.fingerprint, k.status, k.answer"
                " FROM (SELECT 1) AS one LEFT JOIN idempotency_keys k ON k.scope = :scope"
            ),
            {"lock": int.from_bytes(scope[:8], signed=True), "scope": scope},
        )
    ).one()
    if found.fingerprint is not None:
        if bytes(found.fingerprint) != fingerprint:
            raise IdempotencyKeyReused("This key came before with another request.")
        return _replay(request, found.status, found.answer)
    if not found.mine:
        raise RequestInProgress("A request with this key is under way.")
    claimed = Claim(scope, fingerprint)
    if watch:
        claimed.watch(session)
    return claimed


async def keep(
    session: AsyncSession, request: Request, claimed: Claim, response: Response, told: str
) -> None:
    """Store a successful answer with the effect; `told` is what was recorded of it."""
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in response.raw_headers
        if name.lower() in _KEPT
    ]
    answer = json.dumps([headers, base64.b64encode(bytes(response.body)).decode()])
    session.add(
        IdempotencyKey(
            scope=claimed.scope,
            fingerprint=claimed.fingerprint,
            status=response.status_code,
            answer=_cipher(request).encrypt(answer.encode()).decode(),
            mentions=_mentions(claimed, bytes(response.body).decode("utf-8", "replace") + told),
            created_at=clock.now(),
        )
    )
    await session.flush()


def _mentions(claimed: Claim, words: str) -> list[UUID]:
    return sorted(claimed.read | {UUID(each) for each in _ID.findall(words)})[:MOST_IDS]


def _replay(request: Request, status: int, answer: str) -> Response:
    if not answer:
        raise AnswerErased("It took effect; what it answered was about somebody anonymized since.")
    headers, body = json.loads(_cipher(request).decrypt(answer.encode()))
    response = Response(base64.b64decode(body), status_code=status, headers=dict(headers))
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _cipher(request: Request) -> Fernet:
    key = hashlib.sha256(b"idempotency\0" + request.app.state.secret).digest()
    return Fernet(base64.urlsafe_b64encode(key))
