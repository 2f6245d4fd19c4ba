"""The life of a delegation's credentials; before they are presented they are missing."""

from app.core.choices import Choice
from app.core.lifecycles import Lifecycle


class CredentialsStatus(Choice):
    PRESENTED = "presented"
    """An organizer has to look at them."""
    CHECKED = "checked"
    """An organizer has found them in order."""
    RETURNED = "returned"
    """An organizer has found something wrong, and said what."""


class CredentialsVerb(Choice):
    PRESENT = "present"
    CHECK = "check"
    RETURN = "return"


S, V = CredentialsStatus, CredentialsVerb

TRANSITIONS: dict[tuple[CredentialsStatus, CredentialsVerb], CredentialsStatus] = {
    **{(state, V.PRESENT): S.PRESENTED for state in S},
    (S.PRESENTED, V.CHECK): S.CHECKED,
    (S.RETURNED, V.CHECK): S.CHECKED,
    (S.PRESENTED, V.RETURN): S.RETURNED,
    (S.CHECKED, V.RETURN): S.RETURNED,
}

CREDENTIALS = Lifecycle("credentials", TRANSITIONS)
