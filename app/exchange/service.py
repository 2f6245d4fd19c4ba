"""Taking a file for the agenda of a meeting; the meeting's row is locked by the caller."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.lifecycle import ItemKind
from app.agenda.problems import ItemHasPanel
from app.agenda.queries import find_groups, items_with_panels, list_sittings
from app.agenda.saving import forget_saved, save
from app.agenda.sittings import HeldSitting
from app.agenda.tables import Sitting
from app.agenda.tree import ItemState, WorkingAgenda
from app.briefings.slots import retime as retime_briefings
from app.core import clock
from app.core.ids import new_id
from app.core.many import insert_many, update_many
from app.entities.queries import find_entities
from app.events import record
from app.exchange import queries
from app.exchange.agendas import numbers_of, would_be
from app.exchange.events import AgendaImported
from app.exchange.lifecycle import TakeMode, TakenAs
from app.exchange.outline import Reading
from app.exchange.planning import SAID, Known, Plan, Planned, foreign_row, plan_items
from app.exchange.problems import AgendaFileRefused
from app.exchange.schemas import AgendaTaken, TakenItem
from app.exchange.sittings import SittingsPlan, plan_sittings
from app.exchange.tables import ForeignItem
from app.meetings.tables import Meeting
from app.panels.lifecycle import PanellistStatus
from app.panels.slots import retime, slots_of
from app.panels.tables import Panel, Panellist
from app.panels.telling import look, told_later

MAX_ERRORS = 1000
_NOTHING_SAID = {
    "biography": {},
    "spoken_languages": [],
    "calendar_sequence": 0,
    "has_entry": False,
}
"""By people whom nobody has asked yet."""


async def take_file(
    session: AsyncSession,
    agenda: WorkingAgenda,
    line: Collection[UUID],
    reading: Reading,
    mode: TakeMode,
    *,
    dry_run: bool,
) -> tuple[AgendaTaken, WorkingAgenda]:
    """Make the agenda what the file says, all of it or nothing; what became of it, and it itself.

    The number of statements does not depend on the number of items. Raises `AgendaFileRefused`,
    and `ItemHasPanel` where a panel would be lost; a rehearsal tells the first in its report.
    """
    meeting = agenda.meeting
    present = await queries.list_sittings(session, meeting.id)
    sittings = plan_sittings(meeting, present, reading, mode)
    known = await _known(session, agenda, line, reading)
    plan = plan_items(known, reading, mode, sittings)
    if plan.refused or sittings.errors:
        errors = [*sittings.errors, *(e for each in plan.planned for e in each.line.errors)]
        if dry_run and not sittings.errors:
            return _refused(agenda, reading, mode, plan), agenda
        places = len(errors)
        raise AgendaFileRefused(
            f"{places} places of the file are refused; nothing was written.",
            errors=errors[:MAX_ERRORS],
        )
    states = [_seated(state, sittings) for state in plan.states]
    gone = agenda.states.keys() - {state.id for state in states}
    dropped = await queries.unasked_panels(session, meeting.id, gone)
    await _check_panels(session, agenda, states, dropped)
    after = agenda
    if not dry_run:
        after = await _write(session, agenda, mode, reading, plan, states, sittings, dropped, known)
    numbers = numbers_of(would_be(agenda, states) if dry_run else after)
    told = _report(agenda, reading, mode, plan, states, sittings, dropped, numbers, dry_run=dry_run)
    return told, after


async def _known(
    session: AsyncSession, agenda: WorkingAgenda, line: Collection[UUID], reading: Reading
) -> Known:
    groups = _refs(reading, "working_group")
    entities = _refs(reading, "lead_entity")
    found = await find_entities(session, entities) if entities else {}
    foreign = await queries.list_foreign(session, agenda.meeting.id)
    return Known(
        agenda=agenda,
        foreign={row.guid: row for row in foreign},
        groups=await find_groups(session, groups, line),
        entities={ref: entity.id for ref, entity in found.items()},
        with_panels=await queries.items_with_panels(session, agenda.meeting.id),
    )


def _refs(reading: Reading, member: str) -> list[str]:
    """What is no short text at all is told by `FileItem`."""
    refs = (each.values.get(member) for each in reading.lines)
    return list(dict.fromkeys(ref for ref in refs if isinstance(ref, str) and len(ref) <= 80))


def _seated(state: ItemState, sittings: SittingsPlan) -> ItemState:
    """Without a sitting that goes."""
    gone = state.sitting_id in {sitting.id for sitting in sittings.removed}
    return state._replace(sitting_id=None) if gone else state


async def _check_panels(
    session: AsyncSession,
    agenda: WorkingAgenda,
    states: Sequence[ItemState],
    dropped: Mapping[UUID, UUID],
) -> None:
    """As `save` does, so that a rehearsal tells it too; panels of nobody who was asked may go."""
    panels = {s.id for s in agenda.states.values() if s.kind is ItemKind.PANEL}
    kept = {state.id for state in states if state.kind is ItemKind.PANEL}
    held = await items_with_panels(session, panels - kept - dropped.keys())
    if held:
        items = ", ".join(sorted(map(str, held)))
        raise ItemHasPanel(f"Delete the panel first: {items}.")


async def _write(
    session: AsyncSession,
    agenda: WorkingAgenda,
    mode: TakeMode,
    reading: Reading,
    plan: Plan,
    states: Sequence[ItemState],
    sittings: SittingsPlan,
    dropped: Mapping[UUID, UUID],
    known: Known,
) -> WorkingAgenda:
    meeting = agenda.meeting
    seated = await _write_sittings(session, agenda, sittings)
    if dropped:
        statement = delete(Panel).where(col(Panel.id).in_(dropped.values()))
        await session.execute(statement.execution_options(synchronize_session=False))
    with told_later(session):
        after = await save(session, seated, states)
    await _write_foreign(session, known, meeting, plan.planned)
    panels, people = await _write_panels(session, after, plan.planned)
    event = AgendaImported(
        subject_id=meeting.id,
        meeting_id=meeting.id,
        committee_id=meeting.committee_id,
        kind=reading.kind.value,
        mode=mode.value,
        sittings_added=[each["id"] for each in sittings.added],
        sittings_changed=[sitting.id for sitting, _ in sittings.changed],
        sittings_removed=[sitting.id for sitting in sittings.removed],
        panels_removed=list(dropped.values()),
        panels=panels,
        panellists=people,
    )
    record(session, event)
    await session.flush()
    if after is seated and seated is not agenda:
        await _time_again(session, after)
    await look(session, meeting, after)
    return after


async def _time_again(session: AsyncSession, agenda: WorkingAgenda) -> None:
    """Those on panels and briefings follow sittings that are others, although no item is."""
    forget_saved(session)
    await retime(session, agenda.meeting, agenda=agenda)
    await retime_briefings(session, agenda.meeting.id)


async def _write_sittings(
    session: AsyncSession, agenda: WorkingAgenda, plan: SittingsPlan
) -> WorkingAgenda:
    """What goes makes room for what comes; the agenda with those that there are then."""
    if not (plan.removed or plan.changed or plan.added):
        return agenda
    if plan.removed:
        ids = [sitting.id for sitting in plan.removed]
        for sitting in plan.removed:
            session.expunge(sitting)
        await session.execute(delete(Sitting).where(col(Sitting.id).in_(ids)))
    for sitting, values in plan.changed:
        for name, value in values.items():
            setattr(sitting, name, value)
    await session.flush()
    if plan.added:
        await insert_many(session, Sitting, [_row(each) for each in plan.added])
    meeting = agenda.meeting
    present = await list_sittings(session, [meeting.id])
    held = [HeldSitting.of(meeting, sitting) for sitting in present.get(meeting.id, ())]
    return replace(agenda, sittings=tuple(held))


async def _write_foreign(
    session: AsyncSession, known: Known, meeting: Meeting, planned: Sequence[Planned]
) -> None:
    """New ones, and what a newer file says of known ones."""
    before = {name.item_id: name for name in known.foreign.values()}
    rows = [row for each in planned if (row := foreign_row(meeting, each))]
    new = [_row({"id": new_id(), **row}) for row in rows if row["item_id"] not in before]
    await insert_many(session, ForeignItem, new)
    others = [
        {"id": name.id} | {member: row[member] for member in SAID}
        for row in rows
        if (name := before.get(row["item_id"])) and any(row[m] != getattr(name, m) for m in SAID)
    ]
    await update_many(session, ForeignItem, others)


async def _write_panels(
    session: AsyncSession, agenda: WorkingAgenda, planned: Sequence[Planned]
) -> tuple[list[UUID], list[UUID]]:
    """Panels of new items, with their people as proposed; the ids of both."""
    slots = slots_of(agenda)
    panels: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    for each in planned:
        if each.panel is None:
            continue
        panel = each.panel.model_dump(exclude={"people"})
        starts_at, ends_at = slots.get(each.item_id, (None, None))
        about = {"id": new_id(), "meeting_id": agenda.meeting.id, "item_id": each.item_id}
        slot = {"slot_starts_at": starts_at, "slot_ends_at": ends_at, "calendar_sequence": 0}
        panels.append(_row(about | slot | panel))
        people += [
            _row(
                {
                    "id": new_id(),
                    "panel_id": panels[-1]["id"],
                    "position": position,
                    "status": PanellistStatus.PROPOSED,
                    "timezone": "UTC",
                    **_NOTHING_SAID,
                    **person.model_dump(),
                }
            )
            for position, person in enumerate(each.panel.people)
        ]
    if panels:
        await insert_many(session, Panel, panels)
    if people:
        await insert_many(session, Panellist, people)
    return [row["id"] for row in panels], [row["id"] for row in people]


def _row(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"created_at": clock.now(), **values}


def _refused(agenda: WorkingAgenda, reading: Reading, mode: TakeMode, plan: Plan) -> AgendaTaken:
    """What a rehearsal says of a file of which nothing would be written."""
    items = [
        TakenItem(
            row=each.line.row,
            place=each.line.place,
            outcome=TakenAs.REFUSED if each.line.errors else _outcome(agenda, each.state, each),
            guid=each.guid,
            item_id=None if each.state is None else each.item_id,
            number=None,
            errors=each.line.errors[:100],
        )
        for each in plan.planned
    ]
    return _told(reading, mode, items, dry_run=True)


def _outcome(agenda: WorkingAgenda, state: ItemState | None, each: Planned) -> TakenAs:
    before = agenda.states.get(each.item_id)
    if before is None:
        return TakenAs.CREATED
    return TakenAs.UNCHANGED if state == before else TakenAs.CHANGED


def _report(
    agenda: WorkingAgenda,
    reading: Reading,
    mode: TakeMode,
    plan: Plan,
    states: Sequence[ItemState],
    sittings: SittingsPlan,
    dropped: Mapping[UUID, UUID],
    numbers: Mapping[UUID, str | None],
    *,
    dry_run: bool,
) -> AgendaTaken:
    final = {state.id: state for state in states}
    items = [
        TakenItem(
            row=each.line.row,
            place=each.line.place,
            outcome=_outcome(agenda, final[each.item_id], each),
            guid=each.guid,
            item_id=each.item_id,
            number=numbers[each.item_id],
            errors=[],
        )
        for each in plan.planned
    ]
    panels = [each.panel for each in plan.planned if each.panel is not None]
    return _told(reading, mode, items, dry_run=dry_run).model_copy(
        update={
            "removed": len(agenda.states.keys() - final.keys()),
            "withdrawn": sum(state != agenda.states.get(state.id) for state in _left(mode, plan)),
            "sittings_created": len(sittings.added),
            "sittings_changed": len(sittings.changed),
            "sittings_removed": len(sittings.removed),
            "panels_removed": len(dropped),
            "panels_created": len(panels),
            "people_proposed": sum(len(panel.people) for panel in panels),
        }
    )


def _left(mode: TakeMode, plan: Plan) -> list[ItemState]:
    """What stays only because a version has it."""
    return plan.kept if mode is TakeMode.REPLACE else []


def _told(
    reading: Reading, mode: TakeMode, items: list[TakenItem], *, dry_run: bool
) -> AgendaTaken:
    counts = {each: sum(item.outcome is each for item in items) for each in TakenAs}
    return AgendaTaken(
        dry_run=dry_run,
        mode=mode,
        kind=reading.kind,
        removed=0,
        withdrawn=0,
        sittings_created=0,
        sittings_changed=0,
        sittings_removed=0,
        panels_removed=0,
        panels_created=0,
        people_proposed=0,
        columns=reading.columns,
        items=items,
        **{each.value: count for each, count in counts.items()},
    )
