"""Declaring conflicts: all at once, under the lock of the meeting's row."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.queries import find_groups
from app.agenda.tree import WorkingAgenda
from app.core import clock
from app.core.ids import new_id
from app.core.many import insert_many
from app.core.problems import FieldError
from app.entities.queries import find_entities
from app.events import record
from app.exchange import queries
from app.exchange.events import ConflictsDeclared
from app.exchange.lifecycle import ConflictPriority
from app.exchange.schemas import DeclaredConflictWrite
from app.exchange.tables import DeclaredConflict

MOST: Final = 5000
_OTHERS: Final = ("other_item_id", "working_group_id", "entity_id", "panellist_id")


class Sides(NamedTuple):
    """Of what a conflict is declared, in the one order in which a pair is kept."""

    item_id: UUID
    other_item_id: UUID | None
    working_group_id: UUID | None
    entity_id: UUID | None
    panellist_id: UUID | None


class Wanted(NamedTuple):
    priority: ConflictPriority
    reason: str | None


@dataclass(slots=True)
class Judged:
    """The entries as they would be kept, and what is wrong with others, by their place."""

    wanted: dict[Sides, Wanted] = field(default_factory=dict)
    places: dict[Sides, str] = field(default_factory=dict)
    errors: dict[str, list[FieldError]] = field(default_factory=lambda: defaultdict(list))

    def fault(self, place: str, member: str, detail: str) -> None:
        self.errors[place].append(FieldError(pointer=f"{place}/{member}", detail=detail))


async def judge(
    session: AsyncSession,
    agenda: WorkingAgenda,
    line: Collection[UUID],
    entries: Sequence[tuple[str, DeclaredConflictWrite]],
) -> Judged:
    """What the entries mean, each with its place in the body; a handful of statements for all."""
    said = [entry for _, entry in entries]
    groups = await find_groups(session, _refs(entry.working_group for entry in said), line)
    entity_refs = _refs(entry.entity for entry in said)
    found = await find_entities(session, entity_refs) if entity_refs else {}
    entities = {name: entity.id for name, entity in found.items()}
    people = {entry.panellist_id for entry in said if entry.panellist_id is not None}
    here = await queries.panellists_here(session, agenda.meeting.id, people)
    foreign = await queries.list_foreign(session, agenda.meeting.id)
    items = _items(agenda, {row.guid: row.item_id for row in foreign})
    judged = Judged()
    for place, entry in entries:
        _judge(judged, place, entry, items, groups, entities, here)
    return judged


async def declare(
    session: AsyncSession, agenda: WorkingAgenda, wanted: Mapping[Sides, Wanted]
) -> None:
    """Make the declared conflicts what is wanted, in a statement each for new, changed and gone."""
    meeting = agenda.meeting
    present = {sides_of(n.conflict): n.conflict for n in await present_of(session, agenda)}
    added = [(sides, each) for sides, each in wanted.items() if sides not in present]
    removed = [row.id for sides, row in present.items() if sides not in wanted]
    changed = {
        present[sides].id: each
        for sides, each in wanted.items()
        if sides in present and each != Wanted(present[sides].priority, present[sides].reason)
    }
    if not (added or removed or changed):
        return
    if removed:
        statement = delete(DeclaredConflict).where(col(DeclaredConflict.id).in_(removed))
        await session.execute(statement.execution_options(synchronize_session=False))
    if changed:
        values = [{"id": row_id, **each._asdict()} for row_id, each in changed.items()]
        await session.execute(update(DeclaredConflict), values)
    rows = [_row(meeting.id, sides, each) for sides, each in added]
    if rows:
        await insert_many(session, DeclaredConflict, rows)
    event = ConflictsDeclared(
        subject_id=meeting.id,
        meeting_id=meeting.id,
        committee_id=meeting.committee_id,
        added=[row["id"] for row in rows],
        changed=list(changed),
        removed=removed,
    )
    record(session, event)
    await session.flush()


async def present_of(session: AsyncSession, agenda: WorkingAgenda) -> list[queries.Named]:
    """Those declared, the gravest first, then in reading order."""
    order = {timed.id: place for place, timed in enumerate(agenda.timetable.items)}
    gravity = {each: place for place, each in enumerate(ConflictPriority)}
    found = await queries.list_conflicts(session, agenda.meeting.id)
    last = len(order)

    def place(named: queries.Named) -> tuple[int, int, int, UUID]:
        row = named.conflict
        other = last if row.other_item_id is None else order.get(row.other_item_id, last)
        return gravity[row.priority], order.get(row.item_id, last), other, row.id

    return sorted(found, key=place)


def sides_of(row: DeclaredConflict) -> Sides:
    return Sides(row.item_id, *(getattr(row, name) for name in _OTHERS))


def _refs(refs: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(ref for ref in refs if ref is not None))


def _items(agenda: WorkingAgenda, guids: Mapping[UUID, UUID]) -> dict[str, UUID]:
    """Items by their ids, guids and numbers."""
    found = {str(guid): item_id for guid, item_id in guids.items() if item_id in agenda.states}
    for item_id, number in agenda.numbers.items():
        found[str(item_id)] = item_id
        if number is not None:
            found.setdefault(number.lower(), item_id)
    return found


def _judge(
    judged: Judged,
    place: str,
    entry: DeclaredConflictWrite,
    items: Mapping[str, UUID],
    groups: Mapping[str, UUID],
    entities: Mapping[str, UUID],
    people: Collection[UUID],
) -> None:
    found: dict[str, UUID | None] = {}
    for member, refs in (
        ("item", items),
        ("other_item", items),
        ("working_group", groups),
        ("entity", entities),
    ):
        ref = getattr(entry, member)
        found[member] = None if ref is None else refs.get(ref.strip().lower()) or refs.get(ref)
        if ref is not None and found[member] is None:
            judged.fault(place, member, _UNKNOWN[member])
    if entry.panellist_id is not None and entry.panellist_id not in people:
        judged.fault(place, "panellist_id", "Nobody on a panel of this meeting.")
    item, other = found["item"], found["other_item"]
    if item is not None and item == other:
        judged.fault(place, "other_item", "The same item: a pair has two.")
    if item is None or place in judged.errors:
        return
    if other is not None:
        item, other = min(item, other), max(item, other)
    sides = Sides(item, other, found["working_group"], found["entity"], entry.panellist_id)
    if sides in judged.places:
        judged.fault(place, "item", f"The pair stands there twice: also at {judged.places[sides]}.")
        return
    judged.places[sides] = place
    judged.wanted[sides] = Wanted(entry.priority, entry.reason or None)


_UNKNOWN: Final = {
    "item": "There is no such item on this agenda.",
    "other_item": "There is no such item on this agenda.",
    "working_group": "Neither the meeting's committee nor one of its working groups.",
    "entity": "There is no such entity.",
}


def _row(meeting_id: UUID, sides: Sides, wanted: Wanted) -> dict[str, Any]:
    return {
        "id": new_id(),
        "created_at": clock.now(),
        "meeting_id": meeting_id,
        **sides._asdict(),
        **wanted._asdict(),
    }
