"""Refusals about merging, moving and leaving."""

from http import HTTPStatus

from app.core.problems import Problem


class BothRegistered(Problem):
    """Both are registered at the same meeting, or both were present there: they count as two.

    Withdraw one of them there, or name somebody else in the place of one. At a meeting that is over
    nothing changes any more: the two stay two.
    """

    slug, title, status = "both-registered", "Both are registered", HTTPStatus.CONFLICT


class BothFocalPoints(Problem):
    """Both are focal points for the same committee, or for all: let one of them act no longer."""

    slug, title, status = "both-focal-points", "Both are focal points", HTTPStatus.CONFLICT


class NotMerged(Problem):
    """The one was not merged into the other, or the merge was taken back already."""

    slug, title, status = "not-merged", "Not merged", HTTPStatus.CONFLICT


class MergeStands(Problem):
    """The merge cannot be taken back as things are; the detail says what stands in its way.

    The one kept was merged further: take that back first. Or their main address is one of the other
    person's by now: give them another.
    """

    slug, title, status = "merge-stands", "The merge stands", HTTPStatus.CONFLICT


class StillRegistered(Problem):
    """The person is registered at meetings to come: name somebody else there, or say `withdraw`."""

    slug, title, status = "still-registered", "Still registered", HTTPStatus.CONFLICT
