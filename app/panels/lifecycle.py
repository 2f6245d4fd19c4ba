"""The life of a panellist."""

from app.core.choices import Choice
from app.core.lifecycles import Lifecycle


class PanelRole(Choice):
    MODERATOR = "moderator"
    """Leads the panel."""
    PANELLIST = "panellist"
    """Speaks on it."""


class PanellistStatus(Choice):
    """How it stands with somebody on a panel."""

    PROPOSED = "proposed"
    """Named by an organizer; knows nothing of it yet."""
    INVITED = "invited"
    """Asked, by mail where there is an address."""
    CONFIRMED = "confirmed"
    """Comes."""
    DECLINED = "declined"
    """Was asked and does not come."""
    WITHDRAWN = "withdrawn"
    """Was asked or had confirmed, and does not come after all."""


class PanellistVerb(Choice):
    """What may be done about somebody on a panel; each is an operation of this name."""

    INVITE = "invite"
    """Ask them."""
    CONFIRM = "confirm"
    """They come."""
    DECLINE = "decline"
    """They do not, having been asked."""
    WITHDRAW = "withdraw"
    """They do not after all, or are not wanted any more."""


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
