"""The main job, end to end, on the reference meeting: the walk that `make run` makes, as a test."""

from pathlib import Path

import asyncpg
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
    await engine.dispose()
