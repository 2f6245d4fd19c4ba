"""Refusals about registrations."""

from http import HTTPStatus

from app.core.problems import AlreadyExists, Problem
from app.core.routes import refuse_as


class AlreadyRegistered(AlreadyExists):
    """The person is registered for this meeting already; one person holds one registration."""

    slug, title, status = "already-registered", "Registered already", HTTPStatus.CONFLICT


class HeadAlreadyNamed(AlreadyExists):
    """The delegation has a head already: change that registration's role first."""

    slug, title, status = "head-already-named", "There is a head already", HTTPStatus.CONFLICT


class RegistrationNotOpen(Problem):
    """The registration window has not opened yet, or the meeting takes no registrations."""

    slug, title, status = "registration-not-open", "Not open", HTTPStatus.CONFLICT


class RegistrationClosed(Problem):
    """The registration deadline has passed, or the meeting is over: ask the organizer."""

    slug, title, status = "registration-closed", "Registration is closed", HTTPStatus.CONFLICT


class NotInvited(Problem):
    """The entity has no live invitation to this meeting."""

    slug, title, status = "not-invited", "Not invited", HTTPStatus.CONFLICT


class NoSeatFree(Problem):
    """The new role takes a seat and none is free."""

    slug, title, status = "no-seat-free", "No seat is free", HTTPStatus.CONFLICT


class AlreadyPresent(Problem):
    """The person was checked in at the meeting: who was there is not replaced afterwards."""

    slug, title, status = "already-present", "Present already", HTTPStatus.CONFLICT


class OfferEnded(Problem):
    """The seat was held until the end of the offer, and nobody had accepted it by then.

    It goes to the next of the waiting list. The person may be registered again, at its end.
    """

    slug, title, status = "offer-ended", "The offer has ended", HTTPStatus.GONE


class SeatMustStay(Problem):
    """A substitute takes over the seat, so the role must take one exactly if the old role did.

    Substitute in the same kind of role, and change the role by itself.
    """

    slug, title, status = "seat-must-stay", "The seat must stay", HTTPStatus.CONFLICT


class RuleForbids(Problem):
    """A rule of the meeting forbids it; `rule` names which.

    The rules are the meeting's `registration_rules`, `approval` and `substitution_freeze`.
    """

    slug, title, status = "rule-forbids", "A rule of the meeting forbids it", HTTPStatus.CONFLICT


class RoleNotTaken(RuleForbids):
    """The meeting takes nobody in this role: `rule` is `roles`."""

    slug, title, status = "role-not-taken", "No such role here", HTTPStatus.CONFLICT


class RoleFull(RuleForbids):
    """The entity has named as many in this role as it may: `rule` is `at_most.ROLE`."""

    slug, title, status = "role-full", "Enough in this role", HTTPStatus.CONFLICT


class OrganizerNeeded(RuleForbids):
    """This kind of change has closed for focal points: ask the organizer.

    `rule` is `changes.KIND`.
    """

    slug, title, status = "organizer-needed", "Ask the organizer", HTTPStatus.CONFLICT


class ApprovalNeeded(RuleForbids):
    """The change would get around an approval that the meeting asks for: `rule` is `approval`.

    Withdraw, and register anew; or ask the organizer.
    """

    slug, title, status = "approval-needed", "Needs approval", HTTPStatus.CONFLICT


class SubstitutionFrozen(RuleForbids):
    """So shortly before the meeting nobody is substituted but by an organizer, with a reason.

    `rule` is `substitution_freeze`; organizers send `override_reason`.
    """

    slug, title, status = "substitution-frozen", "No substitution now", HTTPStatus.CONFLICT


class AlreadyDecided(Problem):
    """Somebody has decided about this registration already: read it again.

    `state` is its present state, `allowed` what may be done from there.
    """

    slug, title, status = "already-decided", "Decided already", HTTPStatus.CONFLICT


class ExceptionOver(Problem):
    """The exception is used up, has ended or was revoked: there is nothing to revoke."""

    slug, title, status = "exception-over", "The exception is over", HTTPStatus.CONFLICT


refuse_as(
    "uq_registrations_person", lambda: AlreadyRegistered("This person is registered already.")
)
refuse_as("uq_registrations_head", lambda: HeadAlreadyNamed("The delegation has a head already."))
