"""Making the rows of the working agenda what an edit wants, and recording it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from operator import attrgetter
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda import policy, queries
from app.agenda.differences import Changes, Edit, changes_of
from app.agenda.events import AgendaChanged, SittingsChanged
from app.agenda.lifecycle import ItemKind
from app.agenda.problems import (
    AgendaTooDeep,
    AgendaTooLarge,
    ItemHasBriefing,
    ItemHasPanel,
    ItemIssued,
    ItemRepeated,
    ItemTakenIn,
    ItemUnderItself,
    ItemUnknown,
)
from app.agenda.sittings import HeldSitting
from app.agenda.tables import AgendaItem, AgendaRevision
from app.agenda.timetable import Timetable
from app.agenda.tree import ItemState, WorkingAgenda, planned_item, timetable_of
from app.core import clock
from app.core.many import insert_many, set_numbers, update_many
from app.core.problems import Problem
from app.events import announce
from app.events.tables import LogEntry
from app.meetings.tables import Meeting

_SAVED = "saved agenda"


async def load_agenda(session: AsyncSession, meeting: Meeting) -> WorkingAgenda:
    """In three statements."""
    ground = await queries.ground_of(session, meeting)
    return replace((await load_agendas(session, [meeting]))[meeting.id], ground=ground)


async def load_timetables(
    session: AsyncSession, meetings: Collection[Meeting]
) -> dict[UUID, Timetable]:
    """Only when everything is on, in two statements, however many meetings there are."""
    ids = [meeting.id for meeting in meetings]
    rows = await queries.list_timing(session, ids)
    sittings = await queries.list_sittings(session, ids)
    return {
        meeting.id: timetable_of(
            meeting,
            [planned_item(meeting, *row) for row in rows.get(meeting.id, ())],
            [HeldSitting.of(meeting, each) for each in sittings.get(meeting.id, ())],
        )
        for meeting in meetings
    }


async def load_agendas(
    session: AsyncSession, meetings: Collection[Meeting]
) -> dict[UUID, WorkingAgenda]:
    """In two statements, however many meetings there are."""
    ids = [meeting.id for meeting in meetings]
    rows = await queries.list_items(session, ids)
    sittings = await queries.list_sittings(session, ids)
    return {
        meeting.id: WorkingAgenda.of(
            meeting,
            rows.get(meeting.id, []),
            sittings=[HeldSitting.of(meeting, each) for each in sittings.get(meeting.id, [])],
        )
        for meeting in meetings
    }


async def numbered_agendas(
    session: AsyncSession, meetings: Collection[Meeting]
) -> dict[UUID, WorkingAgenda]:
    """Likewise, with their items' numbers as the committees have them."""
    styles = await queries.numberings_of(session, {each.committee_id for each in meetings})
    agendas = await load_agendas(session, meetings)
    return {
        meeting_id: replace(
            agenda, ground=agenda.ground._replace(numbering=styles[agenda.meeting.committee_id])
        )
        for meeting_id, agenda in agendas.items()
    }


async def save(
    session: AsyncSession,
    agenda: WorkingAgenda,
    wanted: Iterable[ItemState],
    pointers: Mapping[UUID, str] | None = None,
    moved: UUID | None = None,
) -> WorkingAgenda:
    """Make the rows what is wanted and record it; the meeting's row is locked by the caller.

    `pointers` are the places of items in the body; without, `/parent_id` is what can be wrong.
    """
    after = {state.id: state for state in wanted}
    edit = Edit.between(agenda.states, after)
    if not any((edit.added, edit.changed, edit.removed)):
        return agenda
    try:
        policy.validate_tree(after.values())
        policy.validate_merges(after)
    except policy.BadTree as error:
        raise _refusal(error, pointers) from None
    _check_never_issued(agenda, edit)
    await _check_panels(session, agenda, edit)
    await _check_briefings(session, agenda, edit)
    await _write(session, agenda.meeting, edit)
    revision = agenda.ground.revision + 1
    saved = session.info[_SAVED] = await _saved(session, agenda, after, revision)
    await _record(session, agenda.meeting, changes_of(edit, agenda.states, after, moved), revision)
    return saved


def saved_agenda(session: AsyncSession, meeting_id: UUID) -> WorkingAgenda | None:
    """The agenda of the meeting as it was saved last in this transaction, if it was."""
    saved: WorkingAgenda | None = session.info.get(_SAVED)
    return saved if saved is not None and saved.meeting.id == meeting_id else None


def forget_saved(session: AsyncSession) -> None:
    """Because its sittings are others now."""
    session.info.pop(_SAVED, None)


async def _record(session: AsyncSession, meeting: Meeting, edit: Changes, revision: int) -> None:
    fact = AgendaChanged(
        subject_id=meeting.id,
        meeting_id=meeting.id,
        committee_id=meeting.committee_id,
        **edit._asdict(),
        revision=revision,
    )
    await keep_revision(session, fact, await announce(session, fact))


async def keep_revision(
    session: AsyncSession, fact: AgendaChanged | SittingsChanged, entry: LogEntry
) -> None:
    """Let the fact be one of the agenda's edits; the meeting's row is locked by the caller."""
    await session.flush()
    row = {"meeting_id": fact.subject_id, "revision": fact.revision, "event_id": entry.id}
    await session.execute(insert(AgendaRevision), row)


async def _saved(
    session: AsyncSession, agenda: WorkingAgenda, after: dict[UUID, ItemState], revision: int
) -> WorkingAgenda:
    """The agenda as it is now, without reading it again; names only of who is new on it."""
    groups = {each.id: each for each in agenda.groups.values() if each is not None}
    leads = {each.id: each for each in agenda.leads.values() if each is not None}
    states = after.values()
    groups |= await queries.list_groups(
        session, {s.working_group_id for s in states if s.working_group_id} - groups.keys()
    )
    leads |= await queries.list_leads(
        session, {s.lead_entity_id for s in states if s.lead_entity_id} - leads.keys()
    )
    return replace(
        agenda,
        states=after,
        groups={s.id: groups[s.working_group_id] if s.working_group_id else None for s in states},
        leads={s.id: leads[s.lead_entity_id] if s.lead_entity_id else None for s in states},
        ground=agenda.ground._replace(revision=revision),
    )


def _refusal(error: policy.BadTree, pointers: Mapping[UUID, str] | None) -> Problem:
    """The refusal for the caller; without pointers it is the parent that was asked for."""
    if not isinstance(error, policy.UnfitItem):
        return AgendaTooLarge(str(error))
    if isinstance(error, policy.UnknownTarget):
        return ItemTakenIn(f"{error} Reinstate it first.")
    kind = _REFUSALS.get(type(error), ItemUnknown)
    pointer = "/parent_id" if pointers is None else pointers.get(error.item_id, "")
    return kind.at(pointer, str(error))


_REFUSALS: dict[type[policy.UnfitItem], type[Problem]] = {
    policy.TooDeep: AgendaTooDeep,
    policy.AgendaCycle: ItemUnderItself,
    policy.DuplicateItem: ItemRepeated,
    policy.OverTarget: ItemUnderItself,
}


def _check_never_issued(agenda: WorkingAgenda, edit: Edit) -> None:
    """Readers of a version must be able to find out what became of each item of it."""
    issued = [item_id for item_id in edit.removed if agenda.states[item_id].first_issued]
    if issued:
        items = ", ".join(sorted(map(str, issued))[:100])
        raise ItemIssued(f"Withdraw it instead, so that its number and its trace stay: {items}.")


async def _check_panels(session: AsyncSession, agenda: WorkingAgenda, edit: Edit) -> None:
    """A panel and the answers of its people are not lost by an edit of the agenda."""
    leaving = {*edit.removed, *(s.id for s in edit.changed if s.kind is not ItemKind.PANEL)}
    suspects = {i for i in leaving if agenda.states[i].kind is ItemKind.PANEL}
    held = await queries.items_with_panels(session, suspects)
    if held:
        items = ", ".join(sorted(map(str, held)))
        raise ItemHasPanel(f"Delete the panel first: {items}.")


async def _check_briefings(session: AsyncSession, agenda: WorkingAgenda, edit: Edit) -> None:
    """Nor who was named to brief."""
    leaving = {*edit.removed, *(s.id for s in edit.changed if s.kind is not ItemKind.BRIEFING)}
    leaving |= {
        s.id for s in edit.changed if s.working_group_id != agenda.states[s.id].working_group_id
    }
    suspects = {i for i in leaving if agenda.states[i].kind is ItemKind.BRIEFING}
    held = await queries.items_with_briefings(session, suspects)
    if held:
        items = ", ".join(sorted(map(str, held)))
        raise ItemHasBriefing(f"Delete the briefing first: {items}.")


async def _write(session: AsyncSession, meeting: Meeting, edit: Edit) -> None:
    """One statement each for what is new, changed and gone, however many items there are.

    In this order: a kept item may go under a new one, and must have left one that is deleted.
    """
    if edit.added:
        about = {"meeting_id": meeting.id, "created_at": clock.now()}
        await insert_many(session, AgendaItem, [s._asdict() | about for s in edit.added])
    members = edit.members
    if members == {"position"}:
        positions = {state.id: state.position for state in edit.changed}
        await set_numbers(session, AgendaItem, "position", positions)
    elif edit.changed:
        names = ("id", *(name for name in ItemState._fields if name in members))
        take = attrgetter(*names)
        rows = [dict(zip(names, take(state), strict=True)) for state in edit.changed]
        await update_many(session, AgendaItem, rows)
    if edit.removed:
        statement = delete(AgendaItem).where(col(AgendaItem.id).in_(edit.removed))
        await session.execute(statement.execution_options(synchronize_session=False))
