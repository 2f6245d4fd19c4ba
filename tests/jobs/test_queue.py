"""Jobs are done one at a time for each key, again when they failed, and after their worker died."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from procrastinate import App

from app.deployment import database_address
from app.jobs.queue import QUEUE, Again, Patience, TryLater, enqueue, make_queue, rescue, run
from app.settings import Settings
from tests.waiting import until

QUICK = Patience(heartbeat=0.1, dead_after=0.5, shutdown=5)
TASK = "note"


@pytest.fixture
async def queue(settings: Settings) -> AsyncIterator[App]:
    queue = make_queue(database_address(settings))
    async with queue.open_async():
        yield queue


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@asynccontextmanager
async def working(queue: App) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(run(queue, QUICK, stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await task


async def _reached(done: list[str], count: int) -> bool:
    return len(done) == count


async def test_a_key_waits_once(queue: App, connection: Any) -> None:
    await enqueue(queue, TASK, ["a", "b"])
    await enqueue(queue, TASK, ["a"])
    await enqueue(queue, TASK, [])
    rows = await connection.fetch("SELECT args->>'key' AS key FROM procrastinate_jobs ORDER BY id")
    assert [row["key"] for row in rows] == ["a", "b"]


async def test_a_job_is_done_again_until_it_succeeds_and_then_is_gone(
    queue: App, connection: Any
) -> None:
    done: list[str] = []
    faults: list[Exception] = [TryLater(timedelta(milliseconds=1)), TryLater(timedelta(0))]

    @queue.task(name=TASK, queue=QUEUE, retry=Again())
    async def note(key: str) -> None:
        if faults:
            raise faults.pop(0)
        done.append(key)

    async with working(queue):
        await enqueue(queue, TASK, ["a"])
        await until(lambda: _reached(done, 1))
    assert done == ["a"]
    assert await connection.fetchval("SELECT count(*) FROM procrastinate_jobs") == 0


async def test_the_job_of_a_dead_worker_is_taken_up_again(queue: App, connection: Any) -> None:
    done: list[str] = []

    @queue.task(name=TASK, queue=QUEUE, retry=Again())
    async def note(key: str) -> None:
        done.append(key)

    await enqueue(queue, TASK, ["a", "b"])
    await connection.execute(
        """
        WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)
                      VALUES (now() - interval '1 minute') RETURNING id)
        UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id FROM dead
        """
    )
    async with working(queue):
        await rescue(queue, QUICK)
        await until(lambda: _reached(done, 2))
    assert sorted(done) == ["a", "b"]


async def test_a_job_whose_end_got_lost_is_known_by_its_age(queue: App, connection: Any) -> None:
    await enqueue(queue, TASK, ["a"])
    await connection.execute(
        """
        WITH alive AS (INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id)
        UPDATE procrastinate_jobs SET status = 'doing', worker_id = alive.id FROM alive
        """
    )
    await rescue(queue, Patience())
    assert await connection.fetchval("SELECT status::text FROM procrastinate_jobs") == "doing"
    await connection.execute("UPDATE procrastinate_events SET at = at - interval '1 hour'")
    await rescue(queue, Patience())
    assert await connection.fetchval("SELECT status::text FROM procrastinate_jobs") == "todo"


async def test_a_lost_database_is_known_as_one() -> None:
    queue = make_queue("nobody@127.0.0.1:1/nothing")
    vars(queue.connector)["_pool_args"]["timeout"] = 0.2
    async with queue.open_async():
        with pytest.raises(ConnectionError):
            await enqueue(queue, TASK, ["a"])
