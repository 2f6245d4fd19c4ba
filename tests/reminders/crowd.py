"""Very many invitations to one meeting, each with a focal point, put in without the API."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_CROWD = [
    """
    INSERT INTO entities (id, created_at, handle, abbreviation, name, category, timezone, language)
    SELECT md5('entity' || n)::uuid, :at, 'crowd-' || n, 'CROWD' || n, '{"en": "Crowd"}', 'other',
           'UTC', 'en'
      FROM generate_series(1, :number) AS n
      ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO accounts (id, created_at, kind, name)
    SELECT md5('account' || n)::uuid, :at, 'person', 'Crowd ' || n
      FROM generate_series(1, :number) AS n
      ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO people (id, created_at, entity_id, name, email, account_id)
    SELECT md5('person' || n)::uuid, :at, md5('entity' || n)::uuid, 'Crowd ' || n,
           'crowd' || n || '@example.org', md5('account' || n)::uuid
      FROM generate_series(1, :number) AS n
      ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO grants (id, created_at, account_id, role, entity_id)
    SELECT md5('grant' || n)::uuid, :at, md5('account' || n)::uuid, 'focal_point',
           md5('entity' || n)::uuid
      FROM generate_series(1, :number) AS n
      ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO focal_points (id, created_at, entity_id, person_id, kind, grant_id)
    SELECT md5('focal' || n)::uuid, :at, md5('entity' || n)::uuid, md5('person' || n)::uuid,
           'principal', md5('grant' || n)::uuid
      FROM generate_series(1, :number) AS n
      ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO invitations (id, created_at, meeting_id, entity_id, status, seat_quota, seats_taken,
                             sent_at)
    SELECT md5(:meeting || n)::uuid, :at, CAST(:meeting AS uuid), md5('entity' || n)::uuid,
           'sent', 5, 0, :at
      FROM generate_series(1, :number) AS n
      ON CONFLICT DO NOTHING
    """,
    "ANALYZE",
]


async def invite_crowd(session: AsyncSession, meeting_id: str, number: int, at: object) -> None:
    """So many entities with a focal point each, invited at this instant; the same for every
    meeting.
    """
    for statement in _CROWD:
        names = {"number": number, "at": at, "meeting": meeting_id}
        wanted = {name: value for name, value in names.items() if f":{name}" in statement}
        await session.execute(text(statement), wanted)
