"""The life of an invitation."""

from enum import StrEnum

from app.core.choices import Choice
from app.core.lifecycles import Lifecycle


class InvitationStatus(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    WITHDRAWN = "withdrawn"


class InvitationVerb(Choice):
    SEND = "send"
    ACCEPT = "accept"
    DECLINE = "decline"
    ANSWER_TENTATIVELY = "answer_tentatively"
    WITHDRAW = "withdraw"
    INVITE_AGAIN = "invite_again"
    """What inviting the entity once more does with a withdrawn one."""


class Answer(StrEnum):
    """The participation status that an entity answers with (RFC 5545 section 3.2.12)."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class CredentialsState(Choice):
    """How far a delegation's credentials are."""

    MISSING = "missing"
    """Nothing was presented yet."""
    PRESENTED = "presented"
    """An organizer has to look at them."""
    CHECKED = "checked"
    """They are in order."""
    RETURNED = "returned"
    """Something is wrong with them."""


S, V = InvitationStatus, InvitationVerb
LIVE = (S.SENT, S.ACCEPTED, S.DECLINED, S.TENTATIVE)
VISIBLE_TO_ENTITY = frozenset({*LIVE, S.WITHDRAWN})
VERB_OF = {
    Answer.ACCEPTED: V.ACCEPT,
    Answer.DECLINED: V.DECLINE,
    Answer.TENTATIVE: V.ANSWER_TENTATIVELY,
}

TRANSITIONS: dict[tuple[InvitationStatus, InvitationVerb], InvitationStatus] = {
    (S.DRAFT, V.SEND): S.SENT,
    (S.DRAFT, V.WITHDRAW): S.WITHDRAWN,
    **{(state, V.ACCEPT): S.ACCEPTED for state in LIVE},
    **{(state, V.DECLINE): S.DECLINED for state in LIVE},
    **{(state, V.ANSWER_TENTATIVELY): S.TENTATIVE for state in LIVE},
    **{(state, V.WITHDRAW): S.WITHDRAWN for state in LIVE},
    (S.WITHDRAWN, V.INVITE_AGAIN): S.DRAFT,
}

INVITATION = Lifecycle("invitation", TRANSITIONS)
ANSWERS = frozenset(VERB_OF.values())
