"""Refusals about briefings."""

from http import HTTPStatus

from app.core.problems import Problem, StillInUse


class NotABriefingItem(Problem):
    """A group is asked about an item of the kind `briefing` that names it, of the same meeting."""

    slug, title, status = (
        "not-a-briefing-item",
        "Not a briefing item",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


class BriefersDue(Problem):
    """The time until which groups name and change their briefers has passed: ask the organizers."""

    slug, title, status = "briefers-due", "Too late to name a briefer", HTTPStatus.CONFLICT


class BriefingTaken(StillInUse):
    """Somebody is named for the briefing, so that deleting it would lose who it is.

    Let them decline first: `POST .../decline`.
    """

    slug, title, status = "briefing-taken", "Somebody is named already", HTTPStatus.CONFLICT


class BriefingSettled(Problem):
    """The briefer has confirmed, or the group has declined: there is nothing to remind of."""

    slug, title, status = "briefing-settled", "Nothing to remind of", HTTPStatus.CONFLICT


class TooFewMinutes(Problem):
    """The minutes cannot be shared: everybody gets one at least, and what is kept is kept."""

    slug, title, status = "too-few-minutes", "Too few minutes to share", HTTPStatus.CONFLICT
