"""Edits of the times of many items at once.

Each verb says what the agenda shall be; whether it is made so or only shown is for the caller.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from app.agenda import policy
from app.agenda.edits import FARTHEST_PIN
from app.agenda.fitting import DoesNotFit, fitted
from app.agenda.following import from_on
from app.agenda.problems import (
    AgendaTooDeep,
    CannotFit,
    ItemUnderItself,
    ItemUnknown,
    PinTooFar,
    SittingUnknown,
)
from app.agenda.steps import laid_out
from app.agenda.tree import MINUTE, ItemState, WorkingAgenda
from app.core.choices import Choice
from app.core.problems import FieldError
from app.core.zones import to_local

NOWHERE: Final = "There is no such item on this agenda."


class ShiftReach(Choice):
    """How far a shift goes."""

    SITTING = "sitting"
    """Up to the beginning of the next sitting."""
    MEETING = "meeting"
    """To the end of the meeting."""


def fit(agenda: WorkingAgenda, sitting_id: UUID | None, *, fill: bool) -> WorkingAgenda:
    """Let the items take the time that their sittings have.

    Raises `CannotFit`, `SittingUnknown`.
    """
    if sitting_id is not None and all(held.id != sitting_id for held in agenda.sittings):
        raise SittingUnknown.at("/sitting_id", "The meeting has no such sitting.")
    meeting = agenda.meeting
    try:
        durations = fitted(
            agenda.planned,
            meeting.starts_at,
            meeting.ends_at,
            agenda.sitting_times,
            only=sitting_id,
            fill=fill,
        )
    except DoesNotFit as refusal:
        error = FieldError(pointer=f"items/{refusal.item_id}", detail=str(refusal))
        raise CannotFit(str(refusal), errors=[error]) from None
    return _changed(
        agenda,
        {key: agenda.states[key]._replace(duration=n) for key, n in durations.items()},
    )


def shift(
    agenda: WorkingAgenda, item_id: UUID, minutes: int, reach: ShiftReach = ShiftReach.SITTING
) -> WorkingAgenda:
    """Let the item begin so much later, or earlier, and the pins after it move along.

    Raises `ItemUnknown`, `PinTooFar`.
    """
    if item_id not in agenda.states:
        raise ItemUnknown.at("/item_id", NOWHERE)
    starts = {timed.id: timed.starts_at for timed in agenda.timetable.items}
    until = _next_sitting(agenda, starts[item_id]) if reach is ShiftReach.SITTING else None
    changed: dict[UUID, ItemState] = {}
    for step in from_on(laid_out(agenda.planned).line, item_id):
        state = agenda.states[step.item.id]
        pinned = state.pinned_minutes
        if state.id == item_id and pinned is None:
            pinned = _wall_minutes(agenda, starts[item_id])
        within = until is None or starts[state.id] < until
        if pinned is not None and within and (step.alive or state.id == item_id):
            if abs(pinned + minutes) > FARTHEST_PIN:
                raise PinTooFar.at("/minutes", "A pin lies at most 31 days from the start.")
            changed[state.id] = state._replace(pinned_minutes=pinned + minutes)
    return _changed(agenda, changed)


def swap(agenda: WorkingAgenda, one_id: UUID, other_id: UUID) -> WorkingAgenda:
    """Let two items, each with all that lies under it, change places.

    A pin and the sitting belong to the place, and stay there. Raises `ItemUnknown`,
    `ItemUnderItself`, `AgendaTooDeep`.
    """
    for name, item_id in (("item_id", one_id), ("other_item_id", other_id)):
        if item_id not in agenda.states:
            raise ItemUnknown.at(f"/{name}", NOWHERE)
    if other_id == one_id:
        raise ItemUnderItself.at("/other_item_id", "An item does not change places with itself.")
    if other_id in agenda.under(one_id) or one_id in agenda.under(other_id):
        raise ItemUnderItself.at("/other_item_id", "One of the two lies under the other.")
    one, other = agenda.states[one_id], agenda.states[other_id]
    states = agenda.states | {one_id: _at(one, other), other_id: _at(other, one)}
    try:
        policy.validate_tree(states.values())
    except policy.TooDeep as error:
        raise AgendaTooDeep.at("/other_item_id", str(error)) from None
    return agenda.with_states(states.values())


def _at(item: ItemState, place: ItemState) -> ItemState:
    return item._replace(
        parent_id=place.parent_id,
        position=place.position,
        pinned_minutes=place.pinned_minutes,
        sitting_id=place.sitting_id,
    )


def _next_sitting(agenda: WorkingAgenda, start: datetime) -> datetime | None:
    return next((each.begins_at for each in agenda.sitting_times if each.begins_at > start), None)


def _wall_minutes(agenda: WorkingAgenda, instant: datetime) -> int:
    """As a pin is kept."""
    meeting = agenda.meeting
    return round((to_local(instant, meeting.timezone) - meeting.local_start) / MINUTE)


def _changed(agenda: WorkingAgenda, states: Mapping[UUID, ItemState]) -> WorkingAgenda:
    return agenda.with_states((agenda.states | dict(states)).values())
