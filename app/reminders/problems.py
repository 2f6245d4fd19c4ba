"""Refusals about reminders."""

from http import HTTPStatus

from app.core.problems import Problem


class NothingToRemindOf(Problem):
    """Nobody can answer now, so nobody is reminded to.

    The meeting is not announced, it has begun or is over, or the registration deadline has passed.
    """

    slug, title, status = "nothing-to-remind-of", "Nothing to remind of", HTTPStatus.CONFLICT
