"""Refusals about invitations."""

from http import HTTPStatus

from app.core.problems import AlreadyExists, Problem
from app.core.routes import refuse_as


class AlreadyInvited(AlreadyExists):
    """The entity has an invitation to this meeting already: change that one."""

    slug, title, status = "already-invited", "Already invited", HTTPStatus.CONFLICT


class MeetingNotAnnounced(Problem):
    """Invitations are sent once the meeting is scheduled, and before it is over."""

    slug, title, status = "meeting-not-announced", "Not announced", HTTPStatus.CONFLICT


class AnswersClosed(Problem):
    """The registration deadline has passed, or the meeting is over: ask the organizer."""

    slug, title, status = "answers-closed", "No answers any more", HTTPStatus.CONFLICT


class DelegationRegistered(Problem):
    """People of the entity are registered: withdraw them before you decline for the entity."""

    slug, title, status = "delegation-registered", "A delegation is named", HTTPStatus.CONFLICT


class QuotaBelowTaken(Problem):
    """More seats are taken than the new quota has: withdraw registrations first."""

    slug, title, status = "quota-below-taken", "Quota below the seats taken", HTTPStatus.CONFLICT


refuse_as("uq_invitations_meeting_id_entity_id", lambda: AlreadyInvited("It is invited already."))
refuse_as("ck_invitations_seats_taken", lambda: QuotaBelowTaken("More seats are taken than that."))
