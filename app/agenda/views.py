"""Views of the working agenda, and the finished bodies of the versions that are issued."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from app.agenda.mends import mended
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
    VersionOut,
    WorkingGroupOut,
)
from app.agenda.sitting_schemas import SittingOut
from app.agenda.times import TimetableProblemOut
from app.agenda.timetable import TimedItem
from app.agenda.tree import PlacedItem, WorkingAgenda, pinned_wall_time
from app.core.preconditions import etag_of
from app.core.zones import to_local
from app.meetings.tables import Meeting

_SAID = (
    *("id", "kind", "title", "note", "duration", "access", "presenter", "purpose", "openness"),
    *("annotation", "children_run", "room"),
)
_ISSUED: TypeAdapter[IssuedAgenda] = TypeAdapter(IssuedAgenda)


class Body(NamedTuple):
    """A finished representation."""

    content: bytes
    etag: str


def agenda_out(
    agenda: WorkingAgenda,
    symbol: str | None,
    *,
    full: bool,
    organizes: bool,
    zone: str | None = None,
) -> AgendaOut:
    """The working agenda; restricted items only in the full view, problems only to organizers.

    `zone` is the reader's, if local times shall be shown in it.
    """
    meeting = agenda.meeting
    items = _items_out(agenda, full=full, zone=zone)
    problems = mended(agenda) if organizes else None
    return AgendaOut(
        meeting_id=meeting.id,
        meeting=meeting.handle,
        timezone=meeting.timezone,
        shown_in=zone or meeting.timezone,
        starts_at=meeting.starts_at,
        ends_at=agenda.timetable.ends_at,
        symbol=symbol,
        sittings=[SittingOut.of(held) for held in agenda.sittings],
        items=[item for item in items.values() if item.parent_id is None],
        problems=None if problems is None else [TimetableProblemOut.of(each) for each in problems],
    )


def item_out(
    agenda: WorkingAgenda, item_id: UUID, *, full: bool, zone: str | None = None
) -> ItemOut:
    """One item of the view, with what lies under it; raises `KeyError` for what is hidden."""
    return _items_out(agenda, full=full, zone=zone)[item_id]


def issued_body(
    agenda: WorkingAgenda,
    version: VersionOut,
    panels: Mapping[UUID, PanelOnItem],
    *,
    full: bool,
) -> Body:
    """The bytes in which a version stays; the public view keeps the numbers of the full one."""
    issued = IssuedAgenda(
        meeting=_issued_meeting(agenda.meeting),
        items=_issued_items(agenda, panels, full=full),
        **version.model_dump(),
    )
    content = _ISSUED.dump_json(issued)
    return Body(content, etag_of(content))


def _items_out(agenda: WorkingAgenda, *, full: bool, zone: str | None) -> dict[UUID, ItemOut]:
    """Every item of the view by its id, each hung under its parent, in reading order."""
    found: dict[UUID, ItemOut] = {}
    shown_in = zone or agenda.meeting.timezone
    for placed in agenda.read(full=full):
        out = found[placed.state.id] = _item_out(agenda.meeting, placed, shown_in)
        if out.parent_id is not None:
            found[out.parent_id].items.append(out)
    return found


def _item_out(meeting: Meeting, placed: PlacedItem, zone: str) -> ItemOut:
    state, group, timed = placed
    return ItemOut(
        parent_id=state.parent_id,
        position=state.position,
        pinned_start=pinned_wall_time(meeting, state.pinned_minutes),
        working_group=_working_group(group),
        flexible=state.flexible,
        sitting=state.sitting_id,
        in_sitting=timed.sitting_id,
        actual_start=state.actual_start,
        actual_end=state.actual_end,
        items=[],
        **_said(placed),
        **_times(timed, zone),
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
