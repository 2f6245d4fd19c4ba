"""HTTP for the list of participants of a public meeting, without a token."""

from typing import Any

from fastapi import Request, Response

from app.core.pages import Paging
from app.core.routes import Session, router_for
from app.lists.access import PublicParticipants
from app.lists.endpoints import FILE, NEGOTIATED
from app.lists.lifecycle import ListFormat
from app.lists.schemas import ListedPerson, ListPage
from app.lists.telling import file_of, page_of, person_row, wanted_form

router = router_for("public")
BASE = "/public/meetings/{m}/participants"


@router.get(
    BASE,
    operation_id="listPublicParticipants",
    response_model=ListPage[ListedPerson],
    responses=NEGOTIATED,
    openapi_extra={"x-public": True},
)
async def list_public_participants(
    session: Session, view: PublicParticipants, paging: Paging, request: Request
) -> Any:
    """List the participants of a public meeting whose list is published."""
    if (form := wanted_form(request)) is not None:
        return await file_of(session, view, request, form)
    return await page_of(session, view, paging, ListPage[ListedPerson], person_row)


@router.get(
    f"{BASE}.{{suffix}}",
    operation_id="getPublicParticipantsFile",
    response_class=Response,
    responses=FILE,
    openapi_extra={"x-public": True},
)
async def get_public_participants_file(
    session: Session, view: PublicParticipants, suffix: ListFormat, request: Request
) -> Response:
    """Read the published list of participants of a public meeting as a file."""
    return await file_of(session, view, request, suffix)
