"""Refusals about meetings."""

from http import HTTPStatus

from app.core.problems import AlreadyExists, Problem
from app.core.routes import refuse_as


class MeetingClosed(Problem):
    """The meeting is closed or cancelled, or what it kept of people was erased.

    Its record is complete and nothing of it changes.
    """

    slug, title, status = "meeting-closed", "The meeting is closed", HTTPStatus.CONFLICT


class TimesAnnounced(Problem):
    """The meeting is announced, so its times are in people's calendars: use `reschedule`.

    `POST /v1/meetings/{m}/reschedule` takes the new times and tells everybody concerned.
    `errors` lists the members that a plain change may not touch.
    """

    slug, title, status = "times-announced", "The times are announced", HTTPStatus.CONFLICT


WAY_OUT = "withdraw registrations, or say with `move_to_waiting` who goes back to the waiting list."


def below_taken(taken: int, *, over: bool, besides: str = "") -> str:
    """What is wrong with so few seats, and what to do about it until the meeting is over."""
    way_out = "the meeting is over, and nobody leaves a seat any more." if over else WAY_OUT
    return f"{counted(taken, 'seat')} taken{besides}: {way_out}"


def counted(number: int, noun: str) -> str:
    """So many of something, with the verb: `1 seat is`, `2 seats are`."""
    return f"1 {noun} is" if number == 1 else f"{number} {noun}s are"


class CapacityBelowTaken(Problem):
    """More seats are taken, or offered, than the new capacity has; `taken` says how many.

    Withdraw registrations first, or say with `move_to_waiting` who goes back to the waiting list.
    """

    slug, title, status = (
        "capacity-below-taken",
        "Capacity below the seats taken",
        HTTPStatus.CONFLICT,
    )


class PlanDoesNotFit(Problem):
    """`move_to_waiting` names too many, too few, or registrations that have no such seat.

    As many must leave their seats as are taken beyond the new number, and nobody else; whoever was
    checked in stays. Nothing was changed.
    """

    slug, title, status = "plan-does-not-fit", "The plan does not fit", HTTPStatus.CONFLICT


class NotReady(Problem):
    """The meeting cannot be announced yet.

    `errors` lists what is missing, each with the code under which
    `GET /v1/meetings/{m}/readiness` names the call that mends it.
    """

    slug, title, status = "not-ready", "Not ready to be announced", HTTPStatus.CONFLICT


refuse_as("uq_meetings_handle", lambda: AlreadyExists("A meeting has this handle already."))
refuse_as(
    "uq_meetings_committee_id_number",
    lambda: AlreadyExists("The committee has a meeting with this number already."),
)
refuse_as("ck_meetings_capacity", lambda: CapacityBelowTaken(f"More seats are taken: {WAY_OUT}"))
