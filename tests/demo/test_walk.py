"""The main job, end to end, on the reference meeting: the walk that `make run` makes, as a test."""

from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from app import demo
from app.check import wrongs


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
    assert mails == 43 + 95 + 1
    outside = "SELECT count(*) FROM people WHERE email NOT LIKE '%.example.org'"
    assert await connection.fetchval(outside) == 0
    await connection.close()
    engine = create_async_engine(database_url.replace("postgresql", "postgresql+asyncpg", 1))
    async with AsyncSession(engine) as session:
        assert await wrongs(session) == []
        assert await named_in_the_log(session) == []
    await engine.dispose()


async def named_in_the_log(session: AsyncSession) -> list[str]:
    """Names and addresses of anybody that stand somewhere in the log."""
    known = """
        SELECT name FROM people UNION SELECT email FROM people UNION SELECT name FROM panellists
        UNION SELECT email FROM panellists UNION SELECT email FROM accounts
        UNION SELECT contact_email FROM committees
        UNION SELECT jsonb_path_query(contacts, '$[*].*') #>> '{}' FROM meetings
        UNION SELECT name FROM accounts WHERE kind = 'person'
    """
    words = set((await session.execute(text(known))).scalars()) - {None}
    assert len(words) > 300
    entries = "\n".join((await session.execute(text("SELECT data::text FROM events"))).scalars())
    return [word for word in words if word in entries]
