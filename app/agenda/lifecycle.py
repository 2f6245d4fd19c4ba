"""What an agenda item can be, and the life of an issued version of the agenda."""

from typing import Final

from app.core.choices import Choice


class ItemKind(Choice):
    """What happens under an item; a `break` is on the timetable but not on the numbered agenda."""

    OPENING = "opening"
    """Opening of the meeting."""
    ADOPTION_OF_AGENDA = "adoption_of_agenda"
    """The agenda is adopted; by default what an adoption is recorded under."""
    STATEMENT = "statement"
    """Somebody makes a statement."""
    PANEL = "panel"
    """People speak one after the other; `createPanel` says who."""
    BRIEFING = "briefing"
    """A working group briefs; `askForBriefers` asks it who does."""
    DISCUSSION = "discussion"
    """The floor is open."""
    DECISION = "decision"
    """Something is decided."""
    BREAK = "break"
    """A pause, without a number."""
    OTHER_BUSINESS = "other_business"
    """Any other business."""
    CLOSING = "closing"
    """Closing of the meeting."""


class ItemAccess(Choice):
    """Who may read an item; a `restricted` one is absent from every public view."""

    PUBLIC = "public"
    """Whoever may read the agenda."""
    RESTRICTED = "restricted"
    """Organizers and observers alone; so is all that lies under it."""


class ItemPurpose(Choice):
    """What the meeting is asked to do with an item."""

    INFORMATION = "information"
    """To take note of it."""
    DISCUSSION = "discussion"
    """To discuss it."""
    DECISION = "decision"
    """To decide on it."""


class ItemOpenness(Choice):
    """Who may be in the room for an item: its delegations only, everybody, or the world by webcast.

    Not the same as `ItemAccess`, which says who may read that the item is on the agenda.
    """

    CLOSED = "closed"
    """The delegations only."""
    OPEN = "open"
    """Everybody who comes."""
    WEBCAST = "webcast"
    """Everybody, also from afar."""


class ItemAddition(Choice):
    """How an item came onto an agenda that had been issued already."""

    SUPPLEMENTARY = "supplementary"
    """Added in time after the first version was issued."""
    LATE = "late"
    """Added too late for that."""


class ItemStanding(Choice):
    """Whether an item is still on the agenda; one that is not keeps its id and its trace."""

    STANDING = "standing"
    """On the agenda."""
    WITHDRAWN = "withdrawn"
    """Taken off; it has no time."""
    MERGED = "merged"
    """Taken in by the item `merged_into_id`; it has no time of its own."""


# What can become of an item that is on the agenda, or is not.
STANDINGS: Final[dict[ItemStanding, frozenset[ItemStanding]]] = {
    ItemStanding.STANDING: frozenset({ItemStanding.WITHDRAWN, ItemStanding.MERGED}),
    ItemStanding.WITHDRAWN: frozenset({ItemStanding.STANDING}),
    ItemStanding.MERGED: frozenset({ItemStanding.STANDING}),
}


class ChildrenRun(Choice):
    """How the items directly under one are timed: one after the other, or all at once."""

    IN_SEQUENCE = "in_sequence"
    """Each begins when the one before it has ended."""
    IN_PARALLEL = "in_parallel"
    """All begin at once, beside each other."""


class ItemChangeKind(Choice):
    """What happened to an item, or a sitting, between two versions of an agenda."""

    ADDED = "added"
    """It is new."""
    REMOVED = "removed"
    """It is gone, or the reader may not see it any more."""
    WITHDRAWN = "withdrawn"
    """It was taken off the agenda."""
    MERGED = "merged"
    """Another item has taken it in."""
    REINSTATED = "reinstated"
    """It is on the agenda again."""
    MOVED = "moved"
    """It lies under another item, or elsewhere among its siblings."""
    RENUMBERED = "renumbered"
    """Its number is another."""
    RETITLED = "retitled"
    """Its title is another."""
    RETIMED = "retimed"
    """It is on at another time, or for longer or shorter."""
    PANELLISTS = "panellists"
    """Other people are on its panel, or in another part."""
    CHANGED = "changed"
    """Anything else."""
    SHIFTED = "shifted"
    """Its times moved only as those of the meeting did."""


class VersionStatus(Choice):
    """What an issued version is; an issued version never changes, the next one follows it."""

    PROVISIONAL = "provisional"
    """The first one."""
    REVISED = "revised"
    """Rev.1, Rev.2 and so on."""
    ADOPTED = "adopted"
    """Adopted by the meeting: no version follows."""


# What may be issued after a version of each status: provisional, then any number of revisions,
# then the adopted one, after which there is no other.
TRANSITIONS: Final[dict[VersionStatus, frozenset[VersionStatus]]] = {
    VersionStatus.PROVISIONAL: frozenset({VersionStatus.REVISED, VersionStatus.ADOPTED}),
    VersionStatus.REVISED: frozenset({VersionStatus.REVISED, VersionStatus.ADOPTED}),
    VersionStatus.ADOPTED: frozenset(),
}
