"""Refusals about mails."""

from http import HTTPStatus

from app.core.problems import Problem


class NobodyToWriteTo(Problem):
    """Nobody is there yet whom such a mail about this meeting would go to.

    Invite an entity that has a focal point, or register somebody.
    """

    slug, title, status = "nobody-to-write-to", "Nobody to write to", HTTPStatus.CONFLICT
