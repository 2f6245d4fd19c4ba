"""The working agenda in memory: its rows together with their numbers and times."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple, Self
from uuid import UUID

from app.agenda.lifecycle import (
    ChildrenRun,
    ItemAccess,
    ItemAddition,
    ItemKind,
    ItemOpenness,
    ItemPurpose,
    ItemStanding,
)
from app.agenda.numbering import UN, Style, numbers_of
from app.agenda.policy import PlannedItem, off_agenda
from app.agenda.queries import BARE, ITEM_COLUMNS, TIMING, Ground, Group, ItemRow, Lead
from app.agenda.sittings import HeldSitting, wall_instant
from app.agenda.timetable import SittingTimes, TimedItem, Timetable, timetable
from app.core.zones import RepeatedWallTime, to_instant
from app.meetings.tables import Meeting

MINUTE = timedelta(minutes=1)


class ItemState(NamedTuple):
    """Everything that an edit of the agenda can change about an item."""

    id: UUID
    parent_id: UUID | None
    position: int
    kind: ItemKind
    title: dict[str, Any]
    note: dict[str, Any]
    duration: int | None
    pinned_minutes: int | None
    access: ItemAccess
    working_group_id: UUID | None
    presenter: str | None
    lead_entity_id: UUID | None = None
    purpose: ItemPurpose | None = None
    openness: ItemOpenness = ItemOpenness.CLOSED
    annotation: dict[str, Any] = {}  # noqa: RUF012  # a tuple's default, which nobody changes
    addition: ItemAddition | None = None
    standing: ItemStanding = ItemStanding.STANDING
    merged_into_id: UUID | None = None
    sitting_id: UUID | None = None
    children_run: ChildrenRun = ChildrenRun.IN_SEQUENCE
    flexible: bool = False
    room: str | None = None
    actual_start: datetime | None = None
    actual_end: datetime | None = None
    first_issued: int | None = None

    @classmethod
    def of(cls, item: Sequence[Any]) -> Self:
        """Of a row with `ITEM_COLUMNS`."""
        return cls(*_own_columns(item))

    @property
    def counts(self) -> bool:
        """Whether it has a number: one that is off the agenda only for the trace it left."""
        trace = self.standing is ItemStanding.STANDING or self.first_issued is not None
        return trace and self.kind is not ItemKind.BREAK


_own_columns = itemgetter(*(ITEM_COLUMNS.index(name) for name in ItemState._fields))
_timing = itemgetter(*(ItemState._fields.index(name) for name in TIMING))


def planned_item(
    meeting: Meeting,
    item_id: UUID,
    parent_id: UUID | None,
    position: int,
    kind: ItemKind,
    duration: int | None,
    pinned_minutes: int | None,
    standing: ItemStanding,
    sitting_id: UUID | None,
    children_run: ChildrenRun,
    flexible: bool,  # as rows have it, by `TIMING`
    room: str | None,
) -> PlannedItem:
    """An item as `TIMING` has it: the pin is what the clocks on the wall show."""
    pinned = None
    if pinned_minutes is not None:
        pinned = pinned_instant(meeting, meeting.local_start + pinned_minutes * MINUTE)
    return PlannedItem(
        item_id,
        parent_id,
        position,
        kind,
        duration,
        pinned,
        standing is ItemStanding.STANDING,
        sitting_id,
        children_run is ChildrenRun.IN_PARALLEL,
        flexible,
        room,
    )


class PlacedItem(NamedTuple):
    """An item at its place in reading order."""

    state: ItemState
    group: Group | None
    timed: TimedItem
    number: str | None
    lead: Lead | None
    merged_into: UUID | None
    """None too where the reader may not know of it."""


@dataclass(frozen=True)
class WorkingAgenda:
    """A meeting's agenda as its organizers work on it."""

    meeting: Meeting
    states: dict[UUID, ItemState]
    groups: dict[UUID, Group | None]
    leads: dict[UUID, Lead | None] = field(default_factory=dict)
    ground: Ground = BARE
    sittings: tuple[HeldSitting, ...] = ()
    """In their order."""

    @classmethod
    def of(
        cls,
        meeting: Meeting,
        rows: Iterable[ItemRow],
        ground: Ground = BARE,
        sittings: Iterable[HeldSitting] = (),
    ) -> Self:
        found = [(ItemState.of(row.item), row.group, row.lead) for row in rows]
        return cls(
            meeting,
            {state.id: state for state, _, _ in found},
            {state.id: group for state, group, _ in found},
            {state.id: lead for state, _, lead in found},
            ground,
            tuple(sittings),
        )

    def with_states(self, states: Iterable[ItemState]) -> "WorkingAgenda":
        """The agenda as it would be; nothing is added or taken away."""
        return replace(self, states={state.id: state for state in states})

    @property
    def surroundings(self) -> tuple[Any, ...]:
        """Whatever its representations are made of beside its items, by value."""
        meeting = self.meeting
        own = {field.name for field in fields(self)} - {"meeting", "states", "groups", "leads"}
        return (
            *(meeting.handle, meeting.timezone, meeting.starts_at, meeting.ends_at),
            *(meeting.local_start, meeting.local_end, meeting.status, meeting.languages),
            *(meeting.agenda_numbering, meeting.longest_stretch),
            sorted({group.id: group for group in self.groups.values() if group}.items()),
            sorted({lead.id: lead for lead in self.leads.values() if lead}.items()),
            *(getattr(self, name) for name in sorted(own)),
        )

    @cached_property
    def off(self) -> frozenset[UUID]:
        """What was withdrawn or merged, and whatever lies under it: it takes no time."""
        return off_agenda(self.states.values())

    @property
    def planned(self) -> list[PlannedItem]:
        return [planned_item(self.meeting, *_timing(each)) for each in self.states.values()]

    @cached_property
    def sitting_times(self) -> list[SittingTimes]:
        return _real(self.sittings)

    @cached_property
    def timetable(self) -> Timetable:
        return timetable_of(self.meeting, self.planned, self.sittings)

    @cached_property
    def numbers(self) -> dict[UUID, str | None]:
        """Of every item, in the meeting's own style or that of its committee."""
        said = self.meeting.agenda_numbering or self.ground.numbering
        style = UN if said is None else Style.of(said)
        states = self.states
        items = [(each.id, each.depth, states[each.id].counts) for each in self.timetable.items]
        return numbers_of(items, style)

    @cached_property
    def hidden(self) -> frozenset[UUID]:
        """The restricted items and whatever lies under them."""
        hidden: set[UUID] = set()
        for timed in self.timetable.items:
            state = self.states[timed.id]
            if state.access is ItemAccess.RESTRICTED or state.parent_id in hidden:
                hidden.add(timed.id)
        return frozenset(hidden)

    def read(self, *, full: bool, under: UUID | None = None) -> list[PlacedItem]:
        """The items in reading order: all of them, or those that everybody may see.

        Only one item with what lies under it, where that is asked for.
        """
        hidden = frozenset[UUID]() if full else self.hidden
        wanted = self.states if under is None else self.under(under)
        return [
            self._placed(timed, hidden)
            for timed in self.timetable.items
            if timed.id in wanted and timed.id not in hidden
        ]

    def _placed(self, timed: TimedItem, hidden: frozenset[UUID]) -> PlacedItem:
        state = self.states[timed.id]
        into = state.merged_into_id
        return PlacedItem(
            state,
            self.groups[timed.id],
            timed,
            self.numbers[timed.id],
            self.leads.get(timed.id),
            None if into in hidden else into,
        )

    def children(self, parent_id: UUID | None) -> list[UUID]:
        """The items directly under one, or at the top, in their order."""
        ids = (timed.id for timed in self.timetable.items)
        return [item_id for item_id in ids if self.states[item_id].parent_id == parent_id]

    def under(self, item_id: UUID) -> set[UUID]:
        """The item and all that lies under it."""
        found = {item_id}
        for timed in self.timetable.items:
            if self.states[timed.id].parent_id in found:
                found.add(timed.id)
        return found


def timetable_of(
    meeting: Meeting, planned: Iterable[PlannedItem], sittings: Iterable[HeldSitting]
) -> Timetable:
    return timetable(
        planned,
        meeting.starts_at,
        meeting.ends_at,
        _real(sittings),
        longest_stretch=meeting.longest_stretch,
    )


def _real(sittings: Iterable[HeldSitting]) -> list[SittingTimes]:
    """Those that the clocks do not jump over."""
    return [held.times for held in sittings if held.times.ends_at > held.times.begins_at]


def pinned_wall_time(meeting: Meeting, minutes: int | None) -> datetime | None:
    """The wall time of a pin, in the meeting's zone."""
    return None if minutes is None else meeting.local_start + minutes * MINUTE


def pinned_instant(meeting: Meeting, wall: datetime) -> datetime:
    """Where the clocks jump over the wall time by now, the moment of the jump.

    Of a wall time that happens twice the first counts, unless it is over when the meeting starts.
    """
    return wall_instant(wall, meeting.timezone, not_before=meeting.starts_at)


def minutes_of_pin(meeting: Meeting, wall: datetime) -> float:
    """Minutes by the clock on the wall from the meeting's start; raises `ZoneTrouble`."""
    with suppress(RepeatedWallTime):
        to_instant(wall, meeting.timezone)
    return (wall - meeting.local_start) / MINUTE
