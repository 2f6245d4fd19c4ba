"""Every select about statistics."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.core import clock
from app.entities.tables import Entity
from app.events.tables import LogEntry
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting
from app.statistics.cells import Cell
from app.statistics.recount import Traits
from app.statistics.tables import CountedRegistration

UNCOUNTED = (MeetingStatus.DRAFT, MeetingStatus.CANCELLED)
_CELLS = text(
    """
    WITH came AS (
        SELECT registration_id, bool_or(source = 'link') AS by_link
          FROM attendance WHERE meeting_id = ANY(:meetings) GROUP BY registration_id
    ), counted AS (
        SELECT DISTINCT ON (r.meeting_id, r.person_id)
               r.meeting_id, r.entity_id, r.role, m.format,
               CASE WHEN s.registration_id IS NULL THEN p.gender ELSE s.gender END AS gender,
               CASE WHEN s.registration_id IS NULL THEN p.level ELSE s.level END AS level,
               bool_or(coalesce(c.by_link, false)) OVER same AS by_link,
               bool_or(r.status = 'confirmed') OVER same AS registered,
               bool_or(c.registration_id IS NOT NULL) OVER same AS present
          FROM registrations r
          JOIN meetings m ON m.id = r.meeting_id
          JOIN people p ON p.id = r.person_id
          LEFT JOIN came c ON c.registration_id = r.id
          LEFT JOIN counted_registrations s ON s.registration_id = r.id
         WHERE r.meeting_id = ANY(:meetings)
           AND (r.status = 'confirmed' OR c.registration_id IS NOT NULL)
        WINDOW same AS (PARTITION BY r.meeting_id, r.person_id)
         ORDER BY r.meeting_id, r.person_id, (c.registration_id IS NOT NULL) DESC,
                  r.takes_seat DESC, r.id DESC
    )
    SELECT meeting_id, entity_id, role,
           CASE format WHEN 'virtual' THEN 'virtual' WHEN 'in_person' THEN 'in_person'
                       ELSE CASE WHEN by_link THEN 'virtual' ELSE 'unknown' END END AS mode,
           coalesce(gender, 'undisclosed') AS gender, coalesce(level, 'undisclosed') AS level,
           count(*) FILTER (WHERE registered) AS registered,
           count(*) FILTER (WHERE present) AS present
      FROM counted GROUP BY 1, 2, 3, 4, 5, 6
    """
)
"""Somebody with two registrations at a meeting is counted once: as what they came, with a seat if
they ever had one, and by the latest."""
_SETTLE = text(
    """
    INSERT INTO counted_registrations (registration_id, meeting_id, gender, level, counted_at)
    SELECT r.id, r.meeting_id, p.gender, p.level, :now
      FROM registrations r JOIN people p ON p.id = r.person_id
     WHERE r.meeting_id = :meeting AND (:everybody OR r.person_id = ANY(:people))
     ORDER BY r.id
    ON CONFLICT DO NOTHING
    """
)
_DIGEST = text(
    """
    SELECT count(*) AS registrations,
           encode(sha256(convert_to(coalesce(string_agg(
               registration_id || ' ' || coalesce(gender, '-') || ' ' || coalesce(level, '-'),
               E'\\n' ORDER BY registration_id), ''), 'UTF8')), 'hex') AS digest
      FROM counted_registrations WHERE meeting_id = :meeting
    """
)


async def list_cells(session: AsyncSession, meetings: Collection[UUID]) -> dict[UUID, list[Cell]]:
    """The cells of each meeting, in one statement."""
    found: dict[UUID, list[Cell]] = {each: [] for each in meetings}
    for row in await session.execute(_CELLS, {"meetings": list(meetings)}):
        found[row.meeting_id].append(Cell(*row[1:]))
    return found


async def list_asked(session: AsyncSession, meetings: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The entities that were invited to each meeting: they stand in its table."""
    statement = text(
        "SELECT meeting_id, entity_id FROM invitations"
        " WHERE meeting_id = ANY(:meetings) AND status NOT IN ('draft', 'withdrawn')"
    )
    found: dict[UUID, list[UUID]] = {each: [] for each in meetings}
    for row in await session.execute(statement, {"meetings": list(meetings)}):
        found[row.meeting_id].append(row.entity_id)
    return found


async def list_named(session: AsyncSession, ids: Collection[UUID]) -> dict[str, Entity]:
    """Entities by the keys that tables have for them."""
    statement = select(Entity).where(col(Entity.id).in_(ids))
    return {str(each.id): each for each in (await session.execute(statement)).scalars()}


async def list_counted_meetings(
    session: AsyncSession,
    committee_id: UUID,
    *,
    since: datetime | None,
    until: datetime | None,
    first: int | None,
    last: int | None,
    limit: int,
) -> Sequence[Meeting]:
    """The announced meetings of a window, in their order; of too many the latest."""
    statement = select(Meeting).where(
        col(Meeting.committee_id) == committee_id, col(Meeting.status).not_in(UNCOUNTED)
    )
    for bound in (
        col(Meeting.starts_at) >= since if since is not None else None,
        col(Meeting.starts_at) < until if until is not None else None,
        col(Meeting.number) >= first if first is not None else None,
        col(Meeting.number) <= last if last is not None else None,
    ):
        if bound is not None:
            statement = statement.where(bound)
    latest = statement.order_by(col(Meeting.starts_at).desc(), col(Meeting.id).desc()).limit(limit)
    return list(reversed((await session.execute(latest)).scalars().all()))


async def settle(
    session: AsyncSession, meeting_id: UUID, people: Collection[UUID] | None = None
) -> None:
    """Write down what everybody, or these people, are counted by; what is written stays."""
    values = {
        "meeting": meeting_id,
        "now": clock.now(),
        "everybody": people is None,
        "people": list(people or ()),
    }
    await session.execute(_SETTLE, values)


async def digest(session: AsyncSession, meeting_id: UUID) -> tuple[int, str]:
    """How many rows are written down, and what vouches for them."""
    row = (await session.execute(_DIGEST, {"meeting": meeting_id})).one()
    return row.registrations, row.digest


async def last_settled(session: AsyncSession, meeting_id: UUID) -> dict[str, Any] | None:
    """What the log said last of what is written down; None if it never was."""
    statement = (
        select(LogEntry.data)
        .where(col(LogEntry.meeting_id) == meeting_id, col(LogEntry.name) == "statistics.settled")
        .order_by(col(LogEntry.recorded_at).desc(), col(LogEntry.id).desc())
        .limit(1)
    )
    found: dict[str, Any] | None = (await session.execute(statement)).scalar_one_or_none()
    return found


async def list_traits(session: AsyncSession, meeting_id: UUID) -> Traits:
    statement = select(CountedRegistration).where(col(CountedRegistration.meeting_id) == meeting_id)
    rows = (await session.execute(statement)).scalars()
    return {each.registration_id: (each.gender, each.level) for each in rows}


async def list_present_traits(session: AsyncSession, meeting_id: UUID) -> Traits:
    """As the directory has them now, for a meeting that is not over."""
    statement = text(
        "SELECT r.id, p.gender, p.level FROM registrations r JOIN people p ON p.id = r.person_id"
        " WHERE r.meeting_id = :meeting"
    )
    rows = await session.execute(statement, {"meeting": meeting_id})
    return {row.id: (row.gender, row.level) for row in rows}


async def list_merged(session: AsyncSession, meeting_id: UUID) -> dict[str, str]:
    """Of the meeting's entities, entries that were merged, and into whom."""
    statement = text(
        "SELECT p.id, p.merged_into FROM people p WHERE p.merged_into IS NOT NULL"
        " AND p.entity_id IN (SELECT i.entity_id FROM invitations i WHERE i.meeting_id = :meeting)"
    )
    rows = await session.execute(statement, {"meeting": meeting_id})
    return {str(row.id): str(row.merged_into) for row in rows}
