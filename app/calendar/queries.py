"""What calendar entries need beyond the rows that they are about."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tables import AgendaVersion
from app.events.tables import LogEntry
from app.meetings.tables import Meeting


async def last_change(session: AsyncSession, meeting_id: UUID, *others: UUID) -> datetime | None:
    """When the meeting, or one of the other subjects of its log, last changed.

    It becomes DTSTAMP, so the same state gives the same bytes.
    """
    statement = latest_change(meeting_id, [meeting_id, *others])
    found: datetime | None = (await session.execute(statement)).scalar_one()
    return found


async def issued_agenda(session: AsyncSession, meeting_id: UUID) -> bytes | None:
    """The public view of the agenda's latest issued version."""
    found: bytes | None = (await session.execute(latest_agenda(meeting_id))).scalar_one_or_none()
    return found


async def for_public(
    session: AsyncSession, meetings: Collection[UUID]
) -> dict[UUID, tuple[datetime | None, bytes | None]]:
    """Of each meeting the last change of itself, and the agenda in force as everybody sees it.

    Edits of the working agenda are not among its changes: nobody sees them.
    """
    changed = latest_change(col(Meeting.id), [col(Meeting.id)]).where(
        col(LogEntry.name).like("meeting.%")
    )
    columns = changed.scalar_subquery(), latest_agenda(col(Meeting.id)).scalar_subquery()
    statement = select(col(Meeting.id), *columns).where(col(Meeting.id).in_(meetings))
    return {row[0]: (row[1], row[2]) for row in (await session.execute(statement)).all()}


def latest_change(meeting_id: Any, subjects: Sequence[Any]) -> Select[Any]:
    """Of ids or of columns that hold them."""
    return select(func.max(col(LogEntry.recorded_at))).where(
        col(LogEntry.meeting_id) == meeting_id, col(LogEntry.subject_id).in_(subjects)
    )


def latest_agenda(meeting_id: Any) -> Select[Any]:
    return (
        select(col(AgendaVersion.public_body))
        .where(col(AgendaVersion.meeting_id) == meeting_id)
        .order_by(col(AgendaVersion.number).desc())
        .limit(1)
    )


async def agenda_known(
    session: AsyncSession, meeting_id: UUID, before: int, told: int | None, since: datetime | None
) -> bytes | None:
    """The public view of the version that somebody knows, of those before a number.

    That is the newest that they were `told` of; otherwise the one in force when they first heard of
    the meeting, or the first of all.
    """
    version = AgendaVersion
    heard: ColumnElement[bool] = false()
    if told is not None:
        heard = col(version.number) <= told
    elif since is not None:
        heard = col(version.issued_at) <= since
    statement = (
        select(col(version.public_body))
        .where(
            col(version.meeting_id) == meeting_id,
            col(version.number) < before,
            or_(heard, col(version.number) == 1),
        )
        .order_by(col(version.number).desc())
        .limit(1)
    )
    found: bytes | None = (await session.execute(statement)).scalar_one_or_none()
    return found
