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


class ItemPurpose(StrEnum):
    """What the meeting is asked to do with an item."""

    INFORMATION = "information"
    DISCUSSION = "discussion"
    DECISION = "decision"


class ItemOpenness(StrEnum):
    """Who may be in the room for an item: its delegations only, everybody, or the world by webcast.

    Not the same as `ItemAccess`, which says who may read that the item is on the agenda.
    """

    CLOSED = "closed"
    OPEN = "open"
    WEBCAST = "webcast"


class ItemAddition(StrEnum):
    """How an item came onto an agenda that had been issued already."""

    SUPPLEMENTARY = "supplementary"
    LATE = "late"


class ItemStanding(StrEnum):
    """Whether an item is still on the agenda; one that is not keeps its id and its trace."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


# What can become of an item that is on the agenda, or is not.
STANDINGS: Final[dict[ItemStanding, frozenset[ItemStanding]]] = {
    ItemStanding.STANDING: frozenset({ItemStanding.WITHDRAWN, ItemStanding.MERGED}),
    ItemStanding.WITHDRAWN: frozenset({ItemStanding.STANDING}),
    ItemStanding.MERGED: frozenset({ItemStanding.STANDING}),
}


class ChildrenRun(StrEnum):
    """How the items directly under one are timed: one after the other, or all at once."""

    IN_SEQUENCE = "in_sequence"
    IN_PARALLEL = "in_parallel"


class ChangeKind(StrEnum):
    """What happened to an item, or a sitting, between two versions of an agenda."""

    ADDED = "added"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    REINSTATED = "reinstated"
    MOVED = "moved"
    RENUMBERED = "renumbered"
    RETITLED = "retitled"
    RETIMED = "retimed"
    PANELLISTS = "panellists"
    CHANGED = "changed"
    """Anything else."""
    SHIFTED = "shifted"
    """Its times moved only as those of the meeting did."""


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
