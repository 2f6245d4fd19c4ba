"""The issued agenda for everybody: one statement, finished bytes, nothing in between."""

from typing import Final

from fastapi import Request, Response

from app.agenda.schemas import IssuedAgenda
from app.core.finished import BareRoute, Question, answered, named, without_parameters
from app.core.openapi import raises
from app.core.problems import NotFound
from app.core.routes import router_for
from app.meetings.access import MeetingRef

_ASKED_FOR: Final = {"cache-control": "public, no-cache"}
_STATEMENT: Final = """
    SELECT v.public_etag, CASE WHEN v.public_etag = ANY($2) THEN NULL ELSE v.public_body END,
           NULL
    FROM meetings m JOIN agenda_versions v ON v.meeting_id = m.id
    WHERE m.{key} = $1 AND m.public AND m.status <> 'draft'
       AND NOT (m.status = 'cancelled' AND m.calendar_sequence = 0)
    ORDER BY v.number DESC LIMIT 1
"""
_BY_ID: Final = _STATEMENT.format(key="id")
_BY_HANDLE: Final = _STATEMENT.format(key="handle")


router = router_for("public", route_class=BareRoute)


@router.get(
    "/public/meetings/{m}/agenda",
    operation_id="getPublicAgenda",
    response_model=IssuedAgenda,
    responses=raises(NotFound),
    openapi_extra={"x-public": True},
)
async def get_public_agenda(request: Request, m: MeetingRef) -> Response:
    """Read the agenda in force of a public meeting, as it was issued."""
    without_parameters(request)
    return await answered(request, Question(*named(m, _BY_ID, _BY_HANDLE)), _ASKED_FOR)
