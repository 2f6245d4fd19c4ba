"""Every select about holds, obstacles, and what has reached its end."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.entities.tables import Person
from app.meetings.tables import Meeting
from app.privacy.erasing import Subject
from app.privacy.lifecycle import AnonymizationObstacle
from app.privacy.tables import LegalHold
from app.registrations.tables import Registration
from app.statistics.tables import CountedRegistration

_OBSTACLES = text(
    """
    SELECT 'person_held' AS obstacle
     WHERE EXISTS (SELECT FROM legal_holds h WHERE h.person_id = ANY(:people))
    UNION ALL
    SELECT 'meeting_held'
     WHERE EXISTS (SELECT FROM legal_holds h JOIN registrations r ON r.meeting_id = h.meeting_id
                    WHERE r.person_id = ANY(:people))
    UNION ALL
    SELECT 'registered'
     WHERE EXISTS (SELECT FROM registrations r JOIN meetings m ON m.id = r.meeting_id
                    WHERE r.person_id = ANY(:people)
                      AND (m.ends_at > :now OR m.status = 'postponed')
                      AND r.status IN ('pending', 'confirmed', 'waiting', 'offered')
                      AND m.status NOT IN ('adjourned', 'closed', 'cancelled'))
    UNION ALL
    SELECT 'focal_point'
     WHERE EXISTS (SELECT FROM focal_points f
                    WHERE f.person_id = ANY(:people) AND f.ended_at IS NULL)
    UNION ALL
    SELECT 'merged'
     WHERE EXISTS (SELECT FROM people p
                    WHERE p.id = ANY(:people) AND p.merged_into <> ALL(:people))
    """
)
_HELD = text(
    """
    WITH held AS (SELECT coalesce(p.merged_into, p.id) AS id
                    FROM legal_holds h JOIN people p ON p.id = h.person_id)
    SELECT DISTINCT p.id FROM people p JOIN held ON held.id IN (p.id, p.merged_into)
    """
)
_RELEASED = text(
    """
    SELECT p.id FROM people p
     WHERE p.id > :after AND p.anonymized_at IS NULL AND p.merged_into IS NULL
       AND EXISTS (SELECT FROM registrations r WHERE r.person_id = p.id)
       AND NOT EXISTS (SELECT FROM registrations r JOIN meetings m ON m.id = r.meeting_id
                        WHERE r.person_id = p.id AND m.anonymized_at IS NULL)
       AND NOT EXISTS (SELECT FROM focal_points f
                        WHERE f.person_id = p.id AND f.ended_at IS NULL)
       AND NOT EXISTS (SELECT FROM legal_holds h WHERE h.person_id = p.id)
       AND NOT EXISTS (SELECT FROM legal_holds h
                         JOIN registrations r ON r.meeting_id = h.meeting_id
                        WHERE r.person_id = p.id)
     ORDER BY p.id LIMIT :batch FOR UPDATE OF p SKIP LOCKED
    """
)
_ENDED = text(
    """
    SELECT m.id FROM meetings m
      JOIN committees c ON c.id = m.committee_id
      LEFT JOIN committees parent ON parent.id = c.parent_id
     WHERE m.anonymized_at IS NULL AND m.status NOT IN ('draft', 'postponed')
       AND m.ends_at + make_interval(days => coalesce(m.retention_days, c.retention_days,
                                                      parent.retention_days, :days)) < :now
       AND NOT EXISTS (SELECT FROM legal_holds h WHERE h.meeting_id = m.id)
     ORDER BY m.ends_at, m.id
    """
)
_STANDING = text(
    """
    WITH own AS (
        SELECT ARRAY(SELECT id FROM registrations WHERE person_id = ANY(:people)) AS registrations,
               ARRAY(SELECT id FROM links WHERE person_id = ANY(:people)) AS links,
               ARRAY(SELECT DISTINCT a.file_id FROM answers a
                       JOIN registrations r ON r.id = a.registration_id
                      WHERE r.person_id = ANY(:people) AND a.file_id IS NOT NULL) AS files,
               ARRAY(SELECT account_id FROM people
                      WHERE id = ANY(:people) AND account_id IS NOT NULL) AS accounts,
               ARRAY(SELECT email FROM people WHERE id = ANY(:people)
                     UNION SELECT unnest(addresses) FROM people WHERE id = ANY(:people)) AS emails
    )
    SELECT own.registrations, own.links, own.emails, own.accounts, own.files,
           ARRAY(SELECT f.id FROM unnest(own.files) AS f (id)
                  WHERE NOT EXISTS (SELECT FROM answers a
                                     WHERE a.file_id = f.id
                                       AND a.registration_id <> ALL(own.registrations))
                    AND NOT EXISTS (SELECT FROM credentials c
                                     WHERE c.file_id = f.id)) AS lone_files,
           ARRAY(SELECT a.id FROM accounts a WHERE a.id = ANY(own.accounts)
                    AND NOT EXISTS (SELECT FROM grants g
                                     WHERE g.account_id = a.id AND g.revoked_at IS NULL)
                    AND NOT EXISTS (SELECT FROM people p
                                     WHERE p.account_id = a.id AND p.id <> ALL(:people)
                                       AND p.anonymized_at IS NULL)) AS lone_accounts,
           ARRAY(SELECT e.address FROM unnest(own.emails) AS e (address)
                  WHERE NOT EXISTS (SELECT FROM people p
                                     WHERE p.id <> ALL(:people)
                                       AND (p.email = e.address OR e.address = ANY(p.addresses)))
                    AND NOT EXISTS (SELECT FROM accounts a
                                     WHERE a.email = e.address
                                       AND a.id <> ALL(own.accounts))) AS lone_emails
      FROM own
    """
)
"""Accounts with a right, or of somebody else too, and addresses that somebody else has as well are
not erased with a person."""


async def find_hold(
    session: AsyncSession, *, meeting_id: UUID | None = None, person_id: UUID | None = None
) -> LegalHold | None:
    statement = select(LegalHold).where(
        col(LegalHold.meeting_id) == meeting_id
        if meeting_id is not None
        else col(LegalHold.person_id) == person_id
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def list_held_registrations(session: AsyncSession, meeting_id: UUID) -> Sequence[UUID]:
    """Of people on whom there is a legal hold."""
    held = await list_held_people(session)
    statement = select(Registration.id).where(
        col(Registration.meeting_id) == meeting_id, col(Registration.person_id).in_(held)
    )
    return (await session.execute(statement)).scalars().all()


async def list_held_people(session: AsyncSession) -> Sequence[UUID]:
    """Who is held by themselves: all entries of them, whichever of these the hold is on, so that no
    merge takes anybody out of it.
    """
    return (await session.execute(_HELD)).scalars().all()


async def lock_people(session: AsyncSession, person_id: UUID) -> Sequence[Person]:
    """The person and whoever was merged into them, whom nobody names until this is over."""
    found = {person_id}
    while True:
        statement = (
            select(Person)
            .where(col(Person.id).in_(found) | col(Person.merged_into).in_(found))
            .order_by(col(Person.id))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        people = (await session.execute(statement)).scalars().all()
        if len(people) == len(found):
            return people
        found = {each.id for each in people}


async def list_obstacles(
    session: AsyncSession, people: Collection[UUID], now: datetime
) -> list[AnonymizationObstacle]:
    values = {"people": list(people), "now": now}
    return [AnonymizationObstacle(row[0]) for row in await session.execute(_OBSTACLES, values)]


async def find_subject(session: AsyncSession, people: Collection[UUID], *, lone: bool) -> Subject:
    """What stands for these people; only what nobody else has where `lone`."""
    row = (await session.execute(_STANDING, {"people": list(people)})).one()
    return Subject(
        people=tuple(people),
        registrations=tuple(row.registrations),
        links=tuple(row.links),
        accounts=tuple(row.lone_accounts if lone else row.accounts),
        files=tuple(row.lone_files if lone else row.files),
        emails=tuple(row.lone_emails if lone else row.emails),
    )


async def list_meetings_of(session: AsyncSession, people: Collection[UUID]) -> Sequence[Meeting]:
    """The meetings that they were ever registered for."""
    of = select(Registration.meeting_id).where(col(Registration.person_id).in_(people))
    statement = select(Meeting).where(col(Meeting.id).in_(of)).order_by(col(Meeting.id))
    return (await session.execute(statement)).scalars().all()


async def list_unsettled(session: AsyncSession, people: Collection[UUID]) -> Sequence[Meeting]:
    """Those of them for which it is not written down yet what they are counted by."""
    of = (
        select(Registration.meeting_id)
        .outerjoin(
            CountedRegistration, col(CountedRegistration.registration_id) == col(Registration.id)
        )
        .where(
            col(Registration.person_id).in_(people),
            col(CountedRegistration.registration_id).is_(None),
        )
    )
    statement = select(Meeting).where(col(Meeting.id).in_(of)).order_by(col(Meeting.id))
    return (await session.execute(statement)).scalars().all()


async def list_ended(session: AsyncSession, now: datetime, days: int) -> list[UUID]:
    """Meetings whose retention is over and of which something may be left, the oldest first."""
    rows = await session.execute(_ENDED, {"now": now, "days": days})
    return list(rows.scalars())


async def lock_released(session: AsyncSession, after: UUID, batch: int) -> list[UUID]:
    """The next people of whom every meeting was anonymized and whom nothing else keeps."""
    values = {"after": after, "batch": batch}
    return list((await session.execute(_RELEASED, values)).scalars())


async def list_log(session: AsyncSession, subject: Subject, limit: int) -> Sequence[Any]:
    """Entries about them: of their meetings, and of themselves."""
    statement = text(
        """
        SELECT e.id, e.name, e.recorded_at, e.actor_kind, e.subject_id, e.meeting_id, e.data
          FROM events e
         WHERE e.meeting_id IN (SELECT r.meeting_id FROM registrations r
                                 WHERE r.id = ANY(CAST(:registrations AS uuid[])))
           AND (e.subject_id = ANY(CAST(:ids AS uuid[]))
                OR e.data ->> 'person_id' = ANY(CAST(:named AS text[])))
         ORDER BY e.id LIMIT :limit
        """
    )
    values = {
        "registrations": list(subject.registrations),
        "ids": subject.values["ids"],
        "named": [str(each) for each in subject.people],
        "limit": limit,
    }
    return (await session.execute(statement, values)).all()


async def forget_answers(session: AsyncSession, before: datetime, batch: int) -> int:
    """Delete stored answers that were given before; how many."""
    statement = text(
        "DELETE FROM idempotency_keys WHERE scope IN ("
        "SELECT scope FROM idempotency_keys WHERE created_at < :before LIMIT :batch)"
    )
    return await _deleted(session, statement, before, batch)


async def forget_unmatched(session: AsyncSession, before: datetime, batch: int) -> int:
    """Delete mails that came in before and belong to no meeting; how many."""
    statement = text(
        "DELETE FROM incoming_mails WHERE id IN ("
        "SELECT id FROM incoming_mails WHERE meeting_id IS NULL AND received_at < :before"
        " LIMIT :batch)"
    )
    return await _deleted(session, statement, before, batch)


async def _deleted(session: AsyncSession, statement: Any, before: datetime, batch: int) -> int:
    result = await session.execute(statement, {"before": before, "batch": batch})
    return int(result.rowcount)  # type: ignore[attr-defined]  # a DELETE has it
