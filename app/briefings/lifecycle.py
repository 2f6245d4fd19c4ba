"""The life of a briefing."""

from app.core.choices import Choice
from app.core.lifecycles import Lifecycle


class BriefingStatus(Choice):
    ASKED = "asked"
    """The group is asked to name somebody."""
    NAMED = "named"
    """Somebody is named, who has not said yet whether they come."""
    CONFIRMED = "confirmed"
    """They come."""
    DECLINED = "declined"
    """The group does not brief, or who was named does not come and nobody else is named."""


class BriefingVerb(Choice):
    """What may be done about a briefing."""

    NAME = "name"
    """Say who briefs, also instead of somebody else."""
    CONFIRM = "confirm"
    """Who is named comes."""
    DECLINE = "decline"
    """Who is named does not come; or the group does not brief."""


class BriefingHolder(Choice):
    """For whom the link of a mail speaks."""

    GROUP = "group"
    """The working group, until its deadline."""
    BRIEFER = "briefer"
    """Who is named, until the meeting starts."""


class BriefingLacking(Choice):
    """What is missing of a briefing still."""

    ASKING = "asking"
    """The group has not been asked yet."""
    BRIEFER = "briefer"
    """Nobody is named."""
    ANSWER = "answer"
    """Who is named has not answered."""
    MINUTES = "minutes"
    """The item has no time."""
    PAPERS = "papers"
    """No document is attached to the item."""


S, V = BriefingStatus, BriefingVerb

TRANSITIONS: dict[tuple[BriefingStatus, BriefingVerb], BriefingStatus] = {
    (S.ASKED, V.NAME): S.NAMED,
    (S.ASKED, V.DECLINE): S.DECLINED,
    (S.NAMED, V.NAME): S.NAMED,
    (S.NAMED, V.CONFIRM): S.CONFIRMED,
    (S.NAMED, V.DECLINE): S.DECLINED,
    (S.CONFIRMED, V.NAME): S.NAMED,
    (S.CONFIRMED, V.DECLINE): S.DECLINED,
    (S.DECLINED, V.NAME): S.NAMED,
}

BRIEFING = Lifecycle("briefing", TRANSITIONS)
COMING = frozenset({S.NAMED, S.CONFIRMED})
"""Somebody is meant to be there."""
