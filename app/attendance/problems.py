"""Refusals about checking in and out."""

from http import HTTPStatus

from app.core.problems import Gone, Problem


class TooEarly(Problem):
    """The room is shown from 60 minutes before the start: come back at the time that is named."""

    slug, title, status = "too-early", "Too early", HTTPStatus.CONFLICT


class MeetingOver(Gone):
    """The meeting was adjourned or cancelled: nobody can join it any more."""

    slug, title, status = "meeting-over", "The meeting is over", HTTPStatus.GONE


class NotUnderWay(Problem):
    """Presence is recorded while the meeting is in session or suspended.

    After the adjournment, and until the meeting is closed, an organizer may still check people in
    who were there and were forgotten.
    """

    slug, title, status = "not-under-way", "The meeting is not under way", HTTPStatus.CONFLICT


class RegistrationNotConfirmed(Problem):
    """Only somebody with a confirmed registration can join; `state` says what yours is."""

    slug, title, status = (
        "registration-not-confirmed",
        "The registration is not confirmed",
        HTTPStatus.CONFLICT,
    )
