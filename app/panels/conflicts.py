"""What does not fit together: the timetable, and people.

People are in two places at once, at work when it is night where they are, or registered elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.saving import load_agendas, load_timetables
from app.agenda.timetable import TimedItem
from app.agenda.tree import WorkingAgenda
from app.meetings.tables import Meeting
from app.panels import policy, seats
from app.panels.policy import Busy, DecentHours
from app.panels.seats import Elsewhere, Seat

MOST_FOUND = 10_000
"""Of a kind, the earliest: whoever is everywhere at once is so as often as the square of it."""


class Slot(NamedTuple):
    """Somebody's time on an item, which lasts as long as all that lies under the item, or at the
    rehearsal of its panel.
    """

    seat: Seat
    starts_at: datetime
    ends_at: datetime
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Conflicts:
    """In reading order, and in the order of time; of each kind `MOST_FOUND` at most."""

    agenda: WorkingAgenda
    """Of the meeting; its timetable has problems of its own."""
    bookings: list[tuple[Slot, Slot]] = field(default_factory=list)
    hours: list[Slot] = field(default_factory=list)
    registrations: list[tuple[Slot, Elsewhere]] = field(default_factory=list)

    def of(self, seat_id: UUID) -> "Conflicts":
        """Those of one panellist or briefing, without the timetable."""
        return Conflicts(
            self.agenda,
            bookings=[each for each in self.bookings if any(_is(slot, seat_id) for slot in each)],
            hours=[slot for slot in self.hours if _is(slot, seat_id)],
            registrations=[each for each in self.registrations if _is(each[0], seat_id)],
        )


async def find_conflicts(
    session: AsyncSession,
    meeting: Meeting,
    agenda: WorkingAgenda | None = None,
    here: Sequence[Seat] | None = None,
) -> Conflicts:
    """Of this meeting and all who are `here`, with all other announced meetings in view.

    A panel without any duration takes no time and clashes with nothing. Eight statements at most,
    however many meetings and people there are.
    """
    if agenda is None:
        agenda = (await load_agendas(session, [meeting]))[meeting.id]
    if here is None:
        here = await seats.seats_of(session, meeting)
    if not here:
        return Conflicts(agenda)
    keys = {seat.key for seat in here}
    others = await seats.seats_elsewhere(session, meeting.id, keys)
    own = _slots(agenda.timetable.by_id, here)
    span = policy.span([(slot.starts_at, slot.ends_at) for slot in own])
    registered = await seats.registered_elsewhere(session, meeting.id, keys, span) if span else []
    return Conflicts(
        agenda,
        _bookings(agenda, own, await _slots_elsewhere(session, others)),
        _outside_hours(meeting, own),
        _registrations(own, registered),
    )


async def _slots_elsewhere(session: AsyncSession, taken: Sequence[Seat]) -> list[Slot]:
    meetings = {seat.meeting.id: seat.meeting for seat in taken}
    found = await load_timetables(session, meetings.values()) if meetings else {}
    return _slots({i: timed for each in found.values() for i, timed in each.by_id.items()}, taken)


def _slots(times: Mapping[UUID, TimedItem], taken: Sequence[Seat]) -> list[Slot]:
    """One for each person and item, whatever they do there, and one for each rehearsal."""
    seat_of = {(seat.key, seat.item_id): seat for seat in taken}
    found = [
        Slot(seat, times[item_id].starts_at, times[item_id].ends_at)
        for (_, item_id), seat in seat_of.items()
        if item_id in times
    ]
    found += [
        Slot(seat, seat.rehearses_at, seat.rehearses_until, rehearsal=True)
        for seat in seat_of.values()
        if seat.rehearses_at is not None and seat.rehearses_until is not None
    ]
    return sorted(found, key=lambda slot: (slot.starts_at, slot.ends_at, slot.seat.item_id.int))


def _bookings(
    agenda: WorkingAgenda, own: Sequence[Slot], others: Sequence[Slot]
) -> list[tuple[Slot, Slot]]:
    """Two items of which one lies under the other are one place; items of two meetings never do."""
    parents = {item_id: state.parent_id for item_id, state in agenda.states.items()}
    items = {slot.seat.item_id for slot in own}
    lines = policy.lines_of(parents, items).items()
    above = {item_id: line & items for item_id, line in lines if len(line & items) > 1}
    found = (
        (first.use, second.use)
        for first, second in policy.overlaps(map(_busy, own), map(_busy, others))
        if not _one_place(above, first.use.seat.item_id, second.use.seat.item_id)
    )
    return list(islice(found, MOST_FOUND))


def _one_place(above: Mapping[UUID, set[UUID]], one: UUID, other: UUID) -> bool:
    """Of an item and its rehearsal too; most agendas have people on nothing that is nested."""
    if not above:
        return one == other
    return one == other or one in above.get(other, ()) or other in above.get(one, ())


def _outside_hours(meeting: Meeting, slots: Sequence[Slot]) -> list[Slot]:
    hours = DecentHours(**meeting.decent_hours)
    return [
        slot
        for slot in slots
        if slot.starts_at < slot.ends_at
        and not hours.hold(slot.starts_at, slot.ends_at, slot.seat.timezone)
    ]


def _registrations(
    slots: Sequence[Slot], registered: Sequence[Elsewhere]
) -> list[tuple[Slot, Elsewhere]]:
    there = [Busy(e.key, e, e.meeting.starts_at, e.meeting.ends_at) for e in registered]
    pairs = islice(policy.overlaps(map(_busy, slots), there, among=False), MOST_FOUND)
    return [
        (first.use, second.use) if isinstance(first.use, Slot) else (second.use, first.use)
        for first, second in pairs
    ]


def _busy(slot: Slot) -> Busy[str, datetime]:
    return Busy(slot.seat.key, slot, slot.starts_at, slot.ends_at)


def _is(slot: Slot, seat_id: UUID) -> bool:
    return seat_id in {slot.seat.panellist_id, slot.seat.briefing_id}
