"""What reminders are about, whom they go to, and what becomes of a step."""

from enum import StrEnum


class Anchor(StrEnum):
    """What a step is counted back from."""

    DEADLINE = "deadline"
    """The end of registration."""
    START = "start"
    """The beginning of the meeting."""


class About(StrEnum):
    ANSWER = "answer"
    """The invitation was sent and not answered."""
    DELEGATION = "delegation"
    """It was accepted, or tentatively, and nobody is registered."""
    ATTENDANCE = "attendance"
    """The meeting is near, for those who have a seat."""


class To(StrEnum):
    """Which focal points of an entity."""

    ALTERNATE = "alternate"
    """The alternates; the principals where there are none."""
    PRINCIPAL = "principal"
    ALL = "all"


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"
    HOURS = "hours"


class RunOutcome(StrEnum):
    RAN = "ran"
    SKIPPED = "skipped"


class Source(StrEnum):
    """Whose steps count for a meeting."""

    MEETING = "meeting"
    COMMITTEE = "committee"
    NONE = "none"


class Outcome(StrEnum):
    """What became of one invitation in a reminder by hand."""

    REMINDED = "reminded"
    ANSWERED_ALREADY = "answered_already"
    NOT_SENT = "not_sent"
    WITHDRAWN = "withdrawn"
    REMINDED_LATELY = "reminded_lately"
    UNKNOWN = "unknown"
