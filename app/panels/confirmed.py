"""Keeping the slots of those who have said to come, so that the database refuses two at once.

Whoever changes an agenda, or who is confirmed, holds the meeting's row.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.problems import PersonInTwoSlots
from app.agenda.saving import load_agenda
from app.agenda.tree import WorkingAgenda
from app.core import clock
from app.core.ids import new_id
from app.core.many import insert_many
from app.core.problems import FieldError
from app.core.routes import refuse_as
from app.meetings.tables import Meeting
from app.panels import policy, seats
from app.panels.confirmed_tables import ConfirmedSlot
from app.panels.policy import Busy
from app.panels.seats import Seat

MOST_ERRORS = 100


class KeptSlot(NamedTuple):
    """A slot as the database keeps it, in seconds from the meeting's start."""

    key: str
    item_id: UUID
    begins: int
    ends: int


async def keep(
    session: AsyncSession,
    meeting: Meeting,
    agenda: WorkingAgenda | None = None,
    here: Sequence[Seat] | None = None,
) -> None:
    """Write down when those confirmed, of all who are `here`, are on; raises `PersonInTwoSlots`.

    The constraint says the same when the transaction ends, whoever wrote the rows.
    """
    if here is None:
        here = await seats.seats_of(session, meeting)
    coming = {(seat.key, seat.item_id) for seat in here if seat.confirmed}
    kept = await _kept(session, meeting.id)
    if not coming and not kept:
        return
    if agenda is None:
        agenda = await load_agenda(session, meeting)
    wanted = _slots_of(agenda, coming)
    _refuse_two_at_once(wanted)
    gone = [kept[slot] for slot in kept.keys() - wanted]
    if gone:
        statement = delete(ConfirmedSlot).where(col(ConfirmedSlot.id).in_(gone))
        await session.execute(statement.execution_options(synchronize_session=False))
    await insert_many(session, ConfirmedSlot, _rows(meeting.id, wanted - kept.keys()))


async def _kept(session: AsyncSession, meeting_id: UUID) -> dict[KeptSlot, UUID]:
    row = ConfirmedSlot
    columns: list[Any] = [row.id, row.person_key, row.item_id, row.begins, row.ends]
    statement = select(*columns).where(col(row.meeting_id) == meeting_id)
    return {KeptSlot(*rest): slot_id for slot_id, *rest in await session.execute(statement)}


def _slots_of(agenda: WorkingAgenda, coming: Iterable[tuple[str, UUID]]) -> set[KeptSlot]:
    parents = {item_id: state.parent_id for item_id, state in agenda.states.items()}
    start = agenda.meeting.starts_at
    times = {
        timed.id: (
            int((timed.starts_at - start).total_seconds()),
            int((timed.ends_at - start).total_seconds()),
        )
        for timed in agenda.timetable.items
    }
    return {
        KeptSlot(key, item_id, *times[item_id])
        for key, item_id in policy.outermost(coming, parents)
        if item_id in times and times[item_id][0] < times[item_id][1]
    }


def _refuse_two_at_once(slots: Iterable[KeptSlot]) -> None:
    taken = [Busy(slot.key, slot.item_id, slot.begins, slot.ends) for slot in sorted(slots)]
    pairs = list(islice(policy.overlaps(taken), MOST_ERRORS))
    if not pairs:
        return
    items = sorted({str(each.use) for pair in pairs for each in pair})[:MOST_ERRORS]
    errors = [FieldError(pointer=f"items/{each}", detail="At the same time.") for each in items]
    raise PersonInTwoSlots(
        "Somebody who has confirmed would be on two items at the same time.", errors=errors
    )


def _rows(meeting_id: UUID, slots: Iterable[KeptSlot]) -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {
            "id": new_id(),
            "created_at": now,
            "meeting_id": meeting_id,
            "item_id": slot.item_id,
            "person_key": slot.key,
            "begins": slot.begins,
            "ends": slot.ends,
        }
        for slot in sorted(slots)
    ]


refuse_as(
    "ex_confirmed_slots_person",
    lambda: PersonInTwoSlots("Somebody who has confirmed would be on two items at the same time."),
)
