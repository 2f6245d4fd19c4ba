"""What does not fit together: the timetable, and people.

People are in two places at once, at work when it is night where they are, or registered elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.saving import load_agendas
from app.agenda.tree import WorkingAgenda
from app.meetings.tables import Meeting
from app.panels import policy, seats
from app.panels.policy import Busy, DecentHours
from app.panels.seats import Elsewhere, Seat


@dataclass(frozen=True, slots=True)
class Slot:
    """Somebody's time on an item, which lasts as long as all that lies under the item, or at the
    rehearsal of its panel.
    """

    seat: Seat
    starts_at: datetime
    ends_at: datetime
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Conflicts:
    """In reading order, and in the order of time."""

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
    session: AsyncSession, meeting: Meeting, agenda: WorkingAgenda | None = None
) -> Conflicts:
    """Of this meeting, with all other announced meetings in view.

    A panel without any duration takes no time and clashes with nothing. Six statements at most,
    however many meetings and people there are.
    """
    here = await seats.seats_of(session, meeting.id)
    keys = {seat.key for seat in here}
    others = await seats.seats_elsewhere(session, meeting.id, keys)
    agendas = await _agendas(session, meeting, agenda, others)
    own = _slots(agendas, here)
    span = policy.span([(slot.starts_at, slot.ends_at) for slot in own])
    registered = await seats.registered_elsewhere(session, meeting.id, keys, span) if span else []
    return Conflicts(
        agendas[meeting.id],
        _bookings(agendas, meeting.id, [*own, *_slots(agendas, others)]),
        _outside_hours(meeting, own),
        _registrations(own, registered),
    )


async def _agendas(
    session: AsyncSession, meeting: Meeting, known: WorkingAgenda | None, others: Sequence[Seat]
) -> dict[UUID, WorkingAgenda]:
    meetings = {seat.meeting.id: seat.meeting for seat in others}
    if known is None:
        meetings[meeting.id] = meeting
    found = await load_agendas(session, meetings.values()) if meetings else {}
    return found if known is None else found | {meeting.id: known}


def _slots(agendas: Mapping[UUID, WorkingAgenda], taken: Sequence[Seat]) -> list[Slot]:
    """One for each person and item, whatever they do there, and one for each rehearsal."""
    times = {timed.id: timed for agenda in agendas.values() for timed in agenda.timetable.items}
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
    return sorted(found, key=lambda slot: (slot.starts_at, slot.ends_at, str(slot.seat.item_id)))


def _bookings(
    agendas: Mapping[UUID, WorkingAgenda], meeting_id: UUID, slots: Sequence[Slot]
) -> list[tuple[Slot, Slot]]:
    """Two items of which one lies under the other are one place."""
    above: dict[UUID, set[UUID]] = {}
    for agenda in agendas.values():
        above |= _lines(agenda, {s.seat.item_id for s in slots} & agenda.states.keys())
    taken = [Busy(slot.seat.key, slot, slot.starts_at, slot.ends_at) for slot in slots]
    pairs = [(first.use, second.use) for first, second in policy.overlaps(taken)]
    return [
        (first, second)
        for first, second in pairs
        if meeting_id in {first.seat.meeting.id, second.seat.meeting.id}
        and not _nested(above, first.seat.item_id, second.seat.item_id)
    ]


def _lines(agenda: WorkingAgenda, items: set[UUID]) -> dict[UUID, set[UUID]]:
    parents = {item_id: state.parent_id for item_id, state in agenda.states.items()}
    return policy.lines_of(parents, items)


def _nested(above: Mapping[UUID, set[UUID]], one: UUID, other: UUID) -> bool:
    return one in above[other] or other in above[one]


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
    taken: list[Busy[str, datetime]] = [
        *(Busy(slot.seat.key, slot, slot.starts_at, slot.ends_at) for slot in slots),
        *(Busy(e.key, e, e.meeting.starts_at, e.meeting.ends_at) for e in registered),
    ]
    found = []
    for pair in policy.overlaps(taken):
        uses = sorted((each.use for each in pair), key=lambda use: isinstance(use, Elsewhere))
        if isinstance(uses[0], Slot) and isinstance(uses[1], Elsewhere):
            found.append((uses[0], uses[1]))
    return found


def _is(slot: Slot, seat_id: UUID) -> bool:
    return seat_id in {slot.seat.panellist_id, slot.seat.briefing_id}
