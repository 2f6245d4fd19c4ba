"""The life of a panellist."""

from enum import StrEnum

from app.core.lifecycles import Lifecycle


class PanelRole(StrEnum):
    MODERATOR = "moderator"
    PANELLIST = "panellist"


class PanellistStatus(StrEnum):
    PROPOSED = "proposed"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class PanellistVerb(StrEnum):
    INVITE = "invite"
    CONFIRM = "confirm"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


S, V = PanellistStatus, PanellistVerb

TRANSITIONS: dict[tuple[PanellistStatus, PanellistVerb], PanellistStatus] = {
    (S.PROPOSED, V.INVITE): S.INVITED,
    (S.INVITED, V.CONFIRM): S.CONFIRMED,
    (S.INVITED, V.DECLINE): S.DECLINED,
    (S.INVITED, V.WITHDRAW): S.WITHDRAWN,
    (S.CONFIRMED, V.WITHDRAW): S.WITHDRAWN,
}

PANELLIST = Lifecycle("panellist", TRANSITIONS)
GONE = frozenset({S.DECLINED, S.WITHDRAWN})
ASKED = frozenset({S.INVITED, S.CONFIRMED})
"""They are written to, and shown to participants."""
