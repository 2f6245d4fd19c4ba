"""HTTP for the files that an invited entity hands in for a meeting."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response, status
from sqlmodel import col

from app.core.openapi import raises
from app.core.pages import Page, Paging, fetch_page
from app.core.problems import NotFound, StillInUse
from app.core.routes import Session, router_for
from app.core.uploads import FILE_ANSWER, FILE_BODY, FileResponse, Upload, uploaded_file
from app.files import queries, service
from app.files.problems import TooManyFiles
from app.files.tables import StoredFile
from app.invitations.access import InvitationOfOwn, InvitationOfOwnToChange
from app.invitations.schemas import FileOut
from app.meetings.problems import MeetingClosed

router = router_for("invitations")
BASE = "/meetings/{m}/invitations/{invitation_id}/files"
UploadDep = Annotated[Upload, Depends(uploaded_file)]


@router.get(BASE, operation_id="listFiles")
async def list_files(session: Session, found: InvitationOfOwn, paging: Paging) -> Page[FileOut]:
    """List the files that an entity has handed in for a meeting."""
    statement = queries.list_files(found.meeting.id, found.invitation.entity_id)
    order = [(col(StoredFile.id), False)]
    return await fetch_page(session, paging, statement, order, lambda row: FileOut.of(row[0]))


@router.post(
    BASE,
    operation_id="uploadFile",
    status_code=status.HTTP_201_CREATED,
    responses=raises(MeetingClosed, TooManyFiles),
    openapi_extra=FILE_BODY,
)
async def upload_file(
    session: Session, found: InvitationOfOwnToChange, upload: UploadDep, response: Response
) -> FileOut:
    """Hand in a PDF, PNG or JPEG of 5 MB at most; what it is for is said where its id is named."""
    entity_id = found.invitation.entity_id
    stored = await service.store(session, found.meeting, entity_id, upload)
    base = BASE.format(m=found.meeting.id, invitation_id=found.invitation.id)
    response.headers["Location"] = f"/v1{base}/{stored.id}"
    return FileOut.of(stored)


@router.get(
    f"{BASE}/{{file_id}}",
    operation_id="getFile",
    response_class=FileResponse,
    responses=FILE_ANSWER,
)
async def get_file(session: Session, found: InvitationOfOwn, file_id: UUID) -> Response:
    """Fetch a file, to be saved: for organizers and the entity itself."""
    stored = await queries.find_file(
        session, found.meeting.id, found.invitation.entity_id, file_id, with_content=True
    )
    if stored is None:
        raise NotFound
    return FileResponse.of(Upload(stored.name, stored.media_type, stored.content))


@router.delete(
    f"{BASE}/{{file_id}}",
    operation_id="deleteFile",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(StillInUse),
)
async def delete_file(session: Session, found: InvitationOfOwnToChange, file_id: UUID) -> None:
    """Delete a file that nothing refers to."""
    stored = await queries.find_file(session, found.meeting.id, found.invitation.entity_id, file_id)
    if stored is None:
        raise NotFound
    await service.delete(session, found.meeting, stored)
