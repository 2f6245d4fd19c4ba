"""Somebody of whom something stands in every table that may hold personal data."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.tables import Values
from app.privacy.declared import TABLES, Declared
from app.privacy.erasing import Subject
from app.privacy.queries import find_subject
from app.schema import metadata
from tests.contract.scene import DAY, Part
from tests.world import World, post

CANARY = "finch"
FOLLOWS = {
    ("people", "search_text"),
    ("person_addresses", "address"),
    ("registrations", "name_key"),
}
"""Written by triggers, of the canaries in the person's own row."""
NEEDED = {
    ("suppressed_addresses", "address"),
    ("panellists", "email"),
    ("named_briefers", "email"),
    ("briefings", "email"),
    ("briefings", "contact_email"),
}
"""By what the row is found; it is one of the person's addresses."""


@dataclass
class Household:
    """A delegate who was at a meeting that is over, with a canary in every field."""

    world: World
    part: Part
    person_id: str

    @property
    def path(self) -> str:
        return f"/v1/entities/{self.part.entity['id']}/people/{self.person_id}"

    @property
    def administrator(self) -> httpx.AsyncClient:
        return self.world.administrator

    async def anonymize(self, **params: Any) -> httpx.Response:
        return await self.administrator.post(f"{self.path}/anonymize", params=params)

    async def subject(self, session: AsyncSession) -> Subject:
        ids = await session.execute(
            text("SELECT id FROM people WHERE id = :id OR merged_into = :id"),
            {"id": self.person_id},
        )
        return await find_subject(session, list(ids.scalars()), lone=False)


async def gathered(world: World, set_clock: Any) -> Household:
    """The delegate of the scene; the meeting has been held and is adjourned."""
    part = await Part.made(world)
    set_clock(DAY)
    await part.open()
    await part.link_session()
    found = await world.administrator.get(
        f"{part.path}/registrations/{part.ids['registration_id']}"
    )
    household = Household(world, part, found.json()["person"]["id"])
    headers = {"Idempotency-Key": "key"}
    answer = await world.administrator.post(
        "/v1/check-ins", json={"token": part.secrets["join_link"]}, headers=headers
    )
    assert answer.is_success, answer.text
    async with world.app.state.database.transaction() as session:
        for statement in FURTHER:
            await session.execute(
                text(statement), {"id": household.person_id, "meeting": part.meeting["id"]}
            )
    await post(world.administrator, f"{part.path}/adjourn", {})
    async with world.app.state.database.transaction() as session:
        await put_canaries(session, household)
    return household


FURTHER = (
    """
    INSERT INTO accounts (id, created_at, kind, name, email)
    VALUES (gen_random_uuid(), now(), 'person', 'X', 'x@example.org')
    """,
    "UPDATE people SET account_id = (SELECT id FROM accounts WHERE name = 'X') WHERE id = :id",
    """
    INSERT INTO tokens (id, created_at, account_id, name, token_hash, hint, scopes, expires_at)
    SELECT gen_random_uuid(), now(), id, 'X', 'x', 'x', '{read}', now()
      FROM accounts WHERE name = 'X'
    """,
    """
    INSERT INTO people (id, created_at, entity_id, name, email, merged_into)
    SELECT gen_random_uuid(), now(), entity_id, 'X', 'merged@example.org', id
      FROM people WHERE id = :id
    """,
    """
    INSERT INTO person_merges (id, created_at, entity_id, kept_id, merged_id, moved, before, after)
    SELECT gen_random_uuid(), now(), entity_id, merged_into, id, '{}', '{}', '{}'
      FROM people WHERE merged_into = :id
    """,
    """
    INSERT INTO messages (id, created_at, event_id, kind, meeting_id, person_id, recipient,
                          language, message_id, state, data, due_at, attempts)
    VALUES (gen_random_uuid(), now(), gen_random_uuid(), 'meeting_changed', :meeting, :id, 'x',
            'en', gen_random_uuid(), 'failed', '{}', now(), 1)
    """,
    """
    INSERT INTO suppressed_addresses (id, created_at, address, since, reason, message_id)
    SELECT gen_random_uuid(), now(), 'finch-people-email@example.org', now(), 'x', id
      FROM messages WHERE person_id = :id LIMIT 1
    """,
    """
    UPDATE panellists SET email = 'finch-people-email@example.org',
           recording_consent = true, recording_consent_at = now()
     WHERE panel_id IN (SELECT id FROM panels WHERE meeting_id = :meeting)
    """,
    """
    INSERT INTO stored_files (id, created_at, meeting_id, entity_id, name, media_type, size, sha256,
                              content)
    SELECT gen_random_uuid(), now(), :meeting, entity_id, 'X', 'application/pdf', 1,
           encode(sha256('x'), 'hex'), 'x'
      FROM people WHERE id = :id
    """,
    """
    UPDATE answers SET file_id = (SELECT id FROM stored_files WHERE name = 'X')
     WHERE id = (SELECT a.id FROM answers a JOIN registrations r ON r.id = a.registration_id
                  WHERE r.person_id = :id LIMIT 1)
    """,
    """
    INSERT INTO confirmed_slots (id, created_at, meeting_id, item_id, person_key, begins, ends)
    SELECT gen_random_uuid(), now(), :meeting, item_id, 'x', 0, 1
      FROM briefings WHERE meeting_id = :meeting
    """,
    """
    UPDATE briefings SET email = 'finch-people-email@example.org', contact_name = 'X',
           contact_email = 'finch-people-email@example.org'
     WHERE meeting_id = :meeting
    """,
    """
    INSERT INTO named_briefers (id, created_at, briefing_id, meeting_id, item_id, name, email,
                                timezone, calendar_sequence, has_entry)
    SELECT gen_random_uuid(), now(), id, meeting_id, item_id, 'X', 'finch-people-email@example.org',
           'UTC', 0, false
      FROM briefings WHERE meeting_id = :meeting
    """,
    """
    INSERT INTO declared_conflicts (id, created_at, meeting_id, item_id, panellist_id, priority,
                                    reason)
    SELECT gen_random_uuid(), now(), a.meeting_id, a.item_id, p.id, 'should_not', 'x'
      FROM panels a JOIN panellists p ON p.panel_id = a.id WHERE a.meeting_id = :meeting LIMIT 1
    """,
    """
    UPDATE people SET statistics_consent_at = now(), gender = 'female', level = 'director'
     WHERE id = :id
    """,
)
"""What the scene's delegate has nothing of yet."""


async def put_canaries(session: AsyncSession, household: Household) -> None:
    """In every field of words that is about them; by the address other rows are found."""
    for declared in sorted(TABLES, key=lambda each: each.table != "people"):
        if declared.of_people is None:
            continue
        for name in canaried(declared):
            if (declared.table, name) not in FOLLOWS | NEEDED:
                values = (await household.subject(session)).values
                await put(session, declared, name, declared.of_people, values)


async def put_meetings_canaries(session: AsyncSession, meeting_id: str) -> None:
    """In every field of words that ends with the meeting."""
    for declared in TABLES:
        if declared.of_meeting is not None:
            ending = declared.emptied(with_meeting=True)
            for name in canaried(declared):
                if not (declared.deleted or name in ending):
                    continue
                values = {"meeting": UUID(meeting_id)}
                await put(session, declared, name, declared.of_meeting, values)


async def put(
    session: AsyncSession, declared: Declared, name: str, condition: str, values: dict[str, Any]
) -> None:
    match metadata.tables[declared.table].columns[name].type:
        case _ if name == "email":
            value = EMAILS[declared.table]
        case ARRAY():
            value = "ARRAY[:word]"
        case JSONB() if name == "contacts":
            value = "jsonb_build_array(jsonb_build_object('name', CAST(:word AS text)))"
        case JSONB():
            value = "jsonb_build_object('x', CAST(:word AS text))"
        case _:
            value = "CAST(:word AS text)"
    statement = f"UPDATE {declared.table} SET {name} = {value} WHERE {condition}"
    result = await session.execute(text(statement), values | {"word": canary(declared, name)})
    rows = result.rowcount  # type: ignore[attr-defined]  # an UPDATE has it
    assert rows > 0, f"nothing to put a canary into: {declared.table}.{name}"


EMAILS = {
    "people": "CAST(:word AS text) || CASE WHEN merged_into IS NULL THEN '' ELSE '-2' END"
    " || '@example.org'",
    "accounts": "CAST(:word AS text) || '@example.org'",
    "panellists": "CAST(:word AS text) || '@example.org'",
    "briefings": "CAST(:word AS text) || '@example.org'",
    "named_briefers": "CAST(:word AS text) || '@example.org'",
}
"""No two may be the same."""


def canary(declared: Declared, name: str) -> str:
    return f"{CANARY}-{declared.table}-{name}".replace("_", "-")


def canaried(declared: Declared) -> list[str]:
    """Its fields of words that are erased and exported."""
    columns = metadata.tables[declared.table].columns
    return [
        name
        for name, each in declared.personal.items()
        if not each.withheld
        and (declared.deleted or each.becomes is not None)
        and isinstance(columns[name].type, Text | JSONB | ARRAY)
        and not isinstance(columns[name].type, Values)
    ]


async def tables_with(session: AsyncSession, word: str) -> list[str]:
    """Every table of the database, of whatever kind, in which the word stands somewhere."""
    names = await session.execute(
        text(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
    )
    found = []
    for name in names.scalars():
        statement = (
            f"SELECT count(*) FROM {name} AS t WHERE CAST(t AS text) LIKE :plain"
            " OR CAST(t AS text) LIKE :hex"
        )
        values = {"plain": f"%{word}%", "hex": f"%{word.encode().hex()}%"}
        if (await session.execute(text(statement), values)).scalar_one():
            found.append(name)
    return found
