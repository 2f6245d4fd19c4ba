"""Views of the working agenda, and the finished bodies of the versions that are issued."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from app.agenda.policy import TimedItem
from app.agenda.queries import Group, PanelOnItem
from app.agenda.schemas import (
    AgendaOut,
    IssuedAgenda,
    IssuedItem,
    IssuedMeeting,
    IssuedPanel,
    IssuedPanellist,
    IssuedWorkingGroup,
    ItemOut,
    VersionName,
    WorkingGroupOut,
)
from app.agenda.times import TimetableProblemOut
from app.agenda.tree import PlacedItem, WorkingAgenda, pinned_wall_time
from app.core.zones import to_local
from app.meetings.tables import Meeting

_SAID = (
    *("id", "kind", "title", "note", "duration", "access", "presenter", "purpose", "openness"),
    *("annotation", "children_run", "room"),
)
_ISSUED: TypeAdapter[IssuedAgenda] = TypeAdapter(IssuedAgenda)


def agenda_out(
    agenda: WorkingAgenda, symbol: str | None, *, full: bool, organizes: bool
) -> AgendaOut:
    """The working agenda; restricted items only in the full view, problems only to organizers."""
    meeting = agenda.meeting
    problems = agenda.timetable.problems if organizes else None
    return AgendaOut(
        meeting_id=meeting.id,
        meeting=meeting.handle,
        timezone=meeting.timezone,
        starts_at=meeting.starts_at,
        ends_at=agenda.timetable.ends_at,
        symbol=symbol,
        items=[item for item in _items_out(agenda, full=full).values() if item.parent_id is None],
        problems=None if problems is None else [TimetableProblemOut.of(each) for each in problems],
    )


def item_out(agenda: WorkingAgenda, item_id: UUID, *, full: bool) -> ItemOut:
    """One item of the view, with what lies under it; raises `KeyError` for what is hidden."""
    return _items_out(agenda, full=full)[item_id]


def issued_body(
    agenda: WorkingAgenda,
    version: VersionName,
    panels: Mapping[UUID, PanelOnItem],
    *,
    full: bool,
) -> bytes:
    """The bytes in which a version stays; the public view keeps the numbers of the full one."""
    issued = IssuedAgenda(
        meeting=_issued_meeting(agenda.meeting),
        items=_issued_items(agenda, panels, full=full),
        **version.model_dump(),
    )
    return _ISSUED.dump_json(issued)


def _items_out(agenda: WorkingAgenda, *, full: bool) -> dict[UUID, ItemOut]:
    """Every item of the view by its id, each hung under its parent, in reading order."""
    found: dict[UUID, ItemOut] = {}
    for placed in agenda.read(full=full):
        out = found[placed.state.id] = _item_out(agenda.meeting, placed)
        if out.parent_id is not None:
            found[out.parent_id].items.append(out)
    return found


def _item_out(meeting: Meeting, placed: PlacedItem) -> ItemOut:
    state, group, timed = placed
    return ItemOut(
        parent_id=state.parent_id,
        position=state.position,
        pinned_start=pinned_wall_time(meeting, state.pinned_minutes),
        working_group=_working_group(group),
        flexible=state.flexible,
        items=[],
        **_said(placed),
        **_times(timed, meeting.timezone),
    )


def _working_group(group: Group | None) -> WorkingGroupOut | None:
    return None if group is None else WorkingGroupOut(**group._asdict())


def _said(placed: PlacedItem) -> dict[str, Any]:
    """The members that both kinds of item have from the organizer, and the number."""
    state = placed.state._asdict()
    members = {name: state[name] for name in _SAID}
    return members | {"number": placed.timed.number, "depth": placed.timed.depth}


def _times(timed: TimedItem, zone: str) -> dict[str, datetime]:
    return {
        "starts_at": timed.starts_at,
        "ends_at": timed.ends_at,
        "local_start": to_local(timed.starts_at, zone),
        "local_end": to_local(timed.ends_at, zone),
    }


def _issued_meeting(meeting: Meeting) -> IssuedMeeting:
    return IssuedMeeting.of(meeting)


def _issued_items(
    agenda: WorkingAgenda, panels: Mapping[UUID, PanelOnItem], *, full: bool
) -> list[IssuedItem]:
    found: dict[UUID, IssuedItem] = {}
    top: list[IssuedItem] = []
    for placed in agenda.read(full=full):
        state, group, timed = placed
        issued = found[state.id] = IssuedItem(
            working_group=None if group is None else IssuedWorkingGroup.of(group),
            panel=_issued_panel(panels.get(state.id)),
            items=[],
            **_said(placed),
            **_times(timed, agenda.meeting.timezone),
        )
        siblings = top if state.parent_id is None else found[state.parent_id].items
        siblings.append(issued)
    return top


def _issued_panel(panel: PanelOnItem | None) -> IssuedPanel | None:
    if panel is None:
        return None
    people = [IssuedPanellist(**person) for person in panel.panellists]
    return IssuedPanel(title=panel.title, panellists=people)
