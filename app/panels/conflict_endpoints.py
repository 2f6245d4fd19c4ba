"""HTTP for what does not fit together on an agenda."""

from app.agenda.mends import mended
from app.agenda.times import TimetableProblemOut
from app.core.routes import Session, router_for
from app.meetings.access import MeetingSecrets
from app.panels import showing
from app.panels.conflicts import find_conflicts
from app.panels.schemas import ConflictsOut

router = router_for("agenda")


@router.get("/meetings/{m}/agenda/conflicts", operation_id="listAgendaConflicts")
async def list_conflicts(session: Session, view: MeetingSecrets) -> ConflictsOut:
    """Find gaps, overruns, missing durations, and people who are in two places at once."""
    found = await find_conflicts(session, view.meeting)
    people = await showing.shown(session, view.caller, found)
    return ConflictsOut(
        problems=[TimetableProblemOut.of(problem) for problem in mended(found.agenda)],
        **people.model_dump(),
    )
