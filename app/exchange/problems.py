"""Refusals about files of agendas, and about declared conflicts."""

from http import HTTPStatus

from app.core.problems import AlreadyExists, Problem
from app.core.routes import refuse_as


class AgendaFileRefused(Problem):
    """Items of the file are refused, so nothing was written.

    `errors` has each of them by its place in the file; of a table that is row and column.
    `dry_run=true` explains every item.
    """

    slug, title, status = (
        "agenda-file-refused",
        "The file is refused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


class ConflictRepeated(AlreadyExists):
    """The same pair is declared twice: an item with another counts as that other with the item."""

    slug, title, status = "conflict-repeated", "Conflict repeated", HTTPStatus.CONFLICT


refuse_as("uq_declared_conflicts_pair", lambda: ConflictRepeated("The pair is declared already."))
