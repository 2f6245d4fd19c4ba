"""Roles of representatives and the life of a registration."""

from enum import StrEnum

from app.committees import roles
from app.core.choices import Choice
from app.core.lifecycles import Lifecycle

RegistrationRole = roles.RegistrationRole


class RegistrationStatus(Choice):
    PENDING = "pending"
    """It waits for approval: it has a place in the order of arrival, but no seat."""
    CONFIRMED = "confirmed"
    """It has a seat, or needs none."""
    WAITING = "waiting"
    """It waits for a seat: of its entity, of the entity's pool or of the meeting."""
    OFFERED = "offered"
    """A seat is held for it until the offer ends."""
    REJECTED = "rejected"
    """An organizer has said no; that can be looked at again."""
    EXPIRED = "expired"
    """The offer of a seat ended without an answer."""
    WITHDRAWN = "withdrawn"
    """Taken back by the entity or an organizer; who still comes is registered anew."""
    SUBSTITUTED = "substituted"
    """Somebody else has its seat, or its place in the waiting list."""


class Participation(StrEnum):
    """What the person's calendar program last answered (PARTSTAT, RFC 5545 section 3.2.12)."""

    NEEDS_ACTION = "needs_action"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class WaitingLine(StrEnum):
    """Whose waiting list: one and the same order, seen among fewer or more."""

    ENTITY = "entity"
    POOL = "pool"
    MEETING = "meeting"


class Listed(Choice):
    """Whether somebody may stand in a list of participants that others read."""

    YES = "yes"
    NO = "no"
    NOT_ASKED = "not_asked"


class RegistrationVerb(Choice):
    APPROVE = "approve"
    """What approval does while a seat is free."""
    APPROVE_TO_WAIT = "approve_to_wait"
    """What approval does while none is; nobody chooses it."""
    REJECT = "reject"
    RECONSIDER = "reconsider"
    """The way back: a rejected registration is looked at again."""
    PROMOTE = "promote"
    """What a seat that falls free does by itself; nobody is allowed to."""
    OFFER = "offer"
    """The same, where seats are offered instead of given; nobody is allowed to."""
    ACCEPT_OFFER = "accept_offer"
    """At `.../accept-offer`: the seat that is held becomes theirs."""
    EXPIRE = "expire"
    """What the clock does with an offer; nobody is allowed to."""
    UNSEAT = "unseat"
    """What a planned cut of the seats does; nobody chooses it for one registration."""
    WITHDRAW = "withdraw"
    SUBSTITUTE = "substitute"


class ApprovalDecision(Choice):
    """What an organizer has said about a registration that needed approval."""

    APPROVED = "approved"
    """It got a seat, or a place in the waiting list."""
    REJECTED = "rejected"
    """It got neither, and the person was told why."""


S, V = RegistrationStatus, RegistrationVerb
WITHOUT_SEAT = frozenset({RegistrationRole.SUPPORT, RegistrationRole.INTERPRETER})
HOLDING = (S.CONFIRMED, S.OFFERED)
"""Have a seat, if their role takes one."""
LIVE = (S.PENDING, S.CONFIRMED, S.WAITING, S.OFFERED)
LEFT = (S.REJECTED, S.EXPIRED, S.WITHDRAWN, S.SUBSTITUTED)
BY_ITSELF = frozenset({V.APPROVE_TO_WAIT, V.PROMOTE, V.OFFER, V.EXPIRE, V.UNSEAT})
"""Moves that no caller asks for by name."""

BY_ORGANIZERS = frozenset({V.APPROVE, V.REJECT, V.RECONSIDER})
"""Moves that the entity itself never makes."""

TRANSITIONS: dict[tuple[RegistrationStatus, RegistrationVerb], RegistrationStatus] = {
    (S.PENDING, V.APPROVE): S.CONFIRMED,
    (S.PENDING, V.APPROVE_TO_WAIT): S.WAITING,
    (S.PENDING, V.REJECT): S.REJECTED,
    (S.REJECTED, V.RECONSIDER): S.PENDING,
    (S.WAITING, V.PROMOTE): S.CONFIRMED,
    (S.WAITING, V.OFFER): S.OFFERED,
    (S.OFFERED, V.ACCEPT_OFFER): S.CONFIRMED,
    (S.OFFERED, V.EXPIRE): S.EXPIRED,
    (S.CONFIRMED, V.UNSEAT): S.WAITING,
    (S.OFFERED, V.UNSEAT): S.WAITING,
    **{(state, V.WITHDRAW): S.WITHDRAWN for state in LIVE},
    (S.PENDING, V.SUBSTITUTE): S.SUBSTITUTED,
    (S.WAITING, V.SUBSTITUTE): S.SUBSTITUTED,
    (S.CONFIRMED, V.SUBSTITUTE): S.SUBSTITUTED,
}

REGISTRATION = Lifecycle("registration", TRANSITIONS, BY_ITSELF)
