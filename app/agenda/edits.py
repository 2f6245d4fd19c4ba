"""Edits of the working agenda: each verb says what it shall be, and `save` makes it so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda import policy, queries
from app.agenda.lifecycle import ItemAddition
from app.agenda.problems import ItemRepeated, ItemUnknown, PositionUnknown
from app.agenda.saving import save
from app.agenda.schemas import ItemWrite
from app.agenda.tree import ItemState, WorkingAgenda, minutes_of_pin, pinned_wall_time
from app.core.problems import FieldError, Invalid
from app.core.zones import ZoneTrouble
from app.meetings.tables import Meeting

FARTHEST_PIN = 31 * 24 * 60
"""Minutes; a meeting may go on for days, but a pin further off is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as a body describes it; `pointer` is its place in the body."""

    id: UUID
    parent_id: UUID | None
    position: int
    said: ItemWrite
    pointer: str = ""


def as_written(agenda: WorkingAgenda, item_id: UUID) -> ItemWrite:
    """What the organizer has said of an item so far, as they would write it."""
    state, group, lead = agenda.states[item_id], agenda.groups[item_id], agenda.leads[item_id]
    members = {name: value for name, value in state._asdict().items() if name in _WRITTEN}
    return ItemWrite.model_construct(
        **members,
        pinned_start=pinned_wall_time(agenda.meeting, state.pinned_minutes),
        minutes=state.duration,
        working_group=None if group is None else group.handle,
        lead_entity=None if lead is None else lead.handle,
    )


async def replace_agenda(
    session: AsyncSession, agenda: WorkingAgenda, line: Sequence[UUID], entries: Sequence[Entry]
) -> WorkingAgenda:
    """Make the agenda what the entries say, parents before what lies under them."""
    pointers: dict[UUID, str] = {}
    for entry in entries:
        if entry.id in pointers:
            raise ItemRepeated.at(f"{entry.pointer}/id", f"{entry.id} stands there twice.")
        pointers[entry.id] = entry.pointer
    states = await _states_of(session, agenda, line, entries)
    return await save(session, agenda, states, pointers)


async def add_item(
    session: AsyncSession,
    agenda: WorkingAgenda,
    line: Sequence[UUID],
    entry: Entry,
    position: int | None,
) -> WorkingAgenda:
    """Put a new item among its siblings, by default behind the last."""
    _check_parent(agenda, entry.parent_id)
    if position is None:
        position = len(agenda.children(entry.parent_id))
    (state,) = await _states_of(session, agenda, line, [entry])
    return await save(session, agenda, _placed(agenda, state, position))


async def change_item(
    session: AsyncSession,
    agenda: WorkingAgenda,
    line: Sequence[UUID],
    item_id: UUID,
    said: ItemWrite,
) -> WorkingAgenda:
    before = agenda.states[item_id]
    entry = Entry(item_id, before.parent_id, before.position, said)
    (state,) = await _states_of(session, agenda, line, [entry])
    return await save(session, agenda, (agenda.states | {item_id: state}).values())


async def move_item(
    session: AsyncSession,
    agenda: WorkingAgenda,
    item_id: UUID,
    parent_id: UUID | None,
    position: int,
) -> WorkingAgenda:
    """Move the item, with all that lies under it."""
    _check_parent(agenda, parent_id)
    state = agenda.states[item_id]._replace(parent_id=parent_id)
    return await save(session, agenda, _placed(agenda, state, position), moved=item_id)


async def delete_item(session: AsyncSession, agenda: WorkingAgenda, item_id: UUID) -> WorkingAgenda:
    """Delete the item and all that lies under it."""
    gone = agenda.under(item_id)
    kept = [state for state in agenda.states.values() if state.id not in gone]
    return await save(session, agenda, kept)


_WRITTEN = frozenset(ItemWrite.model_fields) & frozenset(ItemState._fields)


def _check_parent(agenda: WorkingAgenda, parent_id: UUID | None) -> None:
    if parent_id is not None and parent_id not in agenda.states:
        raise ItemUnknown.at("/parent_id", "There is no such item on this agenda.")


def _placed(agenda: WorkingAgenda, state: ItemState, position: int) -> list[ItemState]:
    """All items once this one has its place under its parent."""
    try:
        positions = policy.new_positions(
            agenda.states.values(), state.id, state.parent_id, position
        )
    except policy.NoSuchPosition as error:
        raise PositionUnknown.at("/position", str(error)) from None
    states = agenda.states | {state.id: state}
    for item_id, place in positions.items():
        if (known := states[item_id]).position != place:
            states[item_id] = known._replace(position=place)
    return list(states.values())


async def _states_of(
    session: AsyncSession, agenda: WorkingAgenda, line: Sequence[UUID], entries: Sequence[Entry]
) -> list[ItemState]:
    """The entries as they are kept; raises `Invalid` with every pin and committee that is none."""
    said = [entry.said for entry in entries]
    groups = await queries.find_groups(
        session, {each.working_group for each in said if each.working_group is not None}, line
    )
    leads = await queries.find_leads(
        session, {each.lead_entity for each in said if each.lead_entity is not None}
    )
    errors: list[FieldError] = []
    states = []
    for entry in entries:
        before = agenda.states.get(entry.id)
        members: dict[str, Any] = {
            "parent_id": entry.parent_id,
            "position": entry.position,
            **{name: getattr(entry.said, name) for name in _WRITTEN},
            "duration": entry.said.minutes,
            "pinned_minutes": _pin(agenda.meeting, entry, before, errors),
            "working_group_id": _group(agenda, entry, groups, errors),
            "lead_entity_id": _lead(agenda, entry, leads, errors),
            "addition": _addition(agenda, entry, before, errors),
            "sitting_id": _sitting(agenda, entry, errors),
        }
        if before is None:
            states.append(ItemState(id=entry.id, **members))
        else:
            states.append(before._replace(**members))
    if errors:
        raise Invalid(errors[0].detail, errors=errors[:100])
    return states


def _pin(
    meeting: Meeting, entry: Entry, before: ItemState | None, errors: list[FieldError]
) -> int | None:
    wall = entry.said.pinned_start
    if wall is None:
        return None
    if before is not None and wall == pinned_wall_time(meeting, before.pinned_minutes):
        return before.pinned_minutes
    try:
        minutes = minutes_of_pin(meeting, wall)
        if abs(minutes) <= FARTHEST_PIN and minutes == int(minutes):
            return int(minutes)
        detail = "It must lie in whole minutes, and at most 31 days, from the meeting's start."
    except ZoneTrouble as trouble:
        detail = str(trouble)
    errors.append(FieldError(pointer=f"{entry.pointer}/pinned_start", detail=detail))
    return None


def _sitting(agenda: WorkingAgenda, entry: Entry, errors: list[FieldError]) -> UUID | None:
    ref = entry.said.sitting_id
    if ref is not None and all(ref != held.id for held in agenda.sittings):
        detail = "The meeting has no such sitting."
        errors.append(FieldError(pointer=f"{entry.pointer}/sitting_id", detail=detail))
    return ref


def _group(
    agenda: WorkingAgenda, entry: Entry, groups: Mapping[str, UUID], errors: list[FieldError]
) -> UUID | None:
    ref = entry.said.working_group
    present = agenda.groups.get(entry.id)
    if ref is None:
        return None
    if present is not None and ref in {present.handle, str(present.id)}:
        return present.id
    if ref not in groups:
        detail = "Neither the meeting's committee nor one of its working groups."
        errors.append(FieldError(pointer=f"{entry.pointer}/working_group", detail=detail))
    return groups.get(ref)


def _lead(
    agenda: WorkingAgenda, entry: Entry, leads: Mapping[str, UUID], errors: list[FieldError]
) -> UUID | None:
    ref = entry.said.lead_entity
    if ref is None:
        return None
    if ref not in leads:
        detail = "There is no such entity."
        errors.append(FieldError(pointer=f"{entry.pointer}/lead_entity", detail=detail))
    return leads.get(ref)


def _addition(
    agenda: WorkingAgenda, entry: Entry, before: ItemState | None, errors: list[FieldError]
) -> ItemAddition | None:
    """What comes once the agenda was issued is supplementary, unless said to be late."""
    said = entry.said.addition
    issued_first = before is not None and before.first_issued == 1
    if said is not None and (issued_first or not agenda.ground.versions):
        detail = "Only what comes after the first version was issued is an addition to it."
        errors.append(FieldError(pointer=f"{entry.pointer}/addition", detail=detail))
    if said is not None or before is not None:
        return said or (before.addition if before is not None else None)
    return ItemAddition.SUPPLEMENTARY if agenda.ground.versions else None
