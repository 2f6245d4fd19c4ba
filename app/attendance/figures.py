"""The figures of a meeting, from the tables and again from the log."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.attendance import queries
from app.attendance.policy import Figures, Presence
from app.attendance.recount import recounted
from app.entities.tables import Entity
from app.meetings.tables import Meeting


async def presences(session: AsyncSession, meeting: Meeting) -> list[tuple[Entity, Presence]]:
    """Every entity concerned, by abbreviation, in one statement."""
    statement = queries.list_presences(meeting).order_by(col(Entity.abbreviation))
    rows = (await session.execute(statement)).all()
    return [(row[0], queries.presence_of(row, meeting)) for row in rows]


async def figures_from_log(session: AsyncSession, meeting: Meeting) -> Figures:
    """What the log alone says: registrations, check-ins and memberships as they were recorded."""
    facts = await queries.facts_of_meeting(session, meeting.id)
    memberships = await queries.facts_of_memberships(session, meeting.committee_id)
    return recounted(facts, memberships, meeting.local_start.date())
