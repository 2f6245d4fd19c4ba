"""What reminders are about, whom they go to, and what becomes of a step."""

from enum import StrEnum

from app.core.choices import Choice


class Anchor(Choice):
    """What a step is counted back from."""

    DEADLINE = "deadline"
    """The end of registration."""
    START = "start"
    """The beginning of the meeting."""
    SLOT = "slot"
    """The beginning of the panel, for steps about panels."""
    REHEARSAL = "rehearsal"
    """The beginning of its rehearsal, likewise."""
    BRIEFERS_DUE = "briefers_due"
    """The time until which working groups name who briefs for them."""


class About(Choice):
    ANSWER = "answer"
    """The invitation was sent and not answered."""
    DELEGATION = "delegation"
    """It was accepted, or tentatively, and nobody is registered."""
    ATTENDANCE = "attendance"
    """The meeting is near, for those who have a seat."""
    PANEL_ANSWER = "panel_answer"
    """A panellist was asked and has not answered."""
    PANEL = "panel"
    """The panel, or its rehearsal, is near, for those who have confirmed."""
    BRIEFER = "briefer"
    """A working group has not named who briefs for it."""


OF_PANELS = frozenset({About.PANEL_ANSWER, About.PANEL})
"""Steps about them are due for each panel by itself."""
ANCHORS_OF_PANELS = frozenset({Anchor.SLOT, Anchor.REHEARSAL})


class To(Choice):
    """Which focal points of an entity."""

    ALTERNATE = "alternate"
    """The alternates; the principals where there are none."""
    PRINCIPAL = "principal"
    """The principals only."""
    ALL = "all"
    """Every focal point."""


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"
    HOURS = "hours"


class RunOutcome(Choice):
    RAN = "ran"
    """Whoever had not acted was reminded."""
    SKIPPED = "skipped"
    """Nobody was; see `reason`."""


class Source(Choice):
    """Whose steps count for a meeting."""

    MEETING = "meeting"
    """It has steps of its own."""
    COMMITTEE = "committee"
    """Its committee's count."""
    NONE = "none"
    """There are none, and nobody is reminded."""


class Outcome(Choice):
    """What became of one invitation in a reminder by hand."""

    REMINDED = "reminded"
    """A mail to each focal point follows."""
    ANSWERED_ALREADY = "answered_already"
    """There is nothing to remind of."""
    NOT_SENT = "not_sent"
    """It is a draft still: send it first."""
    WITHDRAWN = "withdrawn"
    """It was taken back."""
    REMINDED_LATELY = "reminded_lately"
    """That was within 24 hours; `force` does it again."""
    UNKNOWN = "unknown"
    """This meeting has no such invitation."""
