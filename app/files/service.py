"""Keeping files and letting them go."""

import hashlib
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import FieldError
from app.core.uploads import Upload
from app.events import record
from app.files import queries
from app.files.events import FileDeleted, FileStored
from app.files.problems import NoSuchFile, TooManyFiles
from app.files.tables import StoredFile
from app.meetings.service import check_changeable
from app.meetings.tables import Meeting

MOST = 200
"""Files of one entity at one meeting."""


async def store(
    session: AsyncSession, meeting: Meeting, entity_id: UUID, upload: Upload
) -> StoredFile:
    """Keep a file; whoever stores for an entity holds the lock of its invitation, so that the
    bound is exact. Raises `MeetingClosed`.
    """
    check_changeable(meeting)
    if await queries.count_files(session, meeting.id, entity_id) >= MOST:
        raise TooManyFiles(f"An entity hands in {MOST} files at most for a meeting.")
    stored = StoredFile(
        meeting_id=meeting.id,
        entity_id=entity_id,
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.content),
        sha256=hashlib.sha256(upload.content).hexdigest(),
        content=upload.content,
    )
    session.add(stored)
    kept = {name: getattr(stored, name) for name in ("media_type", "size", "sha256")}
    record(session, FileStored(**kept, **_about(meeting, stored)))
    await session.flush()
    return stored


async def delete(session: AsyncSession, meeting: Meeting, stored: StoredFile) -> None:
    """Of a file that something refers to the database says `StillInUse`."""
    record(session, FileDeleted(**_about(meeting, stored)))
    await session.delete(stored)
    await session.flush()


async def delete_unused(
    session: AsyncSession, meeting: Meeting, entity_id: UUID, file_id: UUID
) -> None:
    """Delete a file unless something still refers to it: then it ends with that."""
    try:
        async with session.begin_nested():
            stored = await queries.find_file(session, meeting.id, entity_id, file_id)
            if stored is not None:
                await delete(session, meeting, stored)
    except IntegrityError:
        return


async def handed_in(
    session: AsyncSession, meeting_id: UUID, entity_id: UUID, file_id: UUID, pointer: str
) -> StoredFile:
    """The file that a body names; `NoSuchFile` at the pointer where the entity has none such."""
    found = await queries.find_file(session, meeting_id, entity_id, file_id)
    if found is None:
        detail = "The entity has handed in no such file for this meeting."
        raise NoSuchFile(detail, errors=[FieldError(pointer=pointer, detail=detail)])
    return found


def _about(meeting: Meeting, stored: StoredFile) -> dict[str, Any]:
    return {
        "subject_id": stored.id,
        "meeting_id": meeting.id,
        "committee_id": meeting.committee_id,
        "entity_id": stored.entity_id,
    }
