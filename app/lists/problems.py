"""Refusals about lists."""

from http import HTTPStatus

from app.core.problems import Problem


class ChathamHouse(Problem):
    """The meeting is held under the Chatham House rule: nobody learns who took part, so there is no
    list of participants, not even for those who did.
    """

    slug, title, status = "chatham-house", "Chatham House rule", HTTPStatus.CONFLICT


class NoParticipantsList(Problem):
    """The meeting has no list of participants: its `participants_list` is `none`."""

    slug, title, status = "no-participants-list", "No such list", HTTPStatus.CONFLICT


class ListNotPublished(Problem):
    """The organizers have not published the list of participants yet."""

    slug, title, status = "list-not-published", "Not published", HTTPStatus.CONFLICT


class ListTooLong(Problem):
    """The list has more rows than a PDF takes: ask for XLSX or CSV, or for one entity."""

    slug, title, status = "list-too-long", "Too long for a PDF", HTTPStatus.CONFLICT


class TooManyChanges(Problem):
    """More has changed since then than one answer takes: read the whole list instead."""

    slug, title, status = "too-many-changes", "Too many changes", HTTPStatus.CONFLICT
