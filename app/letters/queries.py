"""What a letter speaks of, from the database."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tables import AgendaVersion
from app.calendar.queries import latest_change
from app.committees.tables import Committee
from app.entities.tables import Entity
from app.invitations.tables import Invitation
from app.letters.writing import Record
from app.meetings.tables import Meeting


async def load_record(session: AsyncSession, invitation_id: UUID) -> Record:
    """All of it in one statement, as of one moment."""
    symbol, issued_at = (
        _latest_agenda(AgendaVersion.symbol),
        _latest_agenda(AgendaVersion.issued_at),
    )
    changed_at = latest_change(col(Meeting.id), [col(Meeting.id)]).scalar_subquery()
    columns: list[Any] = [Invitation, Meeting, Committee, Entity, symbol]
    statement: Select[Any] = (
        select(*columns, func.greatest(changed_at, issued_at))
        .join(Meeting, col(Meeting.id) == col(Invitation.meeting_id))
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .join(Entity, col(Entity.id) == col(Invitation.entity_id))
        .where(col(Invitation.id) == invitation_id)
    )
    row = (await session.execute(statement)).one()
    return Record(
        invitation=row[0],
        meeting=row[1],
        committee=row[2],
        entity=row[3],
        agenda=row[4],
        changed_at=row[5],
    )


def _latest_agenda(column: Any) -> Any:
    """Of the meeting in the statement around it."""
    return (
        select(col(column))
        .where(col(AgendaVersion.meeting_id) == col(Meeting.id))
        .order_by(col(AgendaVersion.number).desc())
        .limit(1)
        .correlate(Meeting)
        .scalar_subquery()
    )
