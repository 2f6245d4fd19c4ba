"""The end of answers and needs: each question says for how long its answers are kept.

Whoever looks after personal data asks `list_due` for the meetings, locks one, and calls `end_some`
until nothing is left. `spared` are registrations whose data is held for a reason of law.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.events import record
from app.files import service as files
from app.meetings.service import about
from app.meetings.tables import Meeting
from app.registrations.events import AnswersEnded

_DUE = text(
    """
    WITH ended AS (
        SELECT DISTINCT f.meeting_id, f.number, q ->> 'id' AS question_id
          FROM form_versions f
          JOIN meetings m ON m.id = f.meeting_id
         CROSS JOIN jsonb_array_elements(f.questions) AS q
         WHERE m.status NOT IN ('draft', 'postponed')
           AND m.ends_at + make_interval(days => (q ->> 'retention_days')::int) < :now
    )
    SELECT m.id FROM meetings m
     WHERE EXISTS (SELECT FROM ended e
                     JOIN answers a ON (a.meeting_id, a.form_version, a.question_id)
                                       = (e.meeting_id, e.number, e.question_id)
                    WHERE e.meeting_id = m.id)
        OR m.status NOT IN ('draft', 'postponed')
           AND m.ends_at + make_interval(days => m.needs_retention_days) < :now
           AND EXISTS (SELECT FROM registrations r
                        WHERE r.meeting_id = m.id AND r.needs IS NOT NULL)
     ORDER BY m.id
    """
)
_SPARED = bindparam("spared", type_=ARRAY(Uuid))
_ANSWERS = text(
    """
    WITH gone AS (
        SELECT a.id FROM answers a
          JOIN meetings m ON m.id = a.meeting_id
          JOIN form_versions f ON (f.meeting_id, f.number) = (a.meeting_id, a.form_version)
         CROSS JOIN jsonb_array_elements(f.questions) AS q
         WHERE a.meeting_id = :meeting AND q ->> 'id' = a.question_id
           AND a.registration_id <> ALL(:spared)
           AND m.ends_at + make_interval(days => (q ->> 'retention_days')::int) < :now
         LIMIT :rows
    )
    DELETE FROM answers a USING gone, registrations r
     WHERE a.id = gone.id AND r.id = a.registration_id
    RETURNING a.question_id, a.file_id, r.entity_id
    """
).bindparams(_SPARED)
_NEEDS = text(
    """
    UPDATE registrations SET needs = NULL
     WHERE id IN (SELECT r.id FROM registrations r JOIN meetings m ON m.id = r.meeting_id
                   WHERE m.id = :meeting AND r.needs IS NOT NULL AND r.id <> ALL(:spared)
                     AND m.ends_at + make_interval(days => m.needs_retention_days) < :now
                   LIMIT :rows)
    RETURNING id
    """
).bindparams(_SPARED)


@dataclass(frozen=True, slots=True)
class Ended:
    """What was let go of at a time."""

    answers: dict[str, int]
    """By question."""
    needs: int

    def __bool__(self) -> bool:
        return bool(self.answers or self.needs)


async def list_due(session: AsyncSession, now: datetime) -> list[UUID]:
    """Meetings of which answers or needs are kept for longer than was said.

    One that is postponed has no end yet.
    """
    return list((await session.execute(_DUE, {"now": now})).scalars())


async def end_some(
    session: AsyncSession,
    meeting: Meeting,
    now: datetime,
    *,
    rows: int = 500,
    spared: Collection[UUID] = (),
) -> Ended:
    """Delete some of what has reached its end, files that were answers too; the meeting's row is
    locked. The log says how many, and of which questions.
    """
    values = {"meeting": meeting.id, "now": now, "rows": rows, "spared": list(spared)}
    gone = (await session.execute(_ANSWERS, values)).all()
    for _, file_id, entity_id in gone:
        if file_id is not None:
            await files.delete_unused(session, meeting, entity_id, file_id)
    needs = len((await session.execute(_NEEDS, values)).all())
    ended = Ended(dict(Counter(row[0] for row in gone)), needs)
    if ended:
        record(session, AnswersEnded(**about(meeting), questions=ended.answers, needs=needs))
        await session.flush()
    return ended
