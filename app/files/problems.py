"""Refusals about files."""

from http import HTTPStatus

from app.core.problems import Problem


class TooManyFiles(Problem):
    """The entity has handed in as many files for this meeting as are kept: delete some first.

    A file that nothing refers to can be deleted.
    """

    slug, title, status = "too-many-files", "Too many files", HTTPStatus.CONFLICT


class NoSuchFile(Problem):
    """The file is none that this entity has handed in for this meeting."""

    slug, title, status = "no-such-file", "No such file", HTTPStatus.UNPROCESSABLE_ENTITY
