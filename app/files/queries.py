"""Every select about files; their bytes are read only where they are asked for."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from app.files.tables import StoredFile


def list_files(meeting_id: UUID, entity_id: UUID) -> Select[Any]:
    """What an entity has handed in for a meeting, without the bytes."""
    content: Any = StoredFile.content
    return (
        select(StoredFile)
        .options(defer(content, raiseload=True))
        .where(
            col(StoredFile.meeting_id) == meeting_id,
            col(StoredFile.entity_id) == entity_id,
        )
    )


async def find_file(
    session: AsyncSession,
    meeting_id: UUID,
    entity_id: UUID,
    file_id: UUID,
    *,
    with_content: bool = False,
) -> StoredFile | None:
    """None too for a file of another entity or another meeting."""
    statement = list_files(meeting_id, entity_id).where(col(StoredFile.id) == file_id)
    if with_content:
        statement = select(StoredFile).where(
            col(StoredFile.id) == file_id,
            col(StoredFile.meeting_id) == meeting_id,
            col(StoredFile.entity_id) == entity_id,
        )
    found: StoredFile | None = (await session.execute(statement)).scalar_one_or_none()
    return found


async def count_files(session: AsyncSession, meeting_id: UUID, entity_id: UUID) -> int:
    statement = select(func.count()).where(
        col(StoredFile.meeting_id) == meeting_id, col(StoredFile.entity_id) == entity_id
    )
    return int((await session.execute(statement)).scalar_one())
