"""The OpenAPI document: what FastAPI knows, made exact and complete."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.core.preconditions import MAX_TAGS
from app.core.problems import (
    MEDIA_TYPE,
    BadRequest,
    BodyTooLarge,
    IdempotencyKeyReused,
    InternalError,
    Invalid,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    ProblemDocument,
    RequestInProgress,
    RequestTimeout,
    TooManyRequests,
    Unavailable,
    UnsupportedMediaType,
)

Responses = dict[int | str, dict[str, Any]]
_REFERENCE = {"$ref": "#/components/schemas/ProblemDocument"}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeat the request under the same key and get the first answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7E]+$"},
    "example": "9f1c2d3e-register-ms-rossi",
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "Entity tags that you have; a match is answered 304.",
    "schema": {"type": "string", "maxLength": MAX_TAGS},
}
_HEADERS = {
    "RequestId": {
        "description": "The request's id, as in the service's log.",
        "schema": {"type": "string", "maxLength": 128},
    },
    "EntityTag": {
        "description": "Strong tag of this representation.",
        "schema": {"type": "string", "maxLength": 100},
    },
    "RetryAfter": {
        "description": "Seconds to wait.",
        "schema": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 86400},
    },
}


def raises(*problems: type[Problem]) -> Responses:
    """The refusals of an operation beside those that every operation has."""
    responses: Responses = {}
    for problem in problems:
        _add(responses, problem)
    return responses


def needs_if_match() -> dict[str, Any]:
    """`openapi_extra` of an operation that refuses to change without `If-Match`."""
    parameter = {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` of the resource as you read it; 428 without, 412 when stale.",
        "schema": {"type": "string", "maxLength": MAX_TAGS},
    }
    return {"parameters": [parameter], "x-if-match": "needed"}


def takes_if_match() -> dict[str, Any]:
    """`openapi_extra` of an operation that honours `If-Match` and does without."""
    parameter = {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` of the resource as you read it; 412 when stale.",
        "schema": {"type": "string", "maxLength": MAX_TAGS},
    }
    return {"parameters": [parameter], "x-if-match": "honoured"}


def document_builder(
    app: FastAPI, *, url: Callable[[], str], tags: Sequence[dict[str, str]]
) -> Callable[[], dict[str, Any]]:
    """What FastAPI calls for its document; made once."""

    def build() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _build(app, url(), tags)
        return app.openapi_schema

    return build


def _build(app: FastAPI, url: str, tags: Sequence[dict[str, str]]) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=list(tags),
        servers=[{"url": url}],
        contact={"name": "Secretariat", "url": url},
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["ProblemDocument"] = problem
    components["headers"] = _HEADERS
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "A personal or service token (`sec_...`), the session of an exchanged "
            "link, or an access token of the configured OpenID provider.",
        }
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    return document


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add what every operation of its kind can be sent and can answer."""
    operation["summary"] = _summary(operation)
    responses = operation["responses"]
    validation = responses.get("422", {})
    if validation.get("description") == "Validation Error":
        del responses["422"]
    public = operation.pop("x-public", False)
    operation["security"] = [] if public else [{"bearer": []}]
    matching = operation.pop("x-if-match", None)
    refusals: list[type[Problem]] = [BadRequest, InternalError]
    if path.startswith("/v1"):
        _complete_headers(method, operation)
        refusals += _common(path, method, operation, public=public, matching=matching)
    for problem in refusals:
        _add(responses, problem)
    _default_headers(responses)
    operation["responses"] = dict(sorted(responses.items(), key=lambda each: str(each[0])))


def _complete_headers(method: str, operation: dict[str, Any]) -> None:
    """The request headers that every operation of its kind takes."""
    responses = operation["responses"]
    parameters = operation.setdefault("parameters", [])
    if method == "patch" and "requestBody" in operation:
        _as_merge_patch(operation["requestBody"])
    if method == "post":
        parameters.append(_IDEMPOTENCY_KEY)
    if method == "get" and "200" in responses:
        parameters.append(_IF_NONE_MATCH)
        responses["304"] = {"description": "Not modified: the representation is the one you have."}


def _common(
    path: str,
    method: str,
    operation: dict[str, Any],
    *,
    public: bool,
    matching: str | None,
) -> list[type[Problem]]:
    """The refusals that every operation of its kind can answer with."""
    common: list[type[Problem]] = [Invalid, TooManyRequests, Unavailable]
    common += [NotAuthenticated] if public else [NotAuthenticated, NotPermitted, NotFound]
    if "{" in path:
        common.append(NotFound)
    if "requestBody" in operation:
        common += [BodyTooLarge, RequestTimeout, UnsupportedMediaType]
    if method == "post":
        common += [RequestInProgress, IdempotencyKeyReused]
    if matching is not None:
        common.append(PreconditionFailed)
    if matching == "needed":
        common.append(PreconditionRequired)
    return common


def _summary(operation: dict[str, Any]) -> str:
    """The first sentence of the docstring, which says more than the name of the function."""
    description = operation.get("description") or operation["summary"]
    first = " ".join(description.split("\n\n")[0].split())
    return str(first).split(". ")[0].split("; ")[0].removesuffix(".")


def _as_merge_patch(body: dict[str, Any]) -> None:
    content = body["content"]
    if "application/json" in content:
        content["application/merge-patch+json"] = content.pop("application/json")


def _add(responses: dict[Any, Any], problem: type[Problem]) -> None:
    status = str(int(problem.status))
    words = " ".join((problem.__doc__ or problem.title).split("\n\n")[0].split())
    known = responses.get(status)
    line = f"`{problem.slug}`: {words}"
    if known is None:
        responses[status] = {
            "description": line,
            "content": {MEDIA_TYPE: {"schema": _REFERENCE}},
        }
        return
    known["content"] = {MEDIA_TYPE: {"schema": _REFERENCE}}
    if f"`{problem.slug}`" not in known["description"]:
        known["description"] += "\n\n" + line


def _default_headers(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        headers = response.setdefault("headers", {})
        headers["X-Request-ID"] = {"$ref": "#/components/headers/RequestId"}
        if status in {"200", "201", "304"}:
            headers["ETag"] = {"$ref": "#/components/headers/EntityTag"}
        if status in {"429", "503"}:
            headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
