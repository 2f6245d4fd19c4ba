"""The life of a meeting."""

from enum import StrEnum

from app.core.choices import Choice
from app.core.lifecycles import Lifecycle


class MeetingFormat(StrEnum):
    VIRTUAL = "virtual"
    HYBRID = "hybrid"
    IN_PERSON = "in_person"


class ParticipantsList(Choice):
    """Who stands in the list of participants that others may read."""

    NONE = "none"
    """There is no such list."""
    CONSENTED = "consented"
    """Whoever agreed to be named."""
    ALL = "all"
    """Whoever did not refuse to be named."""


class MeetingStatus(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    POSTPONED = "postponed"
    IN_SESSION = "in_session"
    SUSPENDED = "suspended"
    ADJOURNED = "adjourned"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class MeetingVerb(StrEnum):
    SCHEDULE = "schedule"
    POSTPONE = "postpone"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    OPEN = "open"
    SUSPEND = "suspend"
    RESUME = "resume"
    ADJOURN = "adjourn"
    CLOSE = "close"


S, V = MeetingStatus, MeetingVerb

TRANSITIONS: dict[tuple[MeetingStatus, MeetingVerb], MeetingStatus] = {
    (S.DRAFT, V.SCHEDULE): S.SCHEDULED,
    (S.DRAFT, V.CANCEL): S.CANCELLED,
    (S.SCHEDULED, V.RESCHEDULE): S.SCHEDULED,
    (S.SCHEDULED, V.POSTPONE): S.POSTPONED,
    (S.SCHEDULED, V.CANCEL): S.CANCELLED,
    (S.SCHEDULED, V.OPEN): S.IN_SESSION,
    (S.POSTPONED, V.RESCHEDULE): S.SCHEDULED,
    (S.POSTPONED, V.CANCEL): S.CANCELLED,
    (S.IN_SESSION, V.SUSPEND): S.SUSPENDED,
    (S.IN_SESSION, V.ADJOURN): S.ADJOURNED,
    (S.SUSPENDED, V.RESUME): S.IN_SESSION,
    (S.SUSPENDED, V.ADJOURN): S.ADJOURNED,
    (S.ADJOURNED, V.CLOSE): S.CLOSED,
}

MEETING = Lifecycle("meeting", TRANSITIONS)

TO_COME = frozenset({S.DRAFT, S.SCHEDULED, S.POSTPONED})
OPEN_TO_REGISTRATION = frozenset({S.SCHEDULED, S.IN_SESSION, S.SUSPENDED})
UNDER_WAY = frozenset({S.IN_SESSION, S.SUSPENDED})
OVER = frozenset({S.ADJOURNED, S.CLOSED, S.CANCELLED})
ANNOUNCED = frozenset(S) - {S.DRAFT}
UNCHANGEABLE = frozenset({S.CLOSED, S.CANCELLED})
