"""Refusals about mails that come in."""

from http import HTTPStatus

from app.core.problems import Invalid, Problem


class MailUnreadable(Invalid):
    """The mail is no mail, or has more parts, levels, headers or lines than any answer has.

    Nothing of it was kept.
    """

    slug, title, status = (
        "mail-unreadable",
        "The mail cannot be read",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


class ReplyOutdated(Problem):
    """The answer no longer counts.

    A later one came in, the times were changed since, the seat is gone, or the meeting is over.
    """

    slug, title, status = "reply-outdated", "The answer no longer counts", HTTPStatus.CONFLICT


class NotApplicable(Problem):
    """There is nothing in this mail that could be applied or declined."""

    slug, title, status = "not-applicable", "Nothing to apply", HTTPStatus.CONFLICT
