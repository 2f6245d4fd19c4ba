"""HTTP for what does not fit together on an agenda."""

from uuid import UUID

from app.agenda.policy import Slot
from app.agenda.times import TimetableProblemOut
from app.core.routes import Session, router_for
from app.meetings.access import MeetingSecrets
from app.meetings.queries import visible_among
from app.panels.conflicts import Clash, find_conflicts
from app.panels.queries import Seat
from app.panels.schemas import Booking, ConflictsOut, DoubleBooking

router = router_for("agenda")


@router.get("/meetings/{m}/agenda/conflicts", operation_id="listAgendaConflicts")
async def list_conflicts(session: Session, view: MeetingSecrets) -> ConflictsOut:
    """Find gaps, overruns, missing durations, and people who are in two places at once."""
    found = await find_conflicts(session, view.meeting)
    clashes = found.clashes[:1000]
    meetings = {slot.meeting_id for clash in clashes for slot, _ in (clash.first, clash.second)}
    known = await visible_among(session, view.caller, meetings)
    return ConflictsOut(
        problems=[TimetableProblemOut.of(problem) for problem in found.problems],
        bookings=[_double_booking(clash, known) for clash in clashes],
    )


def _double_booking(clash: Clash, known: set[UUID]) -> DoubleBooking:
    (first, seat), (second, other) = clash.first, clash.second
    return DoubleBooking(
        name=(seat if first.meeting_id in known else other).name,
        first=_booking(first, seat, known, second),
        second=_booking(second, other, known, first),
    )


def _booking(slot: Slot, seat: Seat, known: set[UUID], beside: Slot) -> Booking:
    if slot.meeting_id not in known:
        return Booking(
            meeting_id=None,
            meeting=None,
            item_id=None,
            panellist_id=None,
            starts_at=max(slot.starts_at, beside.starts_at),
            ends_at=min(slot.ends_at, beside.ends_at),
        )
    return Booking(
        meeting_id=slot.meeting_id,
        meeting=seat.meeting.handle,
        item_id=slot.item_id,
        panellist_id=seat.panellist_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
    )
