"""Refusals about invitations."""

from http import HTTPStatus

from app.core.problems import AlreadyExists, Problem
from app.core.routes import refuse_as
from app.meetings.problems import WAY_OUT


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
    """More seats are taken, or offered, than the new quota has; `taken` says how many.

    Withdraw registrations first, or say with `move_to_waiting` who goes back to the waiting list.
    """

    slug, title, status = "quota-below-taken", "Quota below the seats taken", HTTPStatus.CONFLICT


class PoolBelowTaken(Problem):
    """More seats of the pool are taken, or offered, than it would have; `taken` says how many.

    Withdraw registrations first, or say with `move_to_waiting` who goes back to the waiting list.
    """

    slug, title, status = "pool-below-taken", "Pool below the seats taken", HTTPStatus.CONFLICT


class PoolInUse(Problem):
    """Invitations, withdrawn ones too, take their seats from the pool."""

    slug, title, status = "pool-in-use", "The pool is in use", HTTPStatus.CONFLICT


refuse_as("uq_invitations_meeting_id_entity_id", lambda: AlreadyInvited("It is invited already."))
refuse_as("ck_invitations_seats_taken", lambda: QuotaBelowTaken(f"More seats are taken: {WAY_OUT}"))
refuse_as("uq_seat_pools_meeting_id_name", lambda: AlreadyExists("A pool has this name already."))
refuse_as("uq_seat_pools_observers", lambda: AlreadyExists("The observers have a pool already."))
refuse_as("ck_seat_pools_seats_taken", lambda: PoolBelowTaken(f"More seats are taken: {WAY_OUT}"))
