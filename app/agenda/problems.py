"""Refusals about the agenda and its versions."""

from http import HTTPStatus
from typing import ClassVar

from app.core.problems import AlreadyExists, NotFound, PreconditionFailed, Problem
from app.core.routes import refuse_as


class AgendaNotIssued(NotFound):
    """The organizer still works on the agenda: no version of it has been issued yet."""

    slug, title, status = "agenda-not-issued", "No agenda issued yet", HTTPStatus.NOT_FOUND


class AgendaTooLarge(Problem):
    """An agenda has at most 1,000 items, counted over all levels."""

    slug, title, status = (
        "agenda-too-large",
        "Too many agenda items",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


class AgendaTooDeep(Problem):
    """Items lie at most ten levels deep."""

    slug, title, status = "agenda-too-deep", "Agenda too deep", HTTPStatus.UNPROCESSABLE_ENTITY


class ItemUnderItself(Problem):
    """An item cannot be moved under itself or under anything that lies under it."""

    slug, title, status = (
        "item-under-itself",
        "An item under itself",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


class ItemRepeated(Problem):
    """The same `id` stands at two places of the tree."""

    slug, title, status = "item-repeated", "Item repeated", HTTPStatus.UNPROCESSABLE_ENTITY


class ItemUnknown(Problem):
    """An item that the body names by its id is not on this agenda.

    Leave `id` out for new items; a parent must be on the same agenda.
    """

    slug, title, status = (
        "item-unknown",
        "Not an item of this agenda",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


class PositionUnknown(Problem):
    """The place is not among the siblings: it counts from 0 and may be one behind the last."""

    slug, title, status = "position-unknown", "No such place", HTTPStatus.UNPROCESSABLE_ENTITY


class ItemHasPanel(Problem):
    """A panel hangs on the item: delete the panel before the item goes or changes its kind."""

    slug, title, status = "item-has-panel", "The item has a panel", HTTPStatus.CONFLICT


class ItemHasBriefing(Problem):
    """A working group is asked for its briefer: delete the briefing before the item goes, changes
    its kind or is another group's.
    """

    slug, title, status = "item-has-briefing", "The item has a briefing", HTTPStatus.CONFLICT


class ItemIssued(Problem):
    """The item stood in an issued version, so it is not deleted: withdraw it, or merge it.

    It keeps its id and its number then, and the numbers of the others stay what they were.
    """

    slug, title, status = "item-issued", "The item was issued", HTTPStatus.CONFLICT


class ItemTakenIn(Problem):
    """Another item was merged into the one that would go: reinstate that other item first."""

    slug, title, status = "item-taken-in", "The item has taken another in", HTTPStatus.CONFLICT


class ItemOff(Problem):
    """The item was withdrawn or merged, or lies under one that was: nothing is merged into it."""

    slug, title, status = "item-off", "The item is off the agenda", HTTPStatus.CONFLICT


class AgendaOutdated(PreconditionFailed):
    """The agenda was changed since you read it; `changes` says how, `revision` what it is now.

    `changes` has the edits since then, the oldest first; where there were more than it holds, the
    others follow at `GET .../agenda/changes`. Read the agenda again, and decide anew.
    """

    slug, title, status = (
        "agenda-outdated",
        "The agenda has changed",
        HTTPStatus.PRECONDITION_FAILED,
    )
    extension: ClassVar = {
        "changes": {
            "type": ["array", "null"],
            "maxItems": 20,
            "items": {"$ref": "#/components/schemas/AgendaEdit"},
            "description": "Of `agenda-outdated`: the edits since the agenda was read.",
        },
        "revision": {
            "type": ["integer", "null"],
            "minimum": 0,
            "maximum": 2_147_483_647,
            "description": "Of `agenda-outdated`: how many edits there were by now.",
        },
    }


class AgendaEmpty(Problem):
    """There is nothing to issue: the agenda has no items."""

    slug, title, status = "agenda-empty", "The agenda is empty", HTTPStatus.CONFLICT


class SymbolTaken(AlreadyExists):
    """Another version of this agenda has the symbol."""

    slug, title, status = "symbol-taken", "Symbol taken", HTTPStatus.CONFLICT


class PersonInTwoSlots(Problem):
    """Somebody who has confirmed would be on two items of the meeting at the same time.

    `errors` names the items. Move one of them, shorten it, or let the person withdraw from one.
    """

    slug, title, status = (
        "person-in-two-slots",
        "Somebody would be in two places at once",
        HTTPStatus.CONFLICT,
    )


class SittingsOverlap(Problem):
    """Two sittings of a meeting cannot be on at the same time."""

    slug, title, status = "sittings-overlap", "Sittings overlap", HTTPStatus.CONFLICT


class SittingsFull(Problem):
    """A meeting has at most 100 sittings."""

    slug, title, status = "sittings-full", "Too many sittings", HTTPStatus.CONFLICT


class SittingUnknown(Problem):
    """The body names a sitting, by its id, that the meeting does not have."""

    slug, title, status = (
        "sitting-unknown",
        "Not a sitting of this meeting",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


class CannotFit(Problem):
    """The items cannot be made to fit: every item keeps a minute, breaks and pins stay.

    `errors` names the item or sitting and by how many minutes it is too much. Nothing was changed.
    """

    slug, title, status = "cannot-fit", "It cannot fit", HTTPStatus.CONFLICT


class PinTooFar(Problem):
    """A pinned start would lie more than 31 days from the meeting's start."""

    slug, title, status = "pin-too-far", "Pinned too far", HTTPStatus.UNPROCESSABLE_ENTITY


class NotInSession(Problem):
    """Items are started and ended, and agendas adopted, only while the meeting is in session.

    `state` says what it is: open or resume it first.
    """

    slug, title, status = "not-in-session", "Not in session", HTTPStatus.CONFLICT


class ItemNotStanding(Problem):
    """The item, or one above it, was withdrawn or merged: it does not take place."""

    slug, title, status = "item-not-standing", "Not on the agenda any more", HTTPStatus.CONFLICT


class ItemNotStarted(Problem):
    """What has not been started cannot be ended."""

    slug, title, status = "item-not-started", "Not started", HTTPStatus.CONFLICT


class ItemStarted(Problem):
    """The item was started already; `reset` takes that back."""

    slug, title, status = "item-started", "Started already", HTTPStatus.CONFLICT


class ItemEnded(Problem):
    """The item was ended already; `reset` takes that back."""

    slug, title, status = "item-ended", "Ended already", HTTPStatus.CONFLICT


refuse_as("ex_sittings_overlap", lambda: SittingsOverlap("Another sitting is on at that time."))
