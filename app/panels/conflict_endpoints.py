"""HTTP for what does not fit together on an agenda."""

from app.agenda.mends import mended
from app.agenda.times import TimetableProblemOut
from app.core.routes import Session, router_for
from app.meetings.access import MeetingSecrets
from app.panels import showing
from app.panels.balance import find_balances
from app.panels.conflicts import find_conflicts
from app.panels.schemas import ConflictsOut, PanelOver

router = router_for("agenda")


@router.get("/meetings/{m}/agenda/conflicts", operation_id="listAgendaConflicts")
async def list_conflicts(session: Session, view: MeetingSecrets) -> ConflictsOut:
    """Find faults of the timetable, panels short of time, and people who are booked twice."""
    found = await find_conflicts(session, view.meeting)
    people = await showing.shown(session, view.caller, found)
    balances = await find_balances(session, view.meeting.id)
    return ConflictsOut(
        problems=[TimetableProblemOut.of(problem) for problem in mended(found.agenda)],
        panels=[PanelOver.of_balance(each) for each in balances if each.over and each.over > 0],
        **people.model_dump(),
    )
