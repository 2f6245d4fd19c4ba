"""The OpenAPI document: what FastAPI knows, made exact and complete."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from app.core.preconditions import MAX_TAGS
from app.core.problems import (
    MEDIA_TYPE,
    AnswerErased,
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
from app.core.routes import PLAN

Responses = dict[int | str, dict[str, Any]]
_SCHEMAS = "#/components/schemas/"
_REFERENCE = {"$ref": f"{_SCHEMAS}ProblemDocument"}
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
_ONLY_NEW = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "`*` to make it only where there is none yet; 412 where there is one.",
    "schema": {"type": "string", "maxLength": MAX_TAGS},
}
_ONLY_PLAN = {
    "name": "plan",
    "in": "query",
    "required": False,
    "description": "Change nothing, and say who would be told what, in which language.",
    "schema": {"type": "boolean", "default": False},
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
    "NextPage": {
        "description": 'The address of the next page, with `rel="next"`; absent at the end.',
        "schema": {"type": "string", "maxLength": 4000},
    },
    "Location": {
        "description": "The path of what was made.",
        "schema": {"type": "string", "maxLength": 2000},
    },
    "ContentLanguage": {
        "description": "The language of the texts, or all of them; absent where nothing says.",
        "schema": {"type": "string", "maxLength": 500},
    },
    "ContentDisposition": {
        "description": "Whether to show or to save it, and under which name (RFC 6266).",
        "schema": {"type": "string", "maxLength": 2000},
    },
    "IdempotencyReplayed": {
        "description": "`true` where this is the first answer again; otherwise absent.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Accept": {
        "description": "The media types that are taken instead.",
        "schema": {"type": "string", "maxLength": 1000},
    },
    "Conflicts": {
        "description": "How many conflicts of people the meeting has after the change, as "
        "a dictionary (RFC 9651) such as `bookings=1, hours=2`; absent where there are none.",
        "schema": {"type": "string", "maxLength": 200},
    },
    "RateLimitPolicy": {
        "description": "How many requests (`q`) in how many seconds (`w`); absent without a limit.",
        "schema": {"type": "string", "maxLength": 200},
    },
    "RateLimit": {
        "description": "How many requests are left (`r`), and for how many seconds (`t`).",
        "schema": {"type": "string", "maxLength": 200},
    },
}

_TIMED = tuple(
    f"/v1/meetings/{{m}}/{part}" for part in ("agenda", "sittings", "panels", "briefings")
)
"""Where changes say time for people."""
_SHOWN = frozenset({"application/json", "image/gif", "text/html"})
"""Nobody saves them."""
_MOVED = frozenset({"/v1/meetings/{m}", "/v1/meetings/{m}/reschedule"}) | {
    "/v1/committees/{c}/series/{series_id}/reschedule"
}
"""Where whole meetings move."""
_UNTIMED = ("/versions", "/adopt", "/declared-conflicts", "/papers")
"""Parts of these that do not."""


def raises(*problems: type[Problem]) -> Responses:
    """The refusals of an operation beside those that every operation has."""
    responses: Responses = {}
    for problem in problems:
        _add(responses, problem)
    return responses


def needs_if_match(*, to_create: bool = True) -> dict[str, Any]:
    """`openapi_extra` of an operation that refuses to change without `If-Match`.

    With `to_create=False` it is needed only to replace, and what is not there yet is made without.
    """
    parameter = {
        "name": "If-Match",
        "in": "header",
        "required": to_create,
        "description": "The `ETag` of the resource as you read it; 428 without, 412 when stale.",
        "schema": {"type": "string", "maxLength": MAX_TAGS},
    }
    parameters = [parameter] if to_create else [parameter, _ONLY_NEW]
    return {"parameters": parameters, "x-if-match": "needed"}


def takes_if_match(resource: str = "the resource") -> dict[str, Any]:
    """`openapi_extra` of an operation that honours `If-Match` and does without."""
    parameter = {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": f"The `ETag` of {resource} as you read it; 412 when stale.",
        "schema": {"type": "string", "maxLength": MAX_TAGS},
    }
    return {"parameters": [parameter], "x-if-match": "honoured"}


def tells(extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """`openapi_extra` of a change that is told: `?plan=true` says to whom, and changes nothing."""
    extra = extra or {}
    return {**extra, "parameters": [*extra.get("parameters", []), _ONLY_PLAN], "x-told": True}


def document_builder(
    app: FastAPI,
    *,
    url: Callable[[], str],
    tags: Sequence[dict[str, str]],
    plan: type[BaseModel],
) -> Callable[[], dict[str, Any]]:
    """What FastAPI calls for its document; made once. `plan` answers `?plan=true`."""

    def build() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _build(app, url(), tags, plan)
        return app.openapi_schema

    return build


def _build(
    app: FastAPI, url: str, tags: Sequence[dict[str, str]], plan: type[BaseModel]
) -> dict[str, Any]:
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
    _answered_anywhere(schemas, plan)
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
    _answers_are_complete(document)
    _nullable_members_speak(schemas)
    return document


def _answered_anywhere(schemas: dict[str, Any], plan: type[BaseModel]) -> None:
    """Plans and refusals, which FastAPI knows nothing of."""
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for name, model in (("ProblemDocument", ProblemDocument), ("NoticePlan", plan)):
        mode: JsonSchemaMode = "serialization" if name == "NoticePlan" else "validation"
        schema = model.model_json_schema(ref_template=_SCHEMAS + "{model}", mode=mode)
        schemas.update(schema.pop("$defs", {}))
        schemas[name] = schema
    for problem in Problem.registry.values():
        schemas["ProblemDocument"]["properties"] |= problem.extension


def _answers_are_complete(document: dict[str, Any]) -> None:
    """Every member is there in an answer, also one with a default; refusals leave some out."""
    schemas = document["components"]["schemas"]
    sent, answered = set[str](), set[str]()
    for operations in document["paths"].values():
        for operation in operations.values():
            sent |= _named(operation.get("requestBody", {}), schemas)
            answered |= _named(operation["responses"], schemas)
    for name in answered - sent - {"ProblemDocument"}:
        if "properties" in schemas[name]:
            schemas[name]["required"] = list(schemas[name]["properties"])


def _nullable_members_speak(schemas: dict[str, Any]) -> None:
    """What is said of a value stands at the member that may be null, where generated clients look
    for it.
    """
    for schema in schemas.values():
        for member in schema.get("properties", {}).values():
            values = [each for each in member.get("anyOf", []) if each != {"type": "null"}]
            if len(values) == 1 and "description" in values[0]:
                said = values[0].pop("description")
                member.setdefault("description", said)


def _named(part: Any, schemas: dict[str, Any]) -> set[str]:
    """The schemas that a part of the document refers to, and those that these refer to."""
    names, parts = set[str](), [part]
    while parts:
        match parts.pop():
            case {"$ref": str(reference)} if reference.startswith(_SCHEMAS):
                name = reference.removeprefix(_SCHEMAS)
                if name not in names:
                    names.add(name)
                    parts.append(schemas[name])
            case dict() as members:
                parts += members.values()
            case list() as items:
                parts += items
    return names


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
    if operation.pop("x-told", False):
        _tell_of_plan(responses)
    refusals: list[type[Problem]] = [BadRequest, InternalError]
    if path.startswith("/v1"):
        _complete_headers(method, operation)
        refusals += _common(path, method, operation, public=public, matching=matching)
    for problem in refusals:
        _add(responses, problem)
    _default_headers(path, method, responses)
    if method == "get" and path.startswith("/v1"):
        _name_texts(path, operation)
    operation["responses"] = dict(sorted(responses.items(), key=lambda each: str(each[0])))


def _tell_of_plan(responses: dict[str, Any]) -> None:
    answer = responses.setdefault("200", {"description": "Who would be told what.", "content": {}})
    answer.setdefault("content", {})[PLAN] = {"schema": {"$ref": f"{_SCHEMAS}NoticePlan"}}


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
        common += [RequestInProgress, IdempotencyKeyReused, AnswerErased]
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


def _default_headers(path: str, method: str, responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        names = {"X-Request-ID": "RequestId"}
        if status in {"200", "201", "304"}:
            names["ETag"] = "EntityTag"
        if status in {"429", "503"}:
            names["Retry-After"] = "RetryAfter"
        if method != "get" and status in {"200", "201", "204"} and _says_times(path, method):
            names["Conflicts"] = "Conflicts"
        if status == "200" and _is_page(response):
            names["Link"] = "NextPage"
        if status == "201" and method == "post":
            names["Location"] = "Location"
        if status == "415":
            names["Accept"] = "Accept"
        if method == "post" and path.startswith("/v1") and status.startswith("2"):
            names["Idempotency-Replayed"] = "IdempotencyReplayed"
        if path.startswith("/v1"):
            names |= {"RateLimit-Policy": "RateLimitPolicy", "RateLimit": "RateLimit"}
        response["headers"] = response.get("headers", {}) | {
            name: {"$ref": f"#/components/headers/{component}"} for name, component in names.items()
        }


def _name_texts(path: str, operation: dict[str, Any]) -> None:
    """What is read in one language says in which, and a file under which name it is saved."""
    asked = {each["name"] for each in operation.get("parameters", [])}
    spoken = bool(asked & {"language", "Accept-Language"}) or path.startswith("/v1/public/meetings")
    for status in {"200", "206", "304"} & operation["responses"].keys():
        response = operation["responses"][status]
        names = {"Content-Language"} if spoken else set()
        if response.get("content", {}).keys() - _SHOWN:
            names = {"Content-Disposition", "Content-Language"}
        for name in names:
            component = name.replace("-", "")
            response["headers"][name] = {"$ref": f"#/components/headers/{component}"}


def _says_times(path: str, method: str) -> bool:
    if path in _MOVED:
        return method != "delete"
    return path.startswith(_TIMED) and not any(part in path for part in _UNTIMED)


def _is_page(response: dict[str, Any]) -> bool:
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    name = str(schema.get("$ref", "")).removeprefix(_SCHEMAS)
    return name.startswith(("Page_", "ListPage_"))
