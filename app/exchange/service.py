"""Taking a file for the agenda of a meeting; the meeting's row is locked by the caller."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.lifecycle import ItemKind
from app.agenda.problems import ItemHasPanel
from app.agenda.queries import find_groups, items_with_panels
from app.agenda.saving import forget_saved, keep_revision, save
from app.agenda.sitting_service import held_sittings, write_sittings
from app.agenda.tree import ItemState, WorkingAgenda
from app.briefings.slots import retime as retime_briefings
from app.core import clock
from app.core.ids import new_id
from app.core.many import insert_many, update_many
from app.entities.queries import find_entities
from app.events import record
from app.exchange import queries
from app.exchange.agendas import would_be
from app.exchange.events import AgendaImported
from app.exchange.lifecycle import AgendaImportMode
from app.exchange.outline import Reading
from app.exchange.planning import MOST_FAULTS, SAID, Known, Planned, foreign_row, plan_items
from app.exchange.problems import AgendaFileRefused
from app.exchange.reporting import Taking, refusal, report
from app.exchange.schemas import AgendaImportResult
from app.exchange.sittings import SittingsPlan, plan_sittings
from app.exchange.tables import ForeignItem
from app.meetings.tables import Meeting
from app.panels.proposing import ProposedPanel, drop_panels, propose_panels
from app.panels.queries import unasked_panels
from app.panels.slots import retime
from app.panels.telling import look, told_later

MAX_ERRORS = 1000


async def take_file(
    session: AsyncSession,
    agenda: WorkingAgenda,
    line: Collection[UUID],
    reading: Reading,
    mode: AgendaImportMode,
    *,
    dry_run: bool,
) -> tuple[AgendaImportResult, WorkingAgenda]:
    """Make the agenda what the file says, all of it or nothing; what became of it, and it itself.

    The number of statements does not depend on the number of items. Raises `AgendaFileRefused`,
    and `ItemHasPanel` where a panel would be lost; a rehearsal tells the first in its report, but
    where there is far too much of it.
    """
    meeting = agenda.meeting
    sittings = plan_sittings(meeting, agenda.sittings, reading, mode)
    known = await _known(session, agenda, line, reading)
    plan = plan_items(known, reading, mode, sittings)
    if plan.refused or sittings.errors:
        errors = [*sittings.errors, *(e for each in plan.planned for e in each.line.errors)]
        if dry_run and not sittings.errors and len(errors) <= MOST_FAULTS:
            return refusal(agenda, reading, mode, plan), agenda
        places = f"More than {MOST_FAULTS}" if len(errors) > MOST_FAULTS else len(errors)
        raise AgendaFileRefused(
            f"{places} places of the file are refused; nothing was written.",
            errors=errors[:MAX_ERRORS],
        )
    states = [_seated(state, sittings) for state in plan.states]
    gone = agenda.states.keys() - {state.id for state in states}
    dropped = await unasked_panels(session, meeting.id, gone)
    taking = Taking(agenda, reading, mode, plan, states, sittings, dropped)
    await _check_panels(session, taking)
    after = agenda if dry_run else await _write(session, taking, known)
    numbers = (would_be(agenda, states) if dry_run else after).numbers
    return report(taking, numbers, dry_run=dry_run), after


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
    return state if state.sitting_id in sittings.after else state._replace(sitting_id=None)


async def _check_panels(session: AsyncSession, taking: Taking) -> None:
    """As `save` does, so that a rehearsal tells it too; panels of nobody who was asked may go."""
    panels = {s.id for s in taking.agenda.states.values() if s.kind is ItemKind.PANEL}
    kept = {state.id for state in taking.states if state.kind is ItemKind.PANEL}
    held = await items_with_panels(session, panels - kept - taking.dropped.keys())
    if held:
        items = ", ".join(sorted(map(str, held)))
        raise ItemHasPanel(f"Delete the panel first: {items}.")


async def _write(session: AsyncSession, taking: Taking, known: Known) -> WorkingAgenda:
    meeting, planned = taking.agenda.meeting, taking.plan.planned
    seated = await _write_sittings(session, taking)
    await drop_panels(session, taking.dropped.values())
    with told_later(session):
        after = await save(session, seated, taking.states)
    await _write_foreign(session, known, meeting, planned)
    panels, people = await propose_panels(session, after, _proposals(planned))
    added, changed, removed = taking.sittings.edit
    event = AgendaImported(
        subject_id=meeting.id,
        meeting_id=meeting.id,
        committee_id=meeting.committee_id,
        kind=taking.reading.kind.value,
        mode=taking.mode.value,
        sittings_added=added,
        sittings_changed=changed,
        sittings_removed=removed,
        panels_removed=list(taking.dropped.values()),
        panels=panels,
        panellists=people,
    )
    record(session, event)
    await session.flush()
    if after is seated and seated is not taking.agenda:
        await _time_again(session, after)
    await look(session, meeting, after)
    return after


async def _time_again(session: AsyncSession, agenda: WorkingAgenda) -> None:
    """Those on panels and briefings follow sittings that are others, although no item is."""
    forget_saved(session)
    await retime(session, agenda.meeting, agenda=agenda)
    await retime_briefings(session, agenda.meeting.id)


async def _write_sittings(session: AsyncSession, taking: Taking) -> WorkingAgenda:
    """The agenda with the sittings that there are then."""
    agenda, sittings = taking.agenda, taking.sittings
    fact = await write_sittings(session, agenda.meeting, sittings.before, sittings.after)
    if fact is None:
        return agenda
    await keep_revision(session, fact, record(session, fact))
    ground = agenda.ground._replace(revision=fact.revision)
    held = tuple(await held_sittings(session, agenda.meeting))
    return replace(agenda, sittings=held, ground=ground)


async def _write_foreign(
    session: AsyncSession, known: Known, meeting: Meeting, planned: Sequence[Planned]
) -> None:
    """New ones, and what a newer file says of known ones."""
    before = {name.item_id: name for name in known.foreign.values()}
    rows = [row for each in planned if (row := foreign_row(meeting, each))]
    about = {"created_at": clock.now()}
    new = [{"id": new_id(), **row, **about} for row in rows if row["item_id"] not in before]
    await insert_many(session, ForeignItem, new)
    others = [
        {"id": name.id} | {member: row[member] for member in SAID}
        for row in rows
        if (name := before.get(row["item_id"])) and any(row[m] != getattr(name, m) for m in SAID)
    ]
    await update_many(session, ForeignItem, others)


def _proposals(planned: Sequence[Planned]) -> Iterator[ProposedPanel]:
    for each in planned:
        if each.panel is not None:
            members = each.panel.model_dump()
            yield ProposedPanel(each.item_id, members.pop("people"), members)
