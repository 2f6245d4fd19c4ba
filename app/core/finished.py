"""Finished bytes for everybody: one statement or none, and no object in between."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from app.core.database import Database
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
        self._running: dict[Question, asyncio.Task[Any]] = {}
        self._next: dict[Question, asyncio.Task[Any]] = {}

    async def to(self, question: Question, database: Database) -> asyncpg.Record | None:
        """Tag, bytes and language, no bytes where the caller has them; None where there is none."""
        answer = self._next.get(question)
        if answer is None:
            answer = asyncio.create_task(self._find(question, database))
            self._next[question] = answer
        return await asyncio.shield(answer)

    async def _find(self, question: Question, database: Database) -> asyncpg.Record | None:
        me = asyncio.current_task()
        try:
            async with asyncio.timeout(database.settings.wait):
                if (before := self._running.get(question)) is not None:
                    await asyncio.wait([before])
                pool = await database.reads()
                self._running[question] = self._next.pop(question)
                statement, key, tags, others = question
                return await pool.fetchrow(statement, key, tags, *others)
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
        self._answers: OrderedDict[Question, Any] = OrderedDict()

    def find(self, question: Question, state: State | None) -> Any:
        """The answer as it is in this state; what was kept of another one is forgotten."""
        if state != self._state:
            self._answers.clear()
            self._state, self.size = state, 0
        answer = self._answers.get(question)
        if answer is not None:
            self._answers.move_to_end(question)
        return answer

    def keep(self, question: Question, answer: Any, state: State | None) -> None:
        size = len(answer[1]) + _AROUND
        if state is None or state != self._state or size > self._limit:
            return
        if question not in self._answers:
            self._answers[question] = answer
            self.size += size
        while self.size > self._limit:
            _, oldest = self._answers.popitem(last=False)
            self.size -= len(oldest[1]) + _AROUND


class Finished:
    """How one process reads finished bytes: from what it kept while its lease holds, otherwise
    from the database.
    """

    def __init__(self, database: Database, limit: int) -> None:
        self.database = database
        self.answers = Answers()
        self.kept = Kept(limit)
        self.lease = Lease(database.connect) if limit else None

    async def find(self, question: Question) -> Any:
        """Tag, bytes and language; None where there is none. No bytes where the caller has them,
        though it may get them all the same.
        """
        if self.lease is None:
            return await self.answers.to(question, self.database)
        whole = Question(question.statement, question.key, (), question.others)
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
    make: Callable[[], Awaitable[Any]] | None = None,
) -> Response:
    """The answer with its tag, or 304; raises `NotFound`. What is not stored may be made."""
    known = _known(request)
    tags = () if known is None else tuple(_OURS.findall(known))
    asked = Question(question.statement, question.key, tags, question.others)
    row = await request.app.state.finished.find(asked)
    if row is None and make is not None:
        row = await make()
    if row is None:
        raise NotFound
    etag, content, language = row
    head = [(b"etag", etag.encode()), *headers]
    if content is None or etag in tags or known == "*":
        return Sent(304, b"", head)
    length = b"%d" % len(content)
    head = [(b"content-length", length), (b"content-type", media_type), *head]
    if language is not None:
        head.append((b"content-language", language.encode()))
    return Sent(200, content, head)


def _known(request: Request) -> str | None:
    """`If-None-Match`, of which there may be several."""
    found = [value for name, value in request.scope["headers"] if name == b"if-none-match"]
    return b",".join(found).decode("latin-1") if found else None


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
