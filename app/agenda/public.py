"""The issued agenda for everybody: one statement, finished bytes, nothing in between."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
from fastapi import Request, Response

from app.agenda.schemas import IssuedAgenda
from app.core.database import Database
from app.core.openapi import raises
from app.core.problems import FieldError, Invalid, NotFound
from app.core.routes import QuickRoute, router_for
from app.meetings.access import MeetingRef

_HANDLE: Final = re.compile(r"[a-z0-9-]{2,80}")
_OURS: Final = re.compile(r'"[0-9a-f]{32}"')
_STATEMENT: Final = """
    SELECT v.public_etag, CASE WHEN v.public_etag = ANY($2) THEN NULL ELSE v.public_body END
    FROM meetings m JOIN agenda_versions v ON v.meeting_id = m.id
    WHERE m.{key} = $1 AND m.public AND m.status <> 'draft'
       AND NOT (m.status = 'cancelled' AND m.calendar_sequence = 0)
    ORDER BY v.number DESC LIMIT 1
"""
_BY_ID: Final = _STATEMENT.format(key="id")
_BY_HANDLE: Final = _STATEMENT.format(key="handle")


class BareRoute(QuickRoute):
    """A route whose parameters are documented but not looked at: its endpoint does that.

    FastAPI's own way through dependencies and models takes longer than the endpoint.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = self.endpoint

        async def handle(request: Request) -> Response:
            response: Response = await endpoint(request, **request.path_params)
            return response

        return handle


class Question(NamedTuple):
    """Which agenda, and the tags of the versions that the caller has."""

    statement: str
    key: UUID | str
    tags: tuple[str, ...]


class Answers:
    """Callers who ask the same at the same time share one statement.

    It is sent after the last of them has come, never before, so that nobody is told less than was
    true when they asked: who comes while a statement runs waits for the next.
    """

    def __init__(self) -> None:
        self._running: dict[Question, asyncio.Task[Any]] = {}
        self._next: dict[Question, asyncio.Task[Any]] = {}

    async def to(self, question: Question, database: Database) -> asyncpg.Record | None:
        """Tag and bytes, no bytes where the caller has them; None where there is no agenda."""
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
                return await pool.fetchrow(*question)
        finally:
            for tasks in (self._next, self._running):
                if tasks.get(question) is me:
                    del tasks[question]


router = router_for("public", route_class=BareRoute)


@router.get(
    "/public/meetings/{m}/agenda",
    operation_id="getPublicAgenda",
    response_model=IssuedAgenda,
    responses=raises(NotFound),
    openapi_extra={"x-public": True},
)
async def get_public_agenda(request: Request, m: MeetingRef) -> Response:
    """Read the agenda in force of a public meeting, as it was issued."""
    if request.scope["query_string"]:
        raise Invalid(errors=[FieldError(pointer="query", detail="There are no parameters.")])
    known = request.headers.get("if-none-match")
    tags = () if known is None else tuple(_OURS.findall(known))
    question = Question(*_named(m), tags)
    row = await _answers(request).to(question, request.app.state.database)
    if row is None:
        raise NotFound
    headers = {"etag": row[0], "cache-control": "public, no-cache"}
    if row[1] is None or known == "*":
        return Response(status_code=304, headers=headers)
    return Response(row[1], headers=headers, media_type="application/json")


def _answers(request: Request) -> Answers:
    """Those of the process; made with the first question."""
    state = request.app.state
    if not hasattr(state, "agenda_answers"):
        state.agenda_answers = Answers()
    answers: Answers = state.agenda_answers
    return answers


def _named(m: str) -> tuple[str, UUID | str]:
    """The statement for an id or a handle; what can be neither is not asked for."""
    if len(m) == 36:
        try:
            return _BY_ID, UUID(m)
        except ValueError:
            pass
    if not _HANDLE.fullmatch(m):
        raise NotFound
    return _BY_HANDLE, m
