"""HTTP for lists: of delegations, of participants, for the door and for the table."""

from typing import Any

from fastapi import Request, Response

from app.core.openapi import Responses, raises
from app.core.pages import Paging
from app.core.problems import NotAcceptable
from app.core.routes import Session, router_for
from app.lists import service
from app.lists.access import AttendanceSheet, Delegations, NamePlates, Participants
from app.lists.lifecycle import MEDIA_TYPES, ListFormat
from app.lists.problems import ChathamHouse, ListNotPublished, ListTooLong, NoParticipantsList
from app.lists.schemas import (
    AttendanceRow,
    DelegationRow,
    ListedPerson,
    ListPage,
    PublicationOut,
)
from app.lists.telling import (
    attendance_row,
    delegation_row,
    file_of,
    page_of,
    person_row,
    wanted_form,
)
from app.meetings.access import OrganizedMeeting

router = router_for("lists")
BASE = "/meetings/{m}/lists"
_BINARY = {"schema": {"type": "string", "format": "binary", "maxLength": 100_000_000}}
_TEXT = {"schema": {"type": "string", "maxLength": 100_000_000}}
FILES: dict[str, Any] = {
    media_type: _TEXT if form is ListFormat.CSV else _BINARY
    for form, media_type in MEDIA_TYPES.items()
}
NEGOTIATED: Responses = {
    200: {"description": "The list as `Accept` has it: JSON, CSV, XLSX or PDF.", "content": FILES},
    **raises(NotAcceptable, ListTooLong),
}
FILE: Responses = {
    200: {"description": "The list in the form of the suffix.", "content": FILES},
    **raises(ListTooLong),
}
PUBLISHED = raises(ChathamHouse, ListNotPublished, NoParticipantsList, ListTooLong)


@router.get(
    f"{BASE}/delegations",
    operation_id="listDelegations",
    response_model=ListPage[DelegationRow],
    responses=NEGOTIATED,
)
async def list_delegations(
    session: Session, view: Delegations, paging: Paging, request: Request
) -> Any:
    """List who comes, with addresses: everybody for organizers, the own delegation for others."""
    if (form := wanted_form(request)) is not None:
        return await file_of(session, view, request, form)
    return await page_of(session, view, paging, ListPage[DelegationRow], delegation_row)


@router.get(
    f"{BASE}/delegations.{{suffix}}",
    operation_id="getDelegationsFile",
    response_class=Response,
    responses=FILE,
)
async def get_delegations_file(
    session: Session, view: Delegations, suffix: ListFormat, request: Request
) -> Response:
    """Read the list of delegations, or of one delegation, as a file."""
    return await file_of(session, view, request, suffix)


@router.get(
    f"{BASE}/participants",
    operation_id="listParticipants",
    response_model=ListPage[ListedPerson],
    responses={**NEGOTIATED, **raises(NotAcceptable), **PUBLISHED},
)
async def list_participants(
    session: Session, view: Participants, paging: Paging, request: Request
) -> Any:
    """List the participants as they are published: only who may be named.

    Organizers and observers read it at any time, everybody else who may see the meeting once it is
    published. A meeting under the Chatham House rule has no such list for anybody.
    """
    if (form := wanted_form(request)) is not None:
        return await file_of(session, view, request, form)
    return await page_of(session, view, paging, ListPage[ListedPerson], person_row)


@router.get(
    f"{BASE}/participants.{{suffix}}",
    operation_id="getParticipantsFile",
    response_class=Response,
    responses={**FILE, **PUBLISHED},
)
async def get_participants_file(
    session: Session, view: Participants, suffix: ListFormat, request: Request
) -> Response:
    """Read the list of participants as a file."""
    return await file_of(session, view, request, suffix)


@router.post(f"{BASE}/participants/unpublish", operation_id="unpublishParticipants")
async def unpublish_participants(session: Session, view: OrganizedMeeting) -> PublicationOut:
    """Let nobody but organizers and observers read the list of participants any more."""
    await service.unpublish(session, view.meeting)
    return PublicationOut.of(view.meeting)


@router.post(
    f"{BASE}/participants/publish",
    operation_id="publishParticipants",
    responses=raises(ChathamHouse, NoParticipantsList),
)
async def publish_participants(session: Session, view: OrganizedMeeting) -> PublicationOut:
    """Let everybody who may see the meeting read its list of participants, as it is at any time."""
    await service.publish(session, view.meeting)
    return PublicationOut.of(view.meeting)


@router.get(
    f"{BASE}/attendance",
    operation_id="listAttendanceSheet",
    response_model=ListPage[AttendanceRow],
    responses=NEGOTIATED,
)
async def list_attendance_sheet(
    session: Session, view: AttendanceSheet, paging: Paging, request: Request
) -> Any:
    """List who is expected, to be signed, or with `presence` who was there and when."""
    if (form := wanted_form(request)) is not None:
        return await file_of(session, view, request, form)
    return await page_of(session, view, paging, ListPage[AttendanceRow], attendance_row)


@router.get(
    f"{BASE}/attendance.{{suffix}}",
    operation_id="getAttendanceSheetFile",
    response_class=Response,
    responses=FILE,
)
async def get_attendance_sheet_file(
    session: Session, view: AttendanceSheet, suffix: ListFormat, request: Request
) -> Response:
    """Read the attendance sheet as a file, for the door."""
    return await file_of(session, view, request, suffix)


@router.get(
    f"{BASE}/name-plates",
    operation_id="listNamePlates",
    response_model=ListPage[ListedPerson],
    responses=NEGOTIATED,
)
async def list_name_plates(
    session: Session, view: NamePlates, paging: Paging, request: Request
) -> Any:
    """List what stands on the plates of everybody who comes."""
    if (form := wanted_form(request)) is not None:
        return await file_of(session, view, request, form)
    return await page_of(session, view, paging, ListPage[ListedPerson], person_row)


@router.get(
    f"{BASE}/name-plates.{{suffix}}",
    operation_id="getNamePlatesFile",
    response_class=Response,
    responses=FILE,
)
async def get_name_plates_file(
    session: Session, view: NamePlates, suffix: ListFormat, request: Request
) -> Response:
    """Read what stands on the name plates as a file, for the printer."""
    return await file_of(session, view, request, suffix)
