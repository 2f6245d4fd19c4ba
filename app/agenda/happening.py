"""What really happens of an agenda while the meeting is in session."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.agenda.clockwork import Actual
from app.agenda.lifecycle import ChildrenRun, ItemStanding
from app.agenda.problems import (
    ItemEnded,
    ItemNotStanding,
    ItemNotStarted,
    ItemStarted,
    NotInSession,
)
from app.agenda.projection import ItemProgress, Projection, projected
from app.agenda.timetable import TimedItem
from app.agenda.tree import ItemState, WorkingAgenda
from app.core import clock
from app.core.problems import Invalid
from app.meetings.lifecycle import UNDER_WAY, MeetingStatus

SHORTEST: Final = timedelta(seconds=1)
"""Of an item that was started."""


def start(agenda: WorkingAgenda, item_id: UUID, at: datetime | None) -> WorkingAgenda:
    """Begin the item, and whatever it lies under; what runs before it, not beside it, ends.

    Raises `NotInSession`, `ItemNotStanding`, `ItemStarted`, `ItemEnded`.
    """
    at = _checked(agenda, at)
    item = agenda.states[item_id]
    above = _above(agenda, item_id)
    if any(each.standing is not ItemStanding.STANDING for each in (item, *above)):
        raise ItemNotStanding("It, or what it lies under, is not on the agenda any more.")
    if item.actual_end is not None:
        raise ItemEnded(f"It ended at {clock.written(item.actual_end)}.")
    if item.actual_start is not None:
        raise ItemStarted(f"It began at {clock.written(item.actual_start)}.")
    changed = {item_id: item._replace(actual_start=at)}
    for each in above:
        began = at if each.actual_start is None else min(at, each.actual_start)
        changed[each.id] = each._replace(actual_start=began, actual_end=None)
    for state in agenda.states.values():
        if _runs(state) and state.id not in changed and not _beside(agenda, state.id, item_id):
            changed[state.id] = _ended(state, at)
    return agenda.with_states((agenda.states | changed).values())


def end(agenda: WorkingAgenda, item_id: UUID, at: datetime | None) -> WorkingAgenda:
    """End the item, and what runs under it.

    Raises `NotInSession`, `ItemNotStarted`, `ItemEnded`.
    """
    at = _checked(agenda, at)
    item = agenda.states[item_id]
    if item.actual_start is None:
        raise ItemNotStarted("Start it first.")
    if item.actual_end is not None:
        raise ItemEnded(f"It ended at {clock.written(item.actual_end)}.")
    if at <= item.actual_start and at < clock.now() - 2 * SHORTEST:
        raise Invalid.at("/at", f"It began at {clock.written(item.actual_start)}: end it later.")
    running = [agenda.states[key] for key in agenda.under(item_id) if _runs(agenda.states[key])]
    changed = {state.id: _ended(state, at) for state in running}
    return agenda.with_states((agenda.states | changed).values())


def reset(agenda: WorkingAgenda, item_id: UUID) -> WorkingAgenda:
    """Forget what has happened of the item and of what lies under it; raises `NotInSession`."""
    _check_in_session(agenda)
    changed = {
        key: agenda.states[key]._replace(actual_start=None, actual_end=None)
        for key in agenda.under(item_id)
    }
    return agenda.with_states((agenda.states | changed).values())


def projection_of(agenda: WorkingAgenda, now: datetime) -> Projection | None:
    """None while the meeting is not under way: then the plan is the projection."""
    meeting = agenda.meeting
    if meeting.status not in UNDER_WAY:
        return None
    actuals = {
        state.id: Actual(state.actual_start, state.actual_end)
        for state in agenda.states.values()
        if state.actual_start is not None
    }
    return projected(
        agenda.planned, actuals, now, meeting.starts_at, meeting.ends_at, agenda.sitting_times
    )


def members_of(state: ItemState, timed: TimedItem, found: Projection | None) -> dict[str, Any]:
    """The progress of an item and when it will be on."""
    if found is not None:
        projected_item = found.by_id[state.id]
        return {
            "progress": projected_item.progress,
            "projected_start": projected_item.starts_at,
            "projected_end": projected_item.ends_at,
        }
    progress = ItemProgress.TO_COME if state.actual_start is None else ItemProgress.OVER
    if state.standing is not ItemStanding.STANDING:
        progress = ItemProgress.OFF
    return {
        "progress": progress,
        "projected_start": timed.starts_at,
        "projected_end": timed.ends_at,
    }


def _checked(agenda: WorkingAgenda, at: datetime | None) -> datetime:
    """The moment that is meant, by default now."""
    _check_in_session(agenda)
    now = clock.now()
    if at is None:
        return now.replace(microsecond=0)
    opened = agenda.meeting.opened_at
    if at > now or (opened is not None and at < opened):
        raise Invalid.at("/at", "It must lie between the opening of the meeting and now.")
    return at


def _check_in_session(agenda: WorkingAgenda) -> None:
    status = agenda.meeting.status
    if status is not MeetingStatus.IN_SESSION:
        raise NotInSession(f"The meeting is {status.value}.", state=status.value)


def _above(agenda: WorkingAgenda, item_id: UUID) -> list[ItemState]:
    found = []
    above = agenda.states[item_id].parent_id
    while above is not None:
        found.append(agenda.states[above])
        above = agenda.states[above].parent_id
    return found


def _runs(state: ItemState) -> bool:
    return state.actual_start is not None and state.actual_end is None


def _ended(state: ItemState, at: datetime) -> ItemState:
    assert state.actual_start is not None, "only what runs is ended"
    return state._replace(actual_end=max(at, state.actual_start + SHORTEST))


def _beside(agenda: WorkingAgenda, one_id: UUID, other_id: UUID) -> bool:
    """Whether they lie in different branches of a parallel segment."""
    branches = [one_id, *(state.id for state in _above(agenda, one_id))]
    others = [other_id, *(state.id for state in _above(agenda, other_id))]
    shared = next((each for each in branches if each in others), None)
    if shared is None or shared in {one_id, other_id}:
        return False
    return agenda.states[shared].children_run is ChildrenRun.IN_PARALLEL
