"""What every route under /v1 does around its endpoint: one request, one transaction.

The transaction is opened before the endpoint and committed after the answer is built and before
its first byte is sent, so that a commit that fails is still an error answer, and a stored answer
(`Idempotency-Key`) is stored with its effect.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import Match
from starlette.types import Scope

from app.core import idempotency
from app.core.bodies import has_bad_text, strict_json
from app.core.database import RETRYABLE, Database, constraint, sqlstate
from app.core.patches import MEDIA_TYPE as MERGE_PATCH
from app.core.preconditions import MAX_TAGS, etag_of, matches
from app.core.problems import (
    AlreadyExists,
    FieldError,
    Invalid,
    NotAuthenticated,
    Problem,
    RequestTimeout,
    StillInUse,
    UnsupportedMediaType,
)

BASE = "/v1"
ATTEMPTS = 4
LONG_WORKS = 2
"""That one request may ask for: to read a file, and to compare what is in it."""
PLAN = "application/vnd.secretariat.plan+json"
"""Of the answer to a change that was only planned: who would be told what."""
SMALL = 65_536
"""Bytes of a body that is read before its sender is known."""
MAX_ERRORS = 100
"""That are told of one request."""
Handler = Callable[[Request], Awaitable[Response]]

_HEADERS = "headers of the answer"
_CONSTRAINTS: dict[str, Callable[[], Problem]] = {}


def refuse_as(name: str, problem: Callable[[], Problem]) -> None:
    """Let a constraint of the database speak as a named problem."""
    _CONSTRAINTS[name] = problem


def answer_with(session: AsyncSession, name: str, value: str) -> None:
    """Say something in a header of the request's answer; an empty value takes it back.

    For what an act far to the right of the endpoint has found out.
    """
    headers: dict[str, str] = session.info.setdefault(_HEADERS, {})
    headers.pop(name, None)
    if value:
        headers[name] = value


def router_for(*tags: str, route_class: type[APIRoute] | None = None) -> APIRouter:
    """A router of routes under /v1.

    Its routes stand in the application's own list, where a switchboard finds them.
    """
    return APIRouter(prefix=BASE, route_class=route_class or Route, tags=list(tags))


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        return strict_json(await self.body())


class Beforehand(Exception):
    """Raised where a request has a right to long work that needs no database.

    Its transaction is rolled back, the work done while it holds no connection, and the request run
    again from its beginning.
    """

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self.work = work
        super().__init__(work)


class Foreseen(Exception):
    """Carries the plan of a change out of the transaction in which it was tried."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer
        super().__init__(answer)


class QuickRoute(APIRoute):
    """A route that most paths are told apart from without a regular expression."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._head = self.path_format.partition("{")[0]
        self._tail = self.path_format.rpartition("}")[2]
        self._slashes = self.path_format.count("/")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and not scope.get("root_path"):
            path = scope["path"]
            if not (path.startswith(self._head) and path.endswith(self._tail)):
                return Match.NONE, {}
            if path.count("/") != self._slashes:
                return Match.NONE, {}
        return super().matches(scope)


class Route(QuickRoute):
    """A route with a transaction, a caller, strict input and conditional answers."""

    receives = True
    """Whether the body is received whole, before the transaction."""

    async def ahead(self, request: Request) -> Response | None:
        """An answer that needs no transaction of the request's own; None where it does need one."""
        return None

    def get_route_handler(self) -> Callable[[Request], Any]:
        endpoint = super().get_route_handler()
        extra = self.openapi_extra or {}
        told, public = bool(extra.get("x-told")), bool(extra.get("x-public"))
        known = self._parameters() | ({"plan"} if told else set())
        takes_json = self.body_field is not None
        ahead = self.ahead

        async def handle(request: Request) -> Response:
            request = StrictRequest(request.scope, request.receive)
            if not public and "authorization" not in request.headers:
                raise NotAuthenticated  # before anything of theirs is read
            _check_texts(request, known)
            planning = told and _only_plans(request)
            if takes_json:
                _check_media_type(request)
            if self.receives:
                if "authorization" in request.headers and _may_be_large(request):
                    await _authenticate(request)
                await _receive(request)  # before the transaction: a slow sender holds no connection
            for attempt in range(ATTEMPTS):
                try:
                    if (answer := await ahead(request)) is not None:
                        return _conditional(request, answer)
                    return await _run(request, endpoint, planning=planning)
                except DBAPIError as error:
                    again = sqlstate(error) in RETRYABLE or _is_repeat(error)
                    if not again or attempt == ATTEMPTS - 1:
                        raise as_problem(error) from error
            raise AssertionError("unreachable")

        return handle

    def _parameters(self) -> set[str]:
        """What may stand in the query."""
        return {
            field.alias
            for field in get_flat_params(self.dependant)
            if isinstance(field.field_info, params.Query)
        }


class StreamedRoute(Route):
    """A route whose endpoint takes the body itself, between two runs (see `Beforehand`).

    What it leaves in `request.state.stack` is closed once the answer is built.
    """

    receives = False

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handle_and_close(request: Request) -> Response:
            with ExitStack() as stack:
                request.state.stack = stack
                response: Response = await handle(request)
                return response

        return handle_and_close


async def _run(request: Request, endpoint: Handler, *, planning: bool) -> Response:
    for _ in range(LONG_WORKS + 1):
        try:
            return await _in_transaction(request, endpoint, planning=planning)
        except Beforehand as asked:
            await asked.work()
        except Foreseen as foreseen:
            return foreseen.answer
    raise AssertionError("a request asked for more long work than it may")


def _only_plans(request: Request) -> bool:
    wanted = request.query_params.get("plan", "false")
    if wanted not in {"true", "false"}:
        detail = "Is true or false."
        raise Invalid(detail, errors=[FieldError(pointer="query/plan", detail=detail)])
    if wanted == "true" and request.query_params.get("dry_run", "false") != "false":
        detail = "A rehearsal tells nobody: ask for a plan or for a dry run."
        raise Invalid(detail, errors=[FieldError(pointer="query/plan", detail=detail)])
    return wanted == "true"


async def _authenticate(request: Request) -> None:
    """Refuse a stranger before anything large of theirs is read, in a transaction of its own."""
    await request.app.state.authenticator.prepare(request)
    async with request.app.state.database.transaction() as session:
        await request.app.state.authenticator.authenticate(request, session)


async def _in_transaction(request: Request, endpoint: Handler, *, planning: bool) -> Response:
    database: Database = request.app.state.database
    await request.app.state.authenticator.prepare(request)
    async with database.transaction() as session:
        request.state.session = session
        await request.app.state.authenticator.authenticate(request, session)
        if planning:
            response = await endpoint(request)
            plan = await request.app.state.foresee(session)
            raise Foreseen(Response(plan, media_type=PLAN, headers={"Cache-Control": "no-store"}))
        claimed = None
        if request.method == "POST" and (key := idempotency.key_of(request)) is not None:
            found = await idempotency.claim(session, request, key, await request.body())
            if isinstance(found, Response):
                return found
            claimed = found
        response = await endpoint(request)
        response.headers.update(session.info.get(_HEADERS, {}))
        if claimed is not None and response.status_code < 300:
            await idempotency.keep(session, request, claimed, response, _told(session))
    return _conditional(request, response)


def _told(session: AsyncSession) -> str:
    """What was recorded of the request, for the ids in it."""
    recorded = session.info.get("recorded", ())
    return " ".join(f"{each.subject_id} {each.data}" for each in recorded)


def _conditional(request: Request, response: Response) -> Response:
    """Add the entity tag of the representation; answer 304 where the caller has it."""
    if request.method not in {"GET", "HEAD", "PUT", "PATCH", "POST"} or response.status_code > 201:
        return response
    body = getattr(response, "body", None)
    if not isinstance(body, bytes) or not body:
        return response
    etag = response.headers.setdefault("etag", etag_of(body))
    if request.method == "GET":
        response.headers.setdefault("cache-control", "private, no-cache")
        known = request.headers.get("if-none-match")
        if known is not None and matches(known, etag):
            kept = {"etag", "cache-control", "content-location", "vary", "link"}
            headers = {k: v for k, v in response.headers.items() if k in kept}
            return Response(status_code=304, headers=headers)
    return response


def _may_be_large(request: Request) -> bool:
    """Also where the length is not told."""
    length = request.headers.get("content-length", "0")
    return not length.isdecimal() or int(length) > SMALL or "transfer-encoding" in request.headers


async def _receive(request: Request) -> None:
    seconds = request.app.state.settings.body_seconds
    try:
        async with asyncio.timeout(seconds):
            await request.body()
    except TimeoutError:
        raise RequestTimeout(f"The body took more than {seconds:g} s.") from None


def _check_texts(request: Request, known: set[str]) -> None:
    unknown = (n for n in request.query_params if n not in known and not has_bad_text(n))
    errors = [
        FieldError(pointer=f"query/{name[:100]}", detail="There is no such parameter.")
        for name in islice(unknown, MAX_ERRORS)
    ]
    errors.extend(
        FieldError(pointer=f"header/{name}", detail=f"Longer than {MAX_TAGS} characters.")
        for name in ("If-Match", "If-None-Match")
        if len(request.headers.get(name, "")) > MAX_TAGS
    )
    texts = [*request.path_params.values(), *request.query_params, *request.query_params.values()]
    if any(has_bad_text(str(value)) for value in texts):
        errors.append(FieldError(pointer="query", detail="NUL and surrogates are refused."))
    times = Counter(name for name, _ in request.query_params.multi_items())
    errors.extend(
        FieldError(pointer=f"query/{name}", detail="The parameter is repeated.")
        for name in sorted(known)
        if times[name] > 1
    )
    if errors:
        raise Invalid(errors[0].detail, errors=errors[:MAX_ERRORS])


def _check_media_type(request: Request) -> None:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    allowed = (
        [MERGE_PATCH, "application/json"] if request.method == "PATCH" else ["application/json"]
    )
    has_body = request.headers.get("content-length", "0") != "0" or (
        "transfer-encoding" in request.headers
    )
    if has_body and content_type not in allowed:
        name = "Accept-Patch" if request.method == "PATCH" else "Accept"
        raise UnsupportedMediaType(
            f"Send the body as {allowed[0]}.", headers={name: ", ".join(allowed)}
        )


def _is_repeat(error: DBAPIError) -> bool:
    return constraint(error) == "pk_idempotency_keys"


def as_problem(error: DBAPIError) -> Exception:
    """The named problem behind a constraint; anything else stays what it is."""
    name = constraint(error)
    if name is not None and name in _CONSTRAINTS:
        return _CONSTRAINTS[name]()
    match sqlstate(error):
        case "23505" | "23P01":
            return AlreadyExists("Something with the same key exists already.")
        case "23503":
            return StillInUse("Other records refer to this, or what it refers to is gone.")
        case "23514" | "22003" | "22001":
            return Invalid("A value breaks a rule of the record.")
        case _:
            return error


async def current_session(request: Request) -> AsyncSession:
    """The request's one session, opened and committed by its route."""
    session: AsyncSession = request.state.session
    return session


Session = Annotated[AsyncSession, Depends(current_session)]
