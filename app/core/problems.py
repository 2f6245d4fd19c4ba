"""Refusals (RFC 9457): each named type has a page, a status and words for the caller.

A refusal is raised as an exception by whoever notices it; the handlers registered by
`app.main` turn it into `application/problem+json`. The docstring of a class is its page.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import BaseModel, BeforeValidator, Field

MEDIA_TYPE = "application/problem+json"


_LONGEST: Final = 2000
Cut = Annotated[str, BeforeValidator(lambda text: text[:_LONGEST]), Field(max_length=_LONGEST)]
"""As much as fits of what callers may make as long as they like, such as names of members."""


class FieldError(BaseModel):
    """One bad place of a request."""

    pointer: Cut = Field(
        description="RFC 6901 pointer into the body, or `query/NAME`, `path/NAME`, `header/NAME`; "
        "of some kinds what stands in the way, such as `meetings/HANDLE`.",
        examples=["/title/en"],
    )
    detail: Cut = Field(description="What is wrong there.", examples=["Field required"])


class ProblemDocument(BaseModel):
    """RFC 9457 problem details, as every refusal has them."""

    type: str = Field(
        max_length=2000,
        description="Address of the page that explains this kind of problem.",
        examples=["http://127.0.0.1:8000/problems/not-found"],
    )
    title: str = Field(
        max_length=200, description="The kind in a few words.", examples=["Not found"]
    )
    status: int = Field(ge=400, le=599, description="The HTTP status.", examples=[404])
    detail: str = Field(max_length=10_000, description="What happened this time.")
    instance: str = Field(
        max_length=300, description="The request, as in `X-Request-ID`.", examples=["urn:request:1"]
    )
    errors: list[FieldError] | None = Field(
        None, max_length=1000, description="Every bad place of the request, all at once."
    )
    state: str | None = Field(None, max_length=100, description="The present state of the thing.")
    allowed: list[str] | None = Field(
        None, max_length=50, description="The moves that the state permits."
    )
    taken: int | None = Field(
        None, ge=0, le=1_000_000, description="How many seats are taken, of too few wanted ones."
    )
    rule: str | None = Field(
        None,
        max_length=100,
        description="The rule of the meeting that forbids it.",
        examples=["at_most.adviser"],
    )


class Problem(Exception):
    """A refusal with a name."""

    registry: ClassVar[dict[str, type["Problem"]]] = {}
    extension: ClassVar[Mapping[str, Any]] = {}
    """Schemas of members that this kind alone has."""
    slug: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[HTTPStatus]

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        self.detail = detail or self.title + "."
        self.errors = list(errors) if errors else None
        self.headers = dict(headers or {})
        self.members = members
        super().__init__(self.detail)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "slug" in cls.__dict__:
            known = Problem.registry.setdefault(cls.slug, cls)
            if known.__qualname__ != cls.__qualname__:
                raise TypeError(f"two problems are called {cls.slug}")

    def document(self, base_url: str, request_id: str) -> dict[str, Any]:
        """The body of the answer; `base_url` is the service's public address."""
        document: dict[str, Any] = {
            "type": f"{base_url}/problems/{self.slug}",
            "title": self.title,
            "status": int(self.status),
            "detail": self.detail,
            "instance": f"urn:request:{request_id}",
        }
        if self.errors:
            document["errors"] = [error.model_dump() for error in self.errors]
        return document | self.members

    @classmethod
    def at(cls, pointer: str, detail: str) -> Self:
        """The refusal of one place of the body."""
        return cls(detail, errors=[FieldError(pointer=pointer, detail=detail)])


class BadRequest(Problem):
    """The request could not be read as HTTP means it: look at its framing and its headers."""

    slug, title, status = "bad-request", "Bad request", HTTPStatus.BAD_REQUEST


class NotAuthenticated(Problem):
    """The request has no bearer token, or one that is unknown, expired or revoked.

    Send `Authorization: Bearer TOKEN` with a token that is still good.
    """

    slug, title, status = "not-authenticated", "Not authenticated", HTTPStatus.UNAUTHORIZED

    def __init__(self, detail: str | None = None, **kwargs: Any) -> None:
        headers = {"WWW-Authenticate": 'Bearer realm="secretariat"'}
        super().__init__(detail or "A valid bearer token is needed.", headers=headers, **kwargs)


class NotPermitted(Problem):
    """You are known, and you may see this, but your roles or your token do not allow the act."""

    slug, title, status = "not-permitted", "Not permitted", HTTPStatus.FORBIDDEN


class NotFound(Problem):
    """There is no such thing, or it is none that you may know of."""

    slug, title, status = "not-found", "Not found", HTTPStatus.NOT_FOUND


class MethodNotAllowed(Problem):
    """The address exists but does not take this method; `Allow` names those that it takes."""

    slug, title, status = "method-not-allowed", "Method not allowed", HTTPStatus.METHOD_NOT_ALLOWED


class NotAcceptable(Problem):
    """None of the types in `Accept` can be made of this resource."""

    slug, title, status = "not-acceptable", "Not acceptable", HTTPStatus.NOT_ACCEPTABLE


class MoveForbidden(Problem):
    """The thing's present state forbids the move.

    `state` names the state, `allowed` the moves that it permits. Nothing was changed.
    """

    slug, title, status = "move-forbidden", "The state forbids this move", HTTPStatus.CONFLICT


class AlreadyExists(Problem):
    """Another thing has this handle, number, address or place already."""

    slug, title, status = "already-exists", "Already exists", HTTPStatus.CONFLICT


class StillInUse(Problem):
    """Other things refer to this one, so that deleting it would rewrite history."""

    slug, title, status = "still-in-use", "Still in use", HTTPStatus.CONFLICT


class RequestInProgress(Problem):
    """A request with the same `Idempotency-Key` is under way: wait, then repeat it."""

    slug, title, status = "request-in-progress", "Request in progress", HTTPStatus.CONFLICT

    def __init__(self, detail: str | None = None, **kwargs: Any) -> None:
        super().__init__(detail, headers={"Retry-After": "1"}, **kwargs)


class Gone(Problem):
    """It was there once: the link has been used, has expired or was revoked."""

    slug, title, status = "gone", "Gone", HTTPStatus.GONE


class PreconditionFailed(Problem):
    """The resource has changed since you read it: its `ETag` is not the one in `If-Match`.

    Read it again, look at what changed, and repeat the change with the new `ETag`.
    """

    slug, title, status = "precondition-failed", "Changed meanwhile", HTTPStatus.PRECONDITION_FAILED


class PreconditionRequired(Problem):
    """This change needs `If-Match` with the `ETag` that you read, so that no edit gets lost."""

    slug, title, status = (
        "precondition-required",
        "If-Match is needed",
        HTTPStatus.PRECONDITION_REQUIRED,
    )


class RequestTimeout(Problem):
    """The body did not arrive in time. Send it again, over a connection that keeps up."""

    slug, title, status = "request-timeout", "Too slow", HTTPStatus.REQUEST_TIMEOUT


class BodyTooLarge(Problem):
    """The body is larger than the limit; nothing of it was kept."""

    slug, title, status = "body-too-large", "Body too large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class HeadTooLarge(Problem):
    """The request line and headers are larger than the limit. Send fewer or shorter ones."""

    slug, title, status = (
        "head-too-large",
        "Head too large",
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    )


class UnsupportedMediaType(Problem):
    """The body's `Content-Type` (or `Content-Encoding`) is not one that this address takes."""

    slug, title, status = (
        "unsupported-media-type",
        "Unsupported media type",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    )


class Invalid(Problem):
    """The request is well framed, but what it says is malformed or breaks a rule of its fields.

    `errors` lists every bad place with a JSON pointer. Nothing was changed.
    """

    slug, title, status = "invalid", "Invalid request", HTTPStatus.UNPROCESSABLE_ENTITY


class BadCursor(Problem):
    """The cursor was not made by this service for this list, filter, sort order and caller.

    Begin again without a cursor.
    """

    slug, title, status = "bad-cursor", "Bad cursor", HTTPStatus.UNPROCESSABLE_ENTITY


class IdempotencyKeyReused(Problem):
    """The same `Idempotency-Key` came before with another body: use a fresh key."""

    slug, title, status = (
        "idempotency-key-reused",
        "Idempotency-Key reused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


class AnswerErased(Problem):
    """The request under this `Idempotency-Key` took effect, and is not done again.

    Its answer is gone: it was about somebody who was anonymized since.
    """

    slug, title, status = "answer-erased", "Answer erased", HTTPStatus.GONE


class TooManyRequests(Problem):
    """More requests than the limit allows; `Retry-After` says when to try again."""

    slug, title, status = "too-many-requests", "Too many requests", HTTPStatus.TOO_MANY_REQUESTS


class InternalError(Problem):
    """A fault of the service, recorded under the request's id. Nothing was changed."""

    slug, title, status = "internal-error", "Internal error", HTTPStatus.INTERNAL_SERVER_ERROR


class Unavailable(Problem):
    """The database cannot be reached or has no place free: try again after `Retry-After`."""

    slug, title, status = "unavailable", "Unavailable", HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, detail: str | None = None, **kwargs: Any) -> None:
        detail = detail or "The database does not answer just now; nothing was changed."
        super().__init__(detail, headers={"Retry-After": "2"}, **kwargs)
