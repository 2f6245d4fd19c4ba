"""The service that locks neither meeting nor document: the negative control of the races."""

from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.documents import access, queries
from app.main import create_app as create_locked_app
from app.meetings.tables import Meeting

locked = queries.find_document


async def no_meeting(session: AsyncSession, meeting_id: UUID) -> Meeting:
    return await session.get_one(Meeting, meeting_id)


async def no_document(*arguments: Any, lock: bool = False) -> Any:
    del lock
    return await locked(*arguments)


def create_app() -> FastAPI:
    access.lock_meeting = no_meeting  # type: ignore[attr-defined]  # as it is known there
    queries.find_document = no_document  # type: ignore[assignment]  # takes them as they come
    return create_locked_app()
