"""HTTP for rehearsals of panels: for organizers, as the way in is a secret."""

from fastapi import Request, Response, status
from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.access import MeetingToPlan
from app.core.openapi import needs_if_match, raises, tells
from app.core.preconditions import require_match
from app.core.problems import NotFound, PreconditionFailed
from app.core.routes import Session, router_for
from app.meetings.access import MeetingSecrets
from app.meetings.problems import MeetingClosed
from app.panels import queries, rehearsals, telling
from app.panels.access import PanelId, PanelToChange
from app.panels.rehearsal_schemas import RehearsalOut, RehearsalWrite
from app.panels.tables import Panel, Rehearsal

router = router_for("panels")
REHEARSAL = "/meetings/{m}/panels/{p}/rehearsal"


@router.get(REHEARSAL, operation_id="getRehearsal")
async def get_rehearsal(
    session: Session, view: MeetingSecrets, p: PanelId, response: Response
) -> RehearsalOut:
    """Read when the people of a panel rehearse, and the way in: panellists see it on their page."""
    panel = await queries.find_panel(session, view.meeting.id, p)
    if panel is None:
        raise NotFound
    response.headers["Cache-Control"] = "private, no-store"
    return RehearsalOut.shown(await _known(session, panel))


@router.put(
    REHEARSAL,
    operation_id="putRehearsal",
    openapi_extra=tells(needs_if_match(to_create=False)),
    responses={
        **raises(MeetingClosed),
        status.HTTP_201_CREATED: {"model": RehearsalOut, "description": "There was none."},
    },
)
async def put_rehearsal(
    session: Session,
    view: MeetingToPlan,
    panel: PanelToChange,
    body: RehearsalWrite,
    request: Request,
    response: Response,
) -> RehearsalOut:
    """Set when the people of a panel rehearse; replacing it needs If-Match, the first nothing.

    Those who were asked or have confirmed are written to, each in their own zone.
    """
    known = await queries.find_rehearsal(session, panel.id)
    if known is None:
        if "if-match" in request.headers:
            raise PreconditionFailed("The panel has no rehearsal yet.")
        response.status_code = status.HTTP_201_CREATED
    else:
        if request.headers.get("if-none-match") == "*":
            raise PreconditionFailed("The panel has a rehearsal already.")
        require_match(request, RehearsalOut.shown(known))
    starts_at, ends_at = body.times(view.meeting.timezone)
    members = body.model_dump(include={"join_address", "passcode", "note"})
    members |= {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "timezone": body.timezone or view.meeting.timezone,
    }
    kept = await rehearsals.keep_rehearsal(session, view.meeting, panel, known, members)
    await telling.look(session, view.meeting)
    return RehearsalOut.shown(kept)


@router.delete(
    REHEARSAL,
    operation_id="deleteRehearsal",
    status_code=status.HTTP_204_NO_CONTENT,
    openapi_extra=tells(needs_if_match()),
    responses=raises(MeetingClosed),
)
async def delete_rehearsal(
    session: Session, view: MeetingToPlan, panel: PanelToChange, request: Request
) -> None:
    """Call a panel's rehearsal off."""
    known = await _known(session, panel)
    require_match(request, RehearsalOut.shown(known))
    await rehearsals.remove_rehearsal(session, view.meeting, panel, known)


async def _known(session: AsyncSession, panel: Panel) -> Rehearsal:
    known = await queries.find_rehearsal(session, panel.id)
    if known is None:
        raise NotFound("The panel has no rehearsal.")
    return known
