"""The log is numbered in the order of commits and followed without gap or repeat."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.core import clock
from app.core.database import Database
from app.core.ids import new_id
from app.deployment import database_settings
from app.events.log import SYSTEM
from app.events.relay import TRIES, Following, Relay, follow, number
from app.events.tables import LogEntry
from app.settings import Settings


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(database_settings(settings))
    yield database
    await database.close()


def a_fact(name: str = "entity.created") -> LogEntry:
    return LogEntry(name=name, recorded_at=clock.now(), actor_kind=SYSTEM.kind, subject_id=new_id())


async def add(database: Database, count: int) -> list[UUID]:
    async with database.transaction() as session:
        facts = [a_fact() for _ in range(count)]
        session.add_all(facts)
    return [fact.id for fact in facts]


class Reader:
    """A follower that keeps what it has read."""

    def __init__(self) -> None:
        self.read: list[UUID] = []
        self.fault: UUID | None = None

    async def __call__(self, session: AsyncSession, entry: LogEntry) -> None:
        if entry.id == self.fault:
            raise ValueError("this one is too much")
        self.read.append(entry.id)


async def test_entries_are_numbered_as_they_are_committed(database: Database) -> None:
    async with AsyncSession(database.engine, expire_on_commit=False) as slow:
        early = a_fact()
        slow.add(early)
        await slow.flush()
        late = await add(database, 3)
        async with database.transaction() as session:
            assert await number(session) == 3
        await slow.commit()
    async with database.transaction() as session:
        assert await number(session) == 1
        assert await number(session) == 0
        rows = await session.execute(
            select(LogEntry.id, LogEntry.sequence).order_by(col(LogEntry.sequence))
        )
    expected = [(late[0], 1), (late[1], 2), (late[2], 3), (early.id, 4)]
    assert [tuple(row) for row in rows] == expected


async def test_a_slow_commit_is_passed_over_by_nobody(database: Database) -> None:
    reader = Reader()
    relay = Relay(database, [Following("reader", reader)])
    async with AsyncSession(database.engine, expire_on_commit=False) as slow:
        early = a_fact()
        slow.add(early)
        await slow.flush()
        late = await add(database, 2)
        await relay.advance()
        assert reader.read == late
        await slow.commit()
    await relay.advance()
    assert reader.read == [*late, early.id]


async def test_batches_follow_each_other_until_the_end(database: Database) -> None:
    expected = await add(database, 7)
    reader = Reader()
    relay = Relay(database, [Following("reader", reader)], batch=3)
    passes = 1
    while await relay.advance():
        passes += 1
    assert (reader.read, passes) == (expected, 3)


async def test_followers_keep_their_own_places(database: Database) -> None:
    first = await add(database, 2)
    one, two = Reader(), Reader()
    await Relay(database, [Following("one", one)]).advance()
    second = await add(database, 1)
    both = [Following("one", one), Following("two", two)]
    await Relay(database, both).advance()
    assert (one.read, two.read) == ([*first, *second], [*first, *second])


async def test_a_place_moves_only_with_what_was_done(database: Database) -> None:
    expected = await add(database, 2)
    async with database.transaction() as session:
        await number(session)
    reader = Reader()
    reader.fault = expected[1]
    with pytest.raises(ValueError, match="too much"):
        async with database.transaction() as session:
            await follow(session, "reader", reader)
    reader.read.clear()
    reader.fault = None
    async with database.transaction() as session:
        assert await follow(session, "reader", reader) == 2
    assert reader.read == expected


async def test_one_entry_too_much_does_not_hold_up_the_others(database: Database) -> None:
    ids = await add(database, 4)
    reader = Reader()
    reader.fault = ids[1]
    relay = Relay(database, [Following("reader", reader)])
    failures = 0
    for _ in range(TRIES + 10):
        try:
            await relay.advance()
        except ValueError:
            failures += 1
    assert failures == 1 + TRIES
    assert reader.read == [ids[0], ids[0], ids[2], ids[3]], "the first was rolled back once"


async def test_two_relays_share_the_work_without_repeating_it(database: Database) -> None:
    expected = await add(database, 200)
    one, two = Reader(), Reader()
    relays = [Relay(database, [Following("same", reader)], batch=10) for reader in (one, two)]

    async def until_done(relay: Relay) -> None:
        async with asyncio.timeout(20):
            while len(one.read) + len(two.read) < len(expected):
                await relay.advance()

    await asyncio.gather(*(until_done(relay) for relay in relays))
    assert sorted(one.read + two.read) == expected


async def test_the_log_never_changes(database: Database) -> None:
    await add(database, 1)
    for statement in (
        "UPDATE events SET name = 'x'",
        "UPDATE events SET sequence = 1, name = 'x'",
        "DELETE FROM events",
    ):
        with pytest.raises(DBAPIError):
            async with database.transaction() as session:
                await session.execute(text(statement))
    async with database.transaction() as session:
        rows = await session.execute(select(LogEntry.name).order_by(col(LogEntry.id)))
    assert rows.scalars().all() == ["entity.created"]
