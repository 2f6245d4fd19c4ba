"""Views of the working agenda, and the finished bodies of the versions that are issued."""

from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from app.agenda.access import AgendaView
from app.agenda.mends import mended
from app.agenda.queries import Beside, Group, PanelOnItem
from app.agenda.schemas import (
    AgendaOut,
    IssuedAgenda,
    IssuedBriefer,
    IssuedCommittee,
    IssuedItem,
    IssuedLeadEntity,
    IssuedMeeting,
    IssuedPanel,
    IssuedPanellist,
    IssuedSitting,
    ItemOut,
    LeadEntityOut,
    VersionName,
    WorkingGroupOut,
)
from app.agenda.sitting_schemas import SittingOut
from app.agenda.tags import Tag, tag_of
from app.agenda.times import TimetableProblemOut
from app.agenda.timetable import TimedItem
from app.agenda.tree import PlacedItem, WorkingAgenda, pinned_wall_time
from app.core.zones import to_local
from app.meetings.tables import Meeting

_SAID = (
    *("id", "kind", "title", "note", "minutes", "access", "presenter", "purpose", "openness"),
    *("annotation", "children_run", "room", "addition", "standing"),
)
_said_of = attrgetter(*("duration" if name == "minutes" else name for name in _SAID))
_AGENDA: TypeAdapter[AgendaOut] = TypeAdapter(AgendaOut)
_ITEM: TypeAdapter[ItemOut] = TypeAdapter(ItemOut)
_ISSUED: TypeAdapter[IssuedAgenda] = TypeAdapter(IssuedAgenda)


class WorkingBody(NamedTuple):
    """A finished representation of the working agenda, or of a part of it."""

    content: bytes
    tag: Tag


def agenda_body(seen: AgendaView, zone: str | None = None) -> WorkingBody:
    """The agenda; restricted items only in the full view, problems only for organizers.

    With the zone of a reader it shows their local times, and has the tag that it has without.
    """
    content = plain = _AGENDA.dump_json(_agenda_out(seen, None))
    if zone is not None:
        content = _AGENDA.dump_json(_agenda_out(seen, zone))
    return WorkingBody(content, tag_of(plain, seen.agenda.meeting.id, seen.basis))


def item_body(seen: AgendaView, item_id: UUID, zone: str | None = None) -> WorkingBody:
    """One item of the view, with what lies under it; raises `KeyError` for what is hidden."""
    content = plain = _item_json(seen, item_id, None)
    if zone is not None:
        content = _item_json(seen, item_id, zone)
    return WorkingBody(content, tag_of(plain, item_id, seen.basis))


def _item_json(seen: AgendaView, item_id: UUID, zone: str | None) -> bytes:
    found = _items_out(seen.agenda, full=seen.full, under=item_id, zone=zone)
    return _ITEM.dump_json(found[item_id])


def _agenda_out(seen: AgendaView, zone: str | None) -> AgendaOut:
    agenda, meeting = seen.agenda, seen.agenda.meeting
    problems = mended(agenda) if seen.meeting.organizes else None
    items = _items_out(agenda, full=seen.full, zone=zone)
    return AgendaOut.model_construct(
        meeting_id=meeting.id,
        meeting=meeting.handle,
        timezone=meeting.timezone,
        shown_in=zone or meeting.timezone,
        starts_at=meeting.starts_at,
        ends_at=agenda.timetable.ends_at,
        symbol=seen.symbol,
        sittings=[SittingOut.of(held) for held in agenda.sittings],
        revision=agenda.ground.revision if seen.full else None,
        items=[item for item in items.values() if item.parent_id is None],
        problems=None if problems is None else [TimetableProblemOut.of(each) for each in problems],
    )


def issued_body(
    agenda: WorkingAgenda,
    version: VersionName,
    beside: Beside,
    *,
    full: bool,
) -> bytes:
    """The bytes in which a version stays; the public view keeps the numbers of the full one."""
    issued = IssuedAgenda(
        meeting=_issued_meeting(agenda.meeting, beside),
        sittings=[IssuedSitting.of(held) for held in agenda.sittings],
        items=_issued_items(agenda, beside, full=full),
        **version.model_dump(),
    )
    return _ISSUED.dump_json(issued)


def _items_out(
    agenda: WorkingAgenda, *, full: bool, under: UUID | None = None, zone: str | None = None
) -> dict[UUID, ItemOut]:
    """Every item of the view by its id, each hung under its parent, in reading order."""
    found: dict[UUID, ItemOut] = {}
    shown_in = zone or agenda.meeting.timezone
    for placed in agenda.read(full=full, under=under):
        out = found[placed.state.id] = _item_out(agenda.meeting, placed, shown_in)
        if out.parent_id in found:
            found[out.parent_id].items.append(out)
    return found


def _item_out(meeting: Meeting, placed: PlacedItem, zone: str) -> ItemOut:
    """Not checked again: everything comes from the database or is computed."""
    state, group, timed, lead = placed.state, placed.group, placed.timed, placed.lead
    return ItemOut.model_construct(
        parent_id=state.parent_id,
        position=state.position,
        pinned_start=pinned_wall_time(meeting, state.pinned_minutes),
        working_group=_working_group(group),
        lead_entity=None if lead is None else LeadEntityOut(**lead._asdict()),
        flexible=state.flexible,
        sitting_id=state.sitting_id,
        in_sitting_id=timed.sitting_id,
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
    members = dict(zip(_SAID, _said_of(placed.state), strict=True))
    placing = {"number": placed.number, "depth": placed.timed.depth}
    return members | placing | {"merged_into_id": placed.merged_into}


def _times(timed: TimedItem, zone: str) -> dict[str, Any]:
    return {
        "starts_at": timed.starts_at,
        "ends_at": timed.ends_at,
        "local_start": to_local(timed.starts_at, zone),
        "local_end": to_local(timed.ends_at, zone),
    }


def _issued_meeting(meeting: Meeting, beside: Beside) -> IssuedMeeting:
    names = IssuedMeeting.model_fields.keys() - {"committee", "venue"}
    members = {name: getattr(meeting, name) for name in names}
    committee = IssuedCommittee.of(beside.committee)
    return IssuedMeeting(committee=committee, venue=meeting.place, **members)


def _issued_items(agenda: WorkingAgenda, beside: Beside, *, full: bool) -> list[IssuedItem]:
    found: dict[UUID, IssuedItem] = {}
    top: list[IssuedItem] = []
    for placed in agenda.read(full=full):
        state, group, timed, lead = placed.state, placed.group, placed.timed, placed.lead
        issued = found[state.id] = IssuedItem(
            working_group=None if group is None else IssuedCommittee.of(group),
            lead_entity=None if lead is None else IssuedLeadEntity.of(lead),
            panel=_issued_panel(beside.panels.get(state.id)),
            briefer=_issued_briefer(beside.briefers.get(state.id)),
            items=[],
            **_said(placed),
            **_times(timed, agenda.meeting.timezone),
        )
        siblings = top if state.parent_id is None else found[state.parent_id].items
        siblings.append(issued)
    return top


def _issued_briefer(person: dict[str, Any] | None) -> IssuedBriefer | None:
    return None if person is None else IssuedBriefer(**person)


def _issued_panel(panel: PanelOnItem | None) -> IssuedPanel | None:
    if panel is None:
        return None
    people = [IssuedPanellist(**person) for person in panel.panellists]
    return IssuedPanel(title=panel.title, panellists=people)
