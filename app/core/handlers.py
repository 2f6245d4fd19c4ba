"""The outermost layer: request ids, limits, and an answer in problem+json whatever happens."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import problems
from app.core.database import is_unavailable
from app.core.fields import json_names, place_of, words_of
from app.core.ids import new_id
from app.core.limits import BodyLimit, Limiter, too_large
from app.core.problems import FieldError, Problem

log = structlog.get_logger()
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_REQUESTS = Counter("http_requests", "Requests answered.", ["method", "status"])
_SECONDS = Histogram("http_request_seconds", "Time to the answer's first byte.", ["method"])
_BY_STATUS: Mapping[int, type[Problem]] = {
    int(problem.status): problem
    for problem in (
        problems.BadRequest,
        problems.NotAuthenticated,
        problems.NotPermitted,
        problems.NotFound,
        problems.MethodNotAllowed,
        problems.NotAcceptable,
        problems.RequestTimeout,
        problems.BodyTooLarge,
        problems.UnsupportedMediaType,
        problems.Invalid,
        problems.TooManyRequests,
        problems.Unavailable,
    )
}


class Edge:
    """ASGI middleware around the whole application."""

    def __init__(
        self, app: ASGIApp, *, limiter: Limiter, base_url: str, limits: Mapping[str, int]
    ) -> None:
        self.app, self.limiter, self.base_url = app, limiter, base_url
        self.limits = limits
        """Bytes of a body by the end of the path, or by a part of it that ends in a slash; `""` for
        all others."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        asked = connection.headers.get("x-request-id", "")
        scope["request_id"] = asked if _REQUEST_ID.fullmatch(asked) else str(new_id())
        extra = [(b"x-request-id", scope["request_id"].encode())]
        started, head = False, scope["method"] == "HEAD"
        if head:  # every GET answers HEAD as well, without the content (RFC 9110 section 9.3.2)
            scope = dict(scope, method="GET", head=True)

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *extra, *_SAFETY]
                _REQUESTS.labels(scope["method"], str(message["status"])).inc()
            elif head:
                message = dict(message, body=b"")
            await send(message)

        with _SECONDS.labels(scope["method"]).time():
            try:
                if scope["path"].startswith("/v1"):
                    extra += self.limiter.count_request(connection)
                limit = self._limit(scope["path"])
                _check_framing(connection, limit)
                await self.app(scope, BodyLimit(receive, limit), answer)
            except Exception as error:  # the last line of defence
                if started:
                    raise
                response = problem_response(error, scope["request_id"], self.base_url)
                await response(scope, receive, answer)

    def _limit(self, path: str) -> int:
        ends = (
            end
            for end in self.limits
            if end and (end in path if end.endswith("/") else path.endswith(end))
        )
        return self.limits[next(ends, "")]


_SAFETY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


def install(app: FastAPI, base_url: str) -> None:
    """Let every exception of a route become a problem document."""

    async def answer(request: Request, error: Exception) -> Response:
        response = problem_response(error, request.scope["request_id"], base_url)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = _allowed(app, request.url.path)
        return response

    for kind in (Problem, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, answer)


def _allowed(app: FastAPI, path: str) -> str:
    """The methods of all routes of a path; the router names those of the first alone."""
    methods = {
        method
        for route in iter_route_contexts(app.routes)
        if route.path_regex is not None and route.path_regex.match(path)
        for method in route.methods or ()
    }
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods))


def problem_response(error: Exception, request_id: str, base_url: str) -> Response:
    """No cache keeps it: by itself one may keep a 404, and show no agenda once there is one."""
    problem = as_problem(error)
    if isinstance(problem, problems.InternalError):
        log.error("internal error", request_id=request_id, exc_info=error)
    elif isinstance(problem, problems.Unavailable) and problem is not error:
        log.warning("database unavailable", request_id=request_id, error=type(error).__name__)
    elif isinstance(problem, problems.Unavailable) and problem.__cause__ is not None:
        log.warning("unavailable", request_id=request_id, error=_causes(problem))
    return Response(
        json.dumps(problem.document(base_url, request_id), ensure_ascii=False),
        status_code=int(problem.status),
        headers={"Cache-Control": "no-store", **(problem.headers or {})},
        media_type=problems.MEDIA_TYPE,
    )


def _causes(error: BaseException) -> str:
    """What was behind it, for the operator."""
    found = []
    while (cause := error.__cause__) is not None:
        found.append(f"{type(cause).__name__}: {cause}"[:300])
        error = cause
    return ", by ".join(found)


def as_problem(error: Exception) -> Problem:
    """The refusal that an exception means."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return _invalid(error)
        case HTTPException(__cause__=Problem() as cause):
            return cause  # FastAPI hides what is raised while a body is read
        case HTTPException():
            kind = _BY_STATUS.get(error.status_code, problems.BadRequest)
            words = error.detail if error.detail != HTTPStatus(error.status_code).phrase else None
            return kind(words, headers=error.headers)
        case _ if is_unavailable(error):
            return problems.Unavailable()
        case _:
            return problems.InternalError("The service failed; the operator finds it by the id.")


def _invalid(error: RequestValidationError) -> Problem:
    errors = [_field_error(each) for each in error.errors()[:100]]
    return problems.Invalid(errors[0].detail if errors else None, errors=errors)


def _field_error(error: dict[str, Any]) -> FieldError:
    place, *path = place_of(error)
    pointer = json_names(path) if place == "body" else "/".join(map(str, [place, *path]))
    return FieldError(pointer=pointer, detail=words_of(error))


def _check_framing(connection: HTTPConnection, limit: int) -> None:
    length = connection.headers.get("content-length")
    if length is not None and length.isdigit() and int(length) > limit:
        raise too_large(limit)
    encoding = connection.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise problems.UnsupportedMediaType("Send the body uncompressed.")
