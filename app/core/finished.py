"""Finished bytes for everybody: one statement or none, and no object in between."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self
from uuid import UUID

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from app.core.database import Database
from app.core.fields import accepted_languages
from app.core.languages import lookup
from app.core.leases import Lease, State
from app.core.problems import FieldError, Invalid, NotFound
from app.core.routes import QuickRoute

_HANDLE: Final = re.compile(r"[a-z0-9-]{2,80}")
_OURS: Final = re.compile(r'"[0-9a-f]{32}"')
Headers = Sequence[tuple[bytes, bytes]]
_AROUND: Final = 1_000
"""Bytes that a kept answer takes besides its content."""


class BareRoute(QuickRoute):
    """A route whose parameters are documented but not looked at: its endpoint does that.

    FastAPI's own way through dependencies and models takes longer than the endpoint.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive)
        response = await self.endpoint(request, **scope["path_params"])
        await response(scope, receive, send)


class Sent(Response):
    """An answer whose head is finished too."""

    def __init__(self, status: int, content: bytes, headers: Sequence[tuple[bytes, bytes]]) -> None:
        self.status_code, self.body, self.background = status, content, None
        self.raw_headers = list(headers)


class Found(NamedTuple):
    """A tag, the bytes or None where the caller has them, and what stands in the answer's head."""

    etag: str
    content: bytes | None
    tag: tuple[bytes, bytes]
    fields: tuple[tuple[bytes, bytes], ...]
    """Of the content: how long it is, in what language, and the tag."""

    @classmethod
    def of(cls, etag: str, content: bytes | None, language: str | None) -> Self:
        tag = (b"etag", etag.encode())
        fields = [(b"content-length", b"%d" % len(content or b"")), tag]
        if language is not None:
            fields.append((b"content-language", language.encode()))
        return cls(etag, content, tag, tuple(fields))


class Question(NamedTuple):
    """What is asked for, and the tags of the answers that the caller has.

    The statement takes the key as `$1`, the tags as `$2` and the others after them; it gives a
    tag, the bytes or NULL where the tag is among those, and what language it is in.
    """

    statement: str
    key: UUID | str
    tags: tuple[str, ...] = ()
    others: tuple[Any, ...] = ()


class Answers:
    """Callers who ask the same at the same time share one statement.

    It is sent after the last of them has come, never before, so that nobody is told less than was
    true when they asked: who comes while a statement runs waits for the next.
    """

    def __init__(self) -> None:
        self._running: dict[Question, asyncio.Task[Found | None]] = {}
        self._next: dict[Question, asyncio.Task[Found | None]] = {}

    async def to(self, question: Question, database: Database) -> Found | None:
        """No bytes where the caller has them; None where there is nothing."""
        answer = self._next.get(question)
        if answer is None:
            answer = asyncio.create_task(self._find(question, database))
            self._next[question] = answer
        return await asyncio.shield(answer)

    async def _find(self, question: Question, database: Database) -> Found | None:
        me = asyncio.current_task()
        try:
            async with asyncio.timeout(database.settings.wait):
                if (before := self._running.get(question)) is not None:
                    await asyncio.wait([before])
                pool = await database.reads()
                self._running[question] = self._next.pop(question)
                statement, key, tags, others = question
                row = await pool.fetchrow(statement, key, tags, *others)
                return None if row is None else Found.of(*row)
        finally:
            for tasks in (self._next, self._running):
                if tasks.get(question) is me:
                    del tasks[question]


class Kept:
    """The answers that were asked for last, up to so many bytes, all of one state."""

    def __init__(self, limit: int) -> None:
        self.size = 0
        self._limit = limit
        self._state: State | None = None
        self._answers: OrderedDict[Question, Found] = OrderedDict()

    def find(self, question: Question, state: State | None) -> Found | None:
        """The answer as it is in this state; what was kept of another one is forgotten."""
        if state != self._state:
            self._answers.clear()
            self._state, self.size = state, 0
        answer = self._answers.get(question)
        if answer is not None:
            self._answers.move_to_end(question)
        return answer

    def keep(self, question: Question, answer: Found, state: State | None) -> None:
        size = _size(answer)
        if state is None or state != self._state or size > self._limit:
            return
        if question not in self._answers:
            self._answers[question] = answer
            self.size += size
        while self.size > self._limit:
            _, oldest = self._answers.popitem(last=False)
            self.size -= _size(oldest)


def _size(answer: Found) -> int:
    return len(answer.content or b"") + _AROUND


class Finished:
    """How one process reads finished bytes: from what it kept while its lease holds, otherwise
    from the database.
    """

    def __init__(self, database: Database, limit: int) -> None:
        self.database = database
        self.answers = Answers()
        self.kept = Kept(limit)
        self.lease = Lease(database.connect) if limit else None

    async def find(self, question: Question) -> Found | None:
        """None where there is nothing. No bytes where the caller has them, though it may get them
        all the same.
        """
        if self.lease is None:
            return await self.answers.to(question, self.database)
        whole = question._replace(tags=()) if question.tags else question
        if not self.lease.holds():
            await self.lease.renew()
            if not self.lease.holds():
                return await self.answers.to(question, self.database)
        state = self.lease.state
        found = self.kept.find(whole, state)
        if found is None:
            found = await self.answers.to(whole, self.database)
            if found is not None:
                self.kept.keep(whole, found, state)
        return found

    async def close(self) -> None:
        if self.lease is not None:
            await self.lease.close()


async def answered(
    request: Request,
    question: Question,
    headers: Headers,
    *,
    media_type: bytes = b"application/json",
    make: Callable[[], Awaitable[Found | None]] | None = None,
) -> Response:
    """The answer with its tag, or 304; raises `NotFound`. What is not stored may be made."""
    known = header(request, b"if-none-match")
    tags = () if known is None else tuple(_OURS.findall(known))
    if tags:
        question = question._replace(tags=tags)
    found = await request.app.state.finished.find(question)
    if found is None and make is not None:
        found = await make()
    if found is None:
        raise NotFound
    if found.content is None or found.etag in tags or known == "*":
        return Sent(304, b"", [found.tag, *headers])
    return Sent(200, found.content, [*found.fields, (b"content-type", media_type), *headers])


def header(request: Request, name: bytes) -> str | None:
    """Its value, of which there may be several; without an object of all of them."""
    found = [value for each, value in request.scope["headers"] if each == name]
    return b",".join(found).decode("latin-1") if found else None


def languages_asked(request: Request) -> tuple[str, ...]:
    """Those of `Accept-Language`, each with its shorter forms, best first."""
    asked = header(request, b"accept-language")
    return _languages(asked) if asked else ()


@lru_cache(maxsize=512)
def _languages(asked: str) -> tuple[str, ...]:
    return tuple(lookup(accepted_languages(asked)))


def named(m: str, by_id: str, by_handle: str) -> tuple[str, UUID | str]:
    """The statement for an id or a handle, and the key; what can be neither is not asked for."""
    if len(m) == 36:
        try:
            return by_id, UUID(m)
        except ValueError:
            pass
    if not _HANDLE.fullmatch(m):
        raise NotFound
    return by_handle, m


def without_parameters(request: Request) -> None:
    if request.scope["query_string"]:
        raise Invalid(errors=[FieldError(pointer="query", detail="There are no parameters.")])
