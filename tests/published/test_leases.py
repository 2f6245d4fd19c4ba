"""What a process keeps is never older than the last change that anybody was told of."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import psycopg
import pytest
from fastapi import FastAPI

from app.core.finished import Found, Kept, Question
from app.core.leases import LENGTH, Lease
from app.settings import Settings
from tests.agenda.planning import Planning, item
from tests.conftest import app_of, running
from tests.statements import counted
from tests.waiting import until

RENAME = 'UPDATE meetings SET title = \'{"en": "Renamed"}\''
WITHOUT = """
    DROP TRIGGER agenda_versions_leases ON agenda_versions;
    DROP TRIGGER public_pages_leases ON public_pages;
    DROP TRIGGER meetings_leases ON meetings
"""


@pytest.fixture
async def readers(settings: Settings) -> AsyncIterator[list[FastAPI]]:
    """Two processes that keep what they read, each with connections of its own."""
    keeping = settings.model_copy(update={"public_cache": 1})
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running(app_of(keeping))) for _ in range(2)]


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def client_of(planning: Planning, app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    client = httpx.AsyncClient(transport=transport, base_url="http://test")
    return await planning.world.stack.enter_async_context(client)


async def kept(client: httpx.AsyncClient, path: str) -> httpx.Response:
    """An answer that its process has kept by now."""
    await client.get(path)
    return await client.get(path)


async def test_answers_come_from_memory_while_nothing_changes(
    planning: Planning, readers: list[FastAPI]
) -> None:
    await planning.put(item())
    await planning.issue()
    client = await client_of(planning, readers[0])
    for path in (planning.public, planning.public.removesuffix("/agenda")):
        first = await kept(client, path)
        pool = await readers[0].state.database.reads()
        asked: list[Any] = []
        for holder in pool._holders:  # the pool's own connections
            if holder._con is not None:
                holder._con.add_query_logger(asked.append)
        with counted(readers[0]) as statements:
            second = await client.get(path)
            known = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (second.content, second.headers["etag"]) == (first.content, first.headers["etag"])
        assert (known.status_code, known.content) == (304, b"")
        assert (asked, statements) == ([], [])


async def test_nobody_is_told_less_than_was_true_when_they_asked(
    planning: Planning, readers: list[FastAPI]
) -> None:
    await planning.put(item())
    issued = (await planning.issue())["number"]
    stale: list[tuple[int, int]] = []

    async def read(client: httpx.AsyncClient) -> None:
        while issued < 3:
            before = issued
            number = (await client.get(planning.public)).json()["number"]
            stale.extend([(before, number)] if number < before else [])

    async def issue() -> None:
        nonlocal issued
        for _ in range(2):
            issued = (await planning.issue())["number"]

    clients = [await client_of(planning, app) for app in readers]
    await asyncio.gather(issue(), *(read(client) for client in clients * 2))
    assert stale == []


@pytest.mark.parametrize("protocol", [True, False])
async def test_without_the_locks_of_the_database_old_answers_would_be_given(
    planning: Planning,
    readers: list[FastAPI],
    connection: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    protocol: bool,
) -> None:
    """A control: the same calls, with and without them."""
    if not protocol:
        await connection.execute(WITHOUT)
        monkeypatch.setattr("app.core.leases.LENGTH", 60)
    await planning.put(item())
    await planning.issue()
    client = await client_of(planning, readers[0])
    assert (await kept(client, planning.public)).json()["number"] == 1
    await planning.issue()
    assert (await client.get(planning.public)).json()["number"] == (2 if protocol else 1)


async def test_every_kind_of_change_is_seen_at_once(
    planning: Planning, readers: list[FastAPI], set_clock: Callable[[datetime], None]
) -> None:
    """Whatever the clocks of the service show meanwhile."""
    client = await client_of(planning, readers[0])
    meeting = planning.public.removesuffix("/agenda")
    calendar = f"{meeting}/calendar.ics"
    await planning.put(item("Opening", minutes=5))
    await planning.issue()
    for years in (1, -1):
        set_clock(datetime.now(UTC) + timedelta(days=365 * years))
        before = [await kept(client, path) for path in (meeting, calendar, planning.public)]
        assert [each.status_code for each in before] == [200] * 3
        await planning.organizer.post(f"{planning.path}/postpone")
        assert (await client.get(meeting)).json()["status"] == "postponed"
        assert "TENTATIVE" in (await client.get(calendar)).text
        times = {"local_start": "2021-10-15T10:00:00", "local_end": "2021-10-15T13:00:00"}
        await planning.organizer.post(f"{planning.path}/reschedule", json=times)
        assert (await client.get(meeting)).json()["local_start"] == times["local_start"]
    current = await planning.organizer.get(planning.path)
    match = {"If-Match": current.headers["etag"]}
    await planning.organizer.patch(planning.path, json={"public": False}, headers=match)
    hidden = [await client.get(path) for path in (meeting, calendar, planning.public)]
    assert [each.status_code for each in hidden] == [404] * 3


async def test_who_changes_something_waits_for_leases_and_for_nothing_else(
    planning: Planning, connection: asyncpg.Connection, database_url: str
) -> None:
    await connection.execute("SET lock_timeout = '1ms'")
    await connection.execute(RENAME)  # nobody holds a lease
    holder = await asyncpg.connect(database_url)
    await holder.execute("BEGIN")
    before = await holder.fetchval("SELECT take_public_lease(60000)")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await connection.execute(RENAME)
    await connection.execute("UPDATE meetings SET seats_taken = 1")  # which nobody sees
    await connection.execute("UPDATE meetings SET public = false WHERE status = 'draft'")
    await holder.execute("ROLLBACK; BEGIN")
    await connection.execute(RENAME)
    assert await holder.fetchval("SELECT take_public_lease(60000)") == before + 1
    await holder.close()


async def test_while_something_changes_readers_ask_the_database(
    planning: Planning, readers: list[FastAPI], connection: asyncpg.Connection
) -> None:
    """They are not kept waiting, and what they are told is what is true until the commit."""
    client = await client_of(planning, readers[0])
    path = planning.public.removesuffix("/agenda")
    async with connection.transaction():
        await connection.execute(RENAME)
        await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert (await kept(client, path)).json()["title"] == {"en": "6th meeting"}
        assert not readers[0].state.finished.lease.holds()
    assert (await client.get(path)).json()["title"] == {"en": "Renamed"}


async def test_the_lease_of_somebody_who_died_runs_out(
    planning: Planning, connection: asyncpg.Connection, database_url: str
) -> None:
    """Of one that does not even hang up, by the server's own clock."""
    silent = await asyncpg.connect(database_url)
    await silent.execute("BEGIN")
    assert await silent.fetchval("SELECT take_public_lease(200)") is not None
    await connection.execute("SET lock_timeout = '10s'")
    started = time.monotonic()
    await connection.execute(RENAME)
    assert 0.1 < time.monotonic() - started < 5
    silent.terminate()


async def test_a_lease_is_not_believed_in_once_the_server_has_hung_up(
    app: FastAPI, database_url: str
) -> None:
    """At once, before the loop has read that."""
    lease = Lease(app.state.database.connect, lambda: 100.0)
    await lease.renew()
    assert lease.holds()
    held = lease._connection
    assert held is not None
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [held.get_server_pid()])
    assert not held.is_closed()
    assert not lease.holds()
    await lease.close()


async def test_a_lease_ends_by_a_clock_that_nobody_sets(app: FastAPI) -> None:
    now = 100.0
    lease = Lease(app.state.database.connect, lambda: now)
    await lease.renew()
    state = lease.state
    now += LENGTH * 0.99
    assert lease.holds()
    now += LENGTH * 0.02
    assert not lease.holds()
    await lease.renew()
    assert (lease.holds(), lease.state) == (True, state)
    await lease.close()
    await lease.renew()
    assert (lease.holds(), lease.state) == (False, None)


async def test_a_lease_that_nobody_asks_for_is_given_back(
    app: FastAPI, connection: asyncpg.Connection
) -> None:
    lease = Lease(app.state.database.connect)
    await lease.renew()
    assert lease._connection is not None
    assert lease._connection.is_in_transaction()
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'"

    async def given_back() -> bool:
        return not await connection.fetchval(held)

    await until(given_back)
    assert not lease.holds()
    assert lease.state is not None
    await lease.close()


async def test_many_change_at_once_while_many_read(
    planning: Planning, readers: list[FastAPI]
) -> None:
    others = [
        await Planning.of(planning.world, handle=f"other-{n}", committee=planning.committee)
        for n in range(4)
    ]
    clients = [await client_of(planning, app) for app in readers]
    for each in others:
        await each.put(item())
    done = 0

    async def change(each: Planning) -> None:
        nonlocal done
        issued = (await each.issue())["number"]
        seen = [(await client.get(each.public)).json()["number"] for client in clients]
        assert seen == [issued] * 2
        done += 1

    async def read(client: httpx.AsyncClient) -> None:
        while done < len(others):
            for each in others:
                await client.get(each.public)

    await asyncio.gather(*map(change, others), *map(read, clients))
    assert done == len(others)


async def test_without_a_database_nothing_is_answered_from_memory_for_long(
    planning: Planning, readers: list[FastAPI]
) -> None:
    client = await client_of(planning, readers[0])
    path = planning.public.removesuffix("/agenda")
    await kept(client, path)
    app = readers[0]
    app.state.finished.lease._drop()
    app.state.finished.lease._connect = failing
    assert (await client.get(path)).status_code == 200  # the pool still works
    await (await app.state.database.reads()).close()
    assert (await client.get(path)).status_code == 503


async def failing() -> Any:
    raise ConnectionRefusedError


def test_memory_is_bounded_and_who_was_asked_for_last_stays() -> None:
    kept, state = Kept(limit=5_000), (1, 1)
    questions = [Question("SELECT", f"m-{n}") for n in range(4)]
    assert [kept.find(each, state) for each in questions] == [None] * 4
    for each in questions[:3]:
        kept.keep(each, Found.of("tag", b"x" * 500, None), state)
    assert kept.size == 4_500
    assert kept.find(questions[0], state) is not None
    kept.keep(questions[3], Found.of("tag", b"x" * 500, None), state)
    assert [kept.find(each, state) is not None for each in questions] == [True, False, True, True]
    kept.keep(questions[1], Found.of("tag", b"x" * 9_000, None), state)
    assert (kept.size, kept.find(questions[1], state)) == (4_500, None)
    kept.keep(
        questions[1], Found.of("tag", b"x", None), (1, 2)
    )  # of another state than what is kept
    assert kept.find(questions[1], state) is None
    assert [kept.find(each, (2, 1)) for each in questions] == [None] * 4
    assert kept.size == 0
