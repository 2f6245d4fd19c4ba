"""Roles of representatives and the life of a registration."""

from enum import StrEnum

from app.core.choices import Choice
from app.core.lifecycles import Lifecycle


class RegistrationRole(StrEnum):
    HEAD_OF_DELEGATION = "head_of_delegation"
    REPRESENTATIVE = "representative"
    ALTERNATE = "alternate"
    ADVISER = "adviser"
    OBSERVER = "observer"
    SUPPORT = "support"


class RegistrationStatus(Choice):
    CONFIRMED = "confirmed"
    """It has a seat, or needs none."""
    WAITING = "waiting"
    """It waits for one of the entity's seats."""
    WITHDRAWN = "withdrawn"
    SUBSTITUTED = "substituted"
    """Somebody else has its seat, or its place in the waiting list."""


class Participation(StrEnum):
    """What the person's calendar program last answered (PARTSTAT, RFC 5545 section 3.2.12)."""

    NEEDS_ACTION = "needs_action"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class RegistrationVerb(Choice):
    PROMOTE = "promote"
    """What a seat that falls free does by itself; nobody is allowed to."""
    WITHDRAW = "withdraw"
    SUBSTITUTE = "substitute"


S, V = RegistrationStatus, RegistrationVerb
WITHOUT_SEAT = frozenset({RegistrationRole.SUPPORT})
LIVE = (S.CONFIRMED, S.WAITING)
LEFT = (S.WITHDRAWN, S.SUBSTITUTED)

TRANSITIONS: dict[tuple[RegistrationStatus, RegistrationVerb], RegistrationStatus] = {
    (S.WAITING, V.PROMOTE): S.CONFIRMED,
    (S.WAITING, V.WITHDRAW): S.WITHDRAWN,
    (S.CONFIRMED, V.WITHDRAW): S.WITHDRAWN,
    (S.WAITING, V.SUBSTITUTE): S.SUBSTITUTED,
    (S.CONFIRMED, V.SUBSTITUTE): S.SUBSTITUTED,
}

REGISTRATION = Lifecycle("registration", TRANSITIONS)
