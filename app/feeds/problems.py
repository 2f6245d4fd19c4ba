"""Refusals about feeds."""

from http import HTTPStatus

from app.core.problems import Gone, Problem


class FeedUnknown(Problem):
    """No feed of this service has this address: it may be cut off or mistyped."""

    slug, title, status = "feed-unknown", "No such feed", HTTPStatus.NOT_FOUND


class FeedRevoked(Gone):
    """The feed was revoked: take it out of your calendar program, and ask for another one."""

    slug, title, status = "feed-revoked", "The feed was revoked", HTTPStatus.GONE
