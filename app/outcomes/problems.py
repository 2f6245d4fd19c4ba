"""Refusals about decisions and action items."""

from http import HTTPStatus

from app.core.problems import NotPermitted, Problem


class MeetingNotOpened(Problem):
    """Decisions and action items are recorded from the opening of the meeting on."""

    slug, title, status = "meeting-not-opened", "The meeting was not opened", HTTPStatus.CONFLICT


class OnlyProgress(NotPermitted):
    """The entity that owns an action item reports its `status` and `progress_note`, no more."""

    slug, title, status = "only-progress", "Only the progress may change", HTTPStatus.FORBIDDEN
