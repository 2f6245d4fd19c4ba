"""What does not fit together: the timetable, and people who are in two places at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda import policy
from app.agenda.mends import MendedProblem, mended
from app.agenda.policy import Slot
from app.agenda.saving import load_agendas
from app.agenda.tree import WorkingAgenda
from app.meetings.tables import Meeting
from app.panels import queries
from app.panels.queries import Seat


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody's two slots that overlap, each with the seat that it comes from."""

    first: tuple[Slot, Seat]
    second: tuple[Slot, Seat]


@dataclass(frozen=True, slots=True)
class Conflicts:
    """In reading order, and in the order of time."""

    problems: list[MendedProblem]
    clashes: list[Clash]


async def find_conflicts(session: AsyncSession, meeting: Meeting) -> Conflicts:
    """Of this meeting, with the panels of all other announced meetings in view.

    A panellist is on for the whole item; a panel without any duration takes no time and clashes
    with nothing. Five statements, however many meetings there are.
    """
    here = await queries.seats_of(session, meeting.id)
    elsewhere = await queries.seats_elsewhere(session, meeting.id, {seat.key for seat in here})
    meetings = {seat.meeting.id: seat.meeting for seat in elsewhere} | {meeting.id: meeting}
    agendas = await load_agendas(session, meetings.values())
    clashes = [
        clash
        for clash in _clashes(agendas, [*here, *elsewhere])
        if meeting.id in {clash.first[0].meeting_id, clash.second[0].meeting_id}
    ]
    return Conflicts(mended(agendas[meeting.id]), clashes)


def _clashes(agendas: Mapping[UUID, WorkingAgenda], seats: Iterable[Seat]) -> list[Clash]:
    times = {timed.id: timed for agenda in agendas.values() for timed in agenda.timetable.items}
    seat_of = {(seat.key, seat.item_id): seat for seat in seats}
    slots = [
        Slot(key, item_id, seat.meeting.id, times[item_id].starts_at, times[item_id].ends_at)
        for (key, item_id), seat in seat_of.items()
    ]
    return [
        Clash(
            (first, seat_of[first.person_key, first.item_id]),
            (second, seat_of[second.person_key, second.item_id]),
        )
        for first, second in policy.conflicts(slots)
    ]
