"""The main job, end to end, on the reference meeting: the walk that `make run` makes, as a test."""

from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from app import demo
from app.check import wrongs
from app.core.database import Database
from app.demo.stage import Post
from app.deployment import database_settings
from app.meetings.tables import Meeting
from app.outcomes.report import verification
from app.privacy import running
from app.privacy.running import Terms
from app.settings import Settings


async def test_the_sixth_meeting_happens(database_url: str, tmp_path: Path) -> None:
    told: list[str] = []
    assert await demo.load(database_url, tmp_path, told.append) == "coordination-committee-6"
    assert told[-1] == "  adjourned and closed: 95 representatives of 23 member entities"
    assert not (tmp_path / "rehearsal-clock").exists()
    connection = await asyncpg.connect(database_url)
    answers = await connection.fetch("SELECT status, count(*) FROM invitations GROUP BY 1")
    assert sorted(tuple(row) for row in answers) == [
        ("accepted", 23),
        ("declined", 9),
        ("sent", 8),
        ("tentative", 3),
    ]
    seats = await connection.fetch("SELECT status, count(*) FROM registrations GROUP BY 1")
    assert sorted(tuple(row) for row in seats) == [("confirmed", 95), ("waiting", 1)]
    mails = await connection.fetchval("SELECT count(DISTINCT recipient) FROM messages")
    chairs = 8
    assert mails == 43 + 95 + 1 + 6 + chairs, "briefers are among the representatives"
    outside = "SELECT count(*) FROM people WHERE email NOT LIKE '%.example.org'"
    assert await connection.fetchval(outside) == 0
    await connection.close()
    engine = create_async_engine(database_url.replace("postgresql", "postgresql+asyncpg", 1))
    async with AsyncSession(engine) as session:
        assert await wrongs(session) == []
        words = await named(session)
        assert await holding(session, words, "SELECT data::text FROM events") == []
        assert (await verified(session)).equal
    await forgotten(database_url)
    async with AsyncSession(engine) as session:
        assert await wrongs(session) == []
        assert (await verified(session)).equal
        rows = "SELECT concat(t) FROM people t UNION ALL SELECT concat(t) FROM messages t"
        acting = "SELECT name FROM people WHERE anonymized_at IS NULL"
        assert len(set((await session.execute(text(acting))).scalars())) == 43
        left = await holding(session, words, rows)
        assert len(left) <= 2 * 43, "the focal points go on"
    await engine.dispose()


async def named(session: AsyncSession) -> set[str]:
    """Names and addresses of everybody who stands in some table."""
    known = """
        SELECT name FROM people UNION SELECT email FROM people UNION SELECT name FROM panellists
        UNION SELECT email FROM panellists UNION SELECT email FROM accounts
        UNION SELECT contact_email FROM committees
        UNION SELECT jsonb_path_query(contacts, '$[*].email') #>> '{}' FROM meetings
        UNION SELECT name FROM accounts WHERE email IS NOT NULL
    """
    words = set((await session.execute(text(known))).scalars()) - {None}
    assert len(words) > 250
    return words


async def holding(session: AsyncSession, words: set[str], rows: str) -> list[str]:
    """Those of the words that stand somewhere in the rows."""
    entries = "\n".join((await session.execute(text(rows))).scalars())
    return [word for word in words if word in entries]


async def verified(session: AsyncSession) -> Any:
    meeting = (await session.execute(select(Meeting))).scalar_one()
    return await verification(session, meeting)


async def forgotten(database_url: str) -> None:
    """Let the retention of the demo be over, and the worker look."""
    settings = Settings(_env_file=None, DATABASE_URL=database_url)
    database = Database(database_settings(settings))
    async with database.transaction() as session:
        await session.execute(text("UPDATE committees SET retention_days = NULL"))
    await running.look(database, Terms(retention_days=1, unmatched_days=1, answers_hours=24))
    await database.close()


def test_a_mailbox_that_is_just_being_made_has_no_mails_yet(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    for part in ("", "tmp", "new"):
        assert Post(folder).tokens("speak") == {}
        (folder / part).mkdir()
    assert Post(folder).tokens("speak") == {}
