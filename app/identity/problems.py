"""Refusals about tokens, roles and links."""

from http import HTTPStatus

from app.core.problems import AlreadyExists, Gone, NotPermitted, Problem
from app.core.routes import refuse_as


class TokenReadOnly(NotPermitted):
    """The token's scopes allow reading only."""

    slug, title, status = "token-read-only", "The token may only read", HTTPStatus.FORBIDDEN


class LinkSpent(Gone):
    """The link was used before, has expired or was revoked.

    Ask for a fresh one with `POST /v1/links/renew`: it goes to the same address by mail.
    """

    slug, title, status = "link-spent", "The link is used up", HTTPStatus.GONE


class LinkUnknown(Problem):
    """No link of this service has this token: it may be cut off or mistyped."""

    slug, title, status = "link-unknown", "No such link", HTTPStatus.NOT_FOUND


class LinkCodeNeeded(NotPermitted):
    """The link is bound to the mailbox that it went to, and a code from there is needed as well.

    A code of six digits is on its way there; one a minute is sent at most. Send it as `code`
    within ten minutes.
    """

    slug, title, status = "link-code-needed", "A code is needed", HTTPStatus.FORBIDDEN


class LinkCodeWrong(NotPermitted):
    """The code is not the one that was sent last, is too old, or was tried too often.

    Each code may be tried five times. Send the link without a code to be sent another one.
    """

    slug, title, status = "link-code-wrong", "The code is not right", HTTPStatus.FORBIDDEN


class RoleScopeInvalid(Problem):
    """The role needs another scope.

    An organizer has a committee, a focal point an entity (named through the entity's focal points),
    an observer a committee or none, an administrator and a mail gateway neither.
    """

    slug, title, status = (
        "role-scope-invalid",
        "The role needs another scope",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


class TokenTooWide(NotPermitted):
    """A token makes no token that may do more than itself."""

    slug, title, status = "token-too-wide", "The token would be too wide", HTTPStatus.FORBIDDEN


class GrantOfFocalPoint(Problem):
    """The role belongs to a focal point: end the focal point, and the role goes with it.

    `DELETE /v1/entities/{e}/focal-points/{focal_point_id}` does so.
    """

    slug, title, status = (
        "grant-of-focal-point",
        "The role belongs to a focal point",
        HTTPStatus.CONFLICT,
    )


refuse_as("uq_accounts_email", lambda: AlreadyExists("An account has this address already."))
