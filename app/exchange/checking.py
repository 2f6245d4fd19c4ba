"""Checking the declared conflicts against the timetable as it is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.tree import WorkingAgenda
from app.exchange.declaring import present_of
from app.exchange.lifecycle import ConflictPriority
from app.exchange.policy import Key, Pair, Span, Violation, violations
from app.exchange.queries import Named
from app.exchange.tables import DeclaredConflict
from app.panels.seats import Seat, seats_of


class Checked(NamedTuple):
    """What is declared, and what of it happens, the gravest first, then by time."""

    declared: list[Named]
    violations: list[tuple[Named, Violation[UUID]]]

    def counts(self, priority: ConflictPriority) -> tuple[int, int]:
        """How many are declared, and how many of these happen, however often."""
        declared = [n for n in self.declared if n.conflict.priority is priority]
        happen = {v.declared for n, v in self.violations if n.conflict.priority is priority}
        return len(declared), len(happen)


async def check(session: AsyncSession, agenda: WorkingAgenda) -> Checked:
    """Two statements, however many items and conflicts there are."""
    declared = await present_of(session, agenda)
    seats = await seats_of(session, agenda.meeting)
    by_id = {named.conflict.id: named for named in declared}
    person_of = {seat.panellist_id: seat.key for seat in seats if seat.panellist_id}
    pairs = [_pair(named.conflict, person_of) for named in declared]
    found = violations(_spans(agenda, seats), pairs)
    gravity = {each: place for place, each in enumerate(ConflictPriority)}
    told = [(by_id[each.declared], each) for each in found]
    told.sort(key=lambda each: gravity[each[0].conflict.priority])
    return Checked(declared, told)


def _pair(row: DeclaredConflict, person_of: Mapping[UUID, str]) -> Pair[UUID]:
    other: Key = row.other_item_id
    if row.panellist_id is not None:
        other = "person", person_of.get(row.panellist_id, row.panellist_id)
    elif row.working_group_id is not None:
        other = "group", row.working_group_id
    elif row.entity_id is not None:
        other = "entity", row.entity_id
    return Pair(row.id, row.item_id, other)


def _spans(agenda: WorkingAgenda, seats: Sequence[Seat]) -> Iterable[Span]:
    """What has left the agenda takes no time, nor does what lies under it, and so conflicts with
    nothing.
    """
    people: dict[UUID, list[Key]] = defaultdict(list)
    for seat in seats:
        people[seat.item_id].append(("person", seat.key))
    families: dict[UUID, frozenset[UUID]] = {}
    for timed in agenda.timetable.items:
        state = agenda.states[timed.id]
        above = state.parent_id
        families[timed.id] = frozenset() if above is None else families[above] | {above}
        keys: set[Key] = {timed.id, *people.get(timed.id, ())}
        if state.working_group_id is not None:
            keys.add(("group", state.working_group_id))
        if state.lead_entity_id is not None:
            keys.add(("entity", state.lead_entity_id))
        yield Span(timed.id, timed.starts_at, timed.ends_at, frozenset(keys), families[timed.id])
