"""What an agenda item can be, and the life of an issued version of the agenda."""

from enum import StrEnum
from typing import Final


class ItemKind(StrEnum):
    """What happens under an item; a `break` is on the timetable but not on the numbered agenda."""

    OPENING = "opening"
    ADOPTION_OF_AGENDA = "adoption_of_agenda"
    STATEMENT = "statement"
    PANEL = "panel"
    BRIEFING = "briefing"
    DISCUSSION = "discussion"
    DECISION = "decision"
    BREAK = "break"
    OTHER_BUSINESS = "other_business"
    CLOSING = "closing"


class ItemAccess(StrEnum):
    """Who may read an item; a `restricted` one is absent from every public view."""

    PUBLIC = "public"
    RESTRICTED = "restricted"


class VersionStatus(StrEnum):
    """What an issued version is; an issued version never changes, the next one follows it."""

    PROVISIONAL = "provisional"
    REVISED = "revised"
    ADOPTED = "adopted"


# What may be issued after a version of each status: provisional, then any number of revisions,
# then the adopted one, after which there is no other.
TRANSITIONS: Final[dict[VersionStatus, frozenset[VersionStatus]]] = {
    VersionStatus.PROVISIONAL: frozenset({VersionStatus.REVISED, VersionStatus.ADOPTED}),
    VersionStatus.REVISED: frozenset({VersionStatus.REVISED, VersionStatus.ADOPTED}),
    VersionStatus.ADOPTED: frozenset(),
}
