"""Very many registrations of one meeting, put in without the API."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

ENTITIES = 46
FIRST = (
    "{Amina,Zoë,José,Søren,Łukasz,Иван,Ольга,محمد,فاطمة,小明,丽,Chloé,Ana,Bruno,Đorđe,Ines,Omar}"
)
LAST = (
    "{Rossi,Okafor,Álvarez,Müller,Ёлкин,Иванова,علي,الحسن,王,李,Dupont,Silva,Nowak,Haddad,O'Brien}"
)
_CROWD = (
    "SET LOCAL statement_timeout = 0",
    """
    INSERT INTO entities (id, created_at, handle, abbreviation, name, category, timezone, language)
    SELECT md5('crowd' || n)::uuid, now(), 'crowd-' || n, 'CROWD' || n,
           jsonb_build_object('en', 'Organization ' || n), 'other', 'UTC', 'en'
      FROM generate_series(1, :entities) AS n
    """,
    """
    INSERT INTO people (id, created_at, entity_id, name, job_title, email)
    SELECT md5('attendee' || n)::uuid, now(), md5('crowd' || 1 + n % :entities)::uuid,
           (CAST(:first AS text[]))[1 + n % 17] || ' ' || (CAST(:last AS text[]))[1 + n % 15]
               || ' ' || n,
           'Officer ' || n, 'attendee' || n || '@example.org'
      FROM generate_series(1, :number) AS n
    """,
    """
    INSERT INTO invitations (id, created_at, meeting_id, entity_id, status, seat_quota, seats_taken,
                             sent_at)
    SELECT md5('invited' || n)::uuid, now(), CAST(:meeting AS uuid), md5('crowd' || n)::uuid,
           'accepted', 100000,
           (SELECT count(*) FROM generate_series(1, :number) AS r
             WHERE 1 + r % :entities = n AND r % 1000 <> 0), now()
      FROM generate_series(1, :entities) AS n
    """,
    """
    INSERT INTO registrations (id, created_at, meeting_id, invitation_id, entity_id, person_id,
                               role, status, takes_seat, queue_number, calendar_sequence,
                               confirmed_at, participation, replied_sequence, listed)
    SELECT md5('registered' || n)::uuid, now(), CAST(:meeting AS uuid),
           md5('invited' || 1 + n % :entities)::uuid, md5('crowd' || 1 + n % :entities)::uuid,
           md5('attendee' || n)::uuid,
           CASE WHEN n <= :entities THEN 'head_of_delegation' ELSE 'representative' END,
           CASE WHEN n % 1000 = 0 THEN 'waiting' ELSE 'confirmed' END, true, n, 0,
           CASE WHEN n % 1000 = 0 THEN NULL ELSE now() END,
           CASE WHEN n % 2000 = 0 THEN 'declined' ELSE 'needs_action' END, 0,
           CASE WHEN n % 3 = 0 THEN 'yes' ELSE 'not_asked' END
      FROM generate_series(1, :number) AS n
    """,
    """
    UPDATE meetings
       SET seats_taken = (SELECT count(*) FROM registrations WHERE status = 'confirmed')
     WHERE id = CAST(:meeting AS uuid)
    """,
    "ANALYZE",
)
"""The last statement is what a bulk load needs: without it plans rest upon empty tables."""


async def register_crowd(session: AsyncSession, meeting_id: str, number: int) -> None:
    """So many registrations of several entities, some of which wait or have declined."""
    values: dict[str, Any] = {
        "number": number,
        "entities": ENTITIES,
        "meeting": meeting_id,
        "first": list(FIRST.strip("{}").split(",")),
        "last": list(LAST.strip("{}").split(",")),
    }
    for statement in _CROWD:
        wanted = {name: value for name, value in values.items() if f":{name}" in statement}
        await session.execute(text(statement), wanted)
