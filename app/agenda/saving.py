"""Making the rows of the working agenda what an edit wants, and recording it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda import policy, queries
from app.agenda.events import AgendaChanged
from app.agenda.lifecycle import ItemKind
from app.agenda.problems import (
    AgendaTooDeep,
    AgendaTooLarge,
    ItemHasBriefing,
    ItemHasPanel,
    ItemRepeated,
    ItemUnderItself,
    ItemUnknown,
)
from app.agenda.tables import AgendaItem
from app.agenda.tree import ItemState, WorkingAgenda
from app.core import clock
from app.core.problems import Problem
from app.events import announce
from app.meetings.tables import Meeting

_SAVED = "saved agenda"


class Edit(NamedTuple):
    """What one edit does to the rows."""

    added: list[ItemState]
    changed: list[ItemState]
    removed: list[UUID]

    @classmethod
    def between(cls, before: Mapping[UUID, ItemState], after: Mapping[UUID, ItemState]) -> "Edit":
        return cls(
            [state for state in after.values() if state.id not in before],
            [s for s in after.values() if s.id in before and s != before[s.id]],
            [item_id for item_id in before if item_id not in after],
        )


async def load_agenda(session: AsyncSession, meeting: Meeting) -> WorkingAgenda:
    return (await load_agendas(session, [meeting]))[meeting.id]


async def load_agendas(
    session: AsyncSession, meetings: Collection[Meeting]
) -> dict[UUID, WorkingAgenda]:
    """In one statement, however many meetings there are."""
    rows = await queries.list_items(session, [meeting.id for meeting in meetings])
    return {meeting.id: WorkingAgenda.of(meeting, rows.get(meeting.id, [])) for meeting in meetings}


async def save(
    session: AsyncSession,
    agenda: WorkingAgenda,
    wanted: Iterable[ItemState],
    pointers: Mapping[UUID, str] | None = None,
) -> WorkingAgenda:
    """Make the rows what is wanted and record it; the meeting's row is locked by the caller."""
    after = {state.id: state for state in wanted}
    edit = Edit.between(agenda.states, after)
    if not any(edit):
        return agenda
    try:
        policy.validate_tree(state.planned(agenda.meeting.starts_at) for state in after.values())
    except policy.BadTree as error:
        raise _refusal(error, pointers) from None
    await _check_panels(session, agenda, edit)
    await _check_briefings(session, agenda, edit)
    await _write(session, agenda.meeting, edit)
    saved = session.info[_SAVED] = await load_agenda(session, agenda.meeting)
    await announce(
        session,
        AgendaChanged(
            subject_id=agenda.meeting.id,
            meeting_id=agenda.meeting.id,
            committee_id=agenda.meeting.committee_id,
            added=[state.id for state in edit.added],
            changed={str(s.id): _differences(agenda.states[s.id], s) for s in edit.changed},
            removed=edit.removed,
        ),
    )
    return saved


def saved_agenda(session: AsyncSession, meeting_id: UUID) -> WorkingAgenda | None:
    """The agenda of the meeting as it was saved last in this transaction, if it was."""
    saved: WorkingAgenda | None = session.info.get(_SAVED)
    return saved if saved is not None and saved.meeting.id == meeting_id else None


def _refusal(error: policy.BadTree, pointers: Mapping[UUID, str] | None) -> Problem:
    """The refusal for the caller; without pointers it is the parent that was asked for."""
    if not isinstance(error, policy.UnfitItem):
        return AgendaTooLarge(str(error))
    kind = _REFUSALS.get(type(error), ItemUnknown)
    pointer = "/parent_id" if pointers is None else pointers.get(error.item_id, "")
    return kind.at(pointer, str(error))


_REFUSALS: dict[type[policy.UnfitItem], type[Problem]] = {
    policy.TooDeep: AgendaTooDeep,
    policy.AgendaCycle: ItemUnderItself,
    policy.DuplicateItem: ItemRepeated,
}


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
        rows = [
            s._asdict() | {"meeting_id": meeting.id, "created_at": clock.now()} for s in edit.added
        ]
        # Without this, rows are sent in one statement for each set of members that are not NULL.
        await session.execute(insert(AgendaItem).execution_options(render_nulls=True), rows)
    if edit.changed:
        await session.execute(update(AgendaItem), [state._asdict() for state in edit.changed])
    if edit.removed:
        statement = delete(AgendaItem).where(col(AgendaItem.id).in_(edit.removed))
        await session.execute(statement.execution_options(synchronize_session=False))


def _differences(before: ItemState, after: ItemState) -> dict[str, Any]:
    """For the log; presenters are people, whose names stay out of it."""
    found: dict[str, Any] = {}
    for name, old, new in zip(before._fields, before, after, strict=True):
        if old != new:
            found[name] = {} if name == "presenter" else {"before": old, "after": new}
    return found
