"""Saying at once what an edit has brought into conflict: in the header of its answer.

`Conflicts: bookings=1, hours=2` counts, as a dictionary of RFC 9651, what
`GET .../agenda/conflicts` lists; whatever is not named there is none.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.events import AgendaChanged, SittingsChanged
from app.agenda.saving import saved_agenda
from app.agenda.tree import WorkingAgenda
from app.core.routes import answer_with
from app.events import react_to
from app.meetings.counting import counts_conflicts
from app.meetings.events import MeetingChanged, MeetingRescheduled
from app.meetings.tables import Meeting
from app.panels import confirmed, seats
from app.panels.conflicts import Conflicts, find_conflicts

HEADER = "Conflicts"
_LATER = "conflicts are told later"
_COUNTED = "conflicts of each meeting"
_NAMES = ("bookings", "hours", "registrations")


@contextmanager
def told_later(session: AsyncSession) -> Iterator[None]:
    """For an edit that is a part of something larger, after which the caller looks."""
    session.info[_LATER] = True
    try:
        yield
    finally:
        del session.info[_LATER]


@react_to(AgendaChanged)
async def tell_of_edit(session: AsyncSession, event: AgendaChanged) -> None:
    """The agenda that was saved is at hand, and not read again."""
    if _LATER in session.info:
        return
    meeting = await session.get_one(Meeting, event.subject_id)
    await look(session, meeting, saved_agenda(session, meeting.id))


@react_to(SittingsChanged)
async def tell_of_sittings(session: AsyncSession, event: SittingsChanged) -> None:
    """Items flow through them."""
    await look(session, await session.get_one(Meeting, event.subject_id))


@react_to(MeetingRescheduled)
async def tell_of_move(session: AsyncSession, event: MeetingRescheduled) -> None:
    """Another hour is night elsewhere. Sittings hold to the clock on the wall, too: when it is put
    forward or back between them, their distance from the meeting's start is another one.
    """
    await look(session, await session.get_one(Meeting, event.subject_id))


@react_to(MeetingChanged)
async def tell_of_change(session: AsyncSession, event: MeetingChanged) -> None:
    if event.retimes or "decent_hours" in event.changes:
        await look(session, await session.get_one(Meeting, event.subject_id))


async def look(
    session: AsyncSession,
    meeting: Meeting,
    agenda: WorkingAgenda | None = None,
    *,
    quietly: bool = False,
) -> Conflicts:
    """Keep the slots of those confirmed, find every conflict, and say how many there are; `quietly`
    where that is not the caller's business.

    Raises `PersonInTwoSlots`.
    """
    here = await seats.seats_of(session, meeting)
    await confirmed.keep(session, meeting, agenda, here)
    found = await find_conflicts(session, meeting, agenda, here)
    counts = _counts(found)
    session.info.setdefault(_COUNTED, {})[meeting.id] = counts
    answer_with(session, HEADER, "" if quietly else _told(session.info[_COUNTED].values()))
    return found


@counts_conflicts
async def count(session: AsyncSession, meeting: Meeting) -> int:
    """Those too that nobody was told of when they came about: by a registration elsewhere."""
    return sum(_counts(await find_conflicts(session, meeting)).values())


def _counts(found: Conflicts) -> dict[str, int]:
    return {name: len(getattr(found, name)) for name in _NAMES}


def _told(counts: Collection[Mapping[str, int]]) -> str:
    """Of all meetings that one request has changed, such as those of a series."""
    sums = {name: sum(each[name] for each in counts) for name in _NAMES}
    return ", ".join(f"{name}={number}" for name, number in sums.items() if number)
