"""The database dies, hangs, refuses or blocks, and processes are killed: nothing is half done."""

import asyncio
import contextlib
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from app.check import wrongs
from app.embedded import EmbeddedServer, remove_cluster
from app.identity.lifecycle import Role
from app.main import create_app
from app.settings import Settings
from tests.conftest import migrate, running
from tests.contract.process import ApiProcess
from tests.statements import counted
from tests.waiting import until
from tests.world import World, named

KILLS = 10
BACK_WITHIN = 5.0
"""Seconds from the database's return to the first answer."""
PATIENCE = 4.0
"""Seconds for a 503: the default of 1.5 to wait for a connection, and a busy machine."""


@dataclass
class Delegation:
    """Where to register people, and with what token."""

    path: str
    entity: str
    headers: dict[str, str]

    @classmethod
    async def of(cls, world: World) -> "Delegation":
        meeting = await world.scheduled(await world.meeting(await world.committee()))
        entity = await world.entity()
        await world.invitation(meeting, entity, seat_quota=100_000)
        headers = {"Authorization": world.administrator.headers["authorization"]}
        return cls(f"/v1/meetings/{meeting['id']}/registrations", entity["handle"], headers)

    def body(self, number: int) -> dict[str, Any]:
        return named(number, entity=self.entity)


@pytest.fixture
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A server of the test's own, which it may kill; commits are as durable as by default."""
    folder = tmp_path_factory.mktemp("mortal")
    with EmbeddedServer.start(folder, settings={"fsync": "off"}) as server:
        yield server
    remove_cluster(folder)


@dataclass
class Burst:
    """Callers that register people one after the other, whatever comes."""

    client: httpx.AsyncClient
    delegation: Delegation
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000_000)))
    acknowledged: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    slowest_refusal: float = 0.0
    over: bool = False

    async def run(self) -> None:
        while not self.over:
            began = time.monotonic()
            body = self.delegation.body(next(self.numbers))
            answer = await self.client.post(self.delegation.path, json=body)
            self.statuses[answer.status_code] += 1
            if answer.status_code == 201:
                self.acknowledged.add(answer.json()["id"])
            else:
                assert refusal(answer) == (503, "unavailable"), answer.text
                self.slowest_refusal = max(self.slowest_refusal, time.monotonic() - began)
                await asyncio.sleep(0.02)

    async def see(self, status: int, times: int, seconds: float = 60) -> None:
        """Wait until the status came so many more times."""
        wanted = self.statuses[status] + times

        async def enough() -> bool:
            return self.statuses[status] >= wanted

        await until(enough, seconds)


async def test_every_acknowledged_registration_survives_ten_deaths_of_the_database(
    mortal: EmbeddedServer, tmp_path: Path
) -> None:
    mortal.create_database("burst")
    url = mortal.url("burst")
    migrate(url)
    async with running(create_app(settings_for(url, tmp_path))) as app, World.of(app) as world:
        delegation = await Delegation.of(world)
    with ApiProcess(url, tmp_path / "data") as api:
        async with httpx.AsyncClient(
            base_url=api.url, headers=delegation.headers, timeout=60
        ) as client:
            burst = Burst(client, delegation)
            async with asyncio.TaskGroup() as callers:
                for _ in range(6):
                    callers.create_task(burst.run())
                for _ in range(KILLS):
                    await burst.see(201, 5)
                    await asyncio.to_thread(mortal.kill)
                    await burst.see(503, 3)
                    assert (await client.get("/livez")).status_code == 200
                    await asyncio.to_thread(mortal.restart)
                    await burst.see(201, 1, BACK_WITHIN)
                burst.over = True
            assert (await client.get("/readyz")).status_code == 200
    assert set(burst.statuses) == {201, 503}
    assert burst.slowest_refusal < PATIENCE
    assert burst.acknowledged <= await registered(url)
    assert await wrong(url) == []


@pytest.fixture
def nobody_there() -> Iterator[str]:
    """Address of a port that refuses connections."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"postgresql://somebody:secret@127.0.0.1:{held.getsockname()[1]}/none"


@pytest.fixture
def somebody_silent() -> Iterator[str]:
    """Address of a port that takes connections and never says a word."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen(64)
        yield f"postgresql://somebody:secret@127.0.0.1:{held.getsockname()[1]}/none"


@pytest.mark.parametrize("where", ["nobody_there", "somebody_silent"])
async def test_an_unreachable_database_is_a_clean_503(
    where: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue(where)
    async with running(create_app(settings_for(url, tmp_path))) as app, plain(app) as client:
        began = time.monotonic()
        headers = {"Authorization": "Bearer sec_something"}
        asked = [
            client.get("/v1/entities", headers=headers),
            client.post("/v1/entities", headers=headers, json={}),
            client.get("/v1/public/meetings/x-1/agenda"),
            client.get("/readyz"),
            client.get("/livez"),
        ]
        *refused, alive = await asyncio.gather(*asked)
        assert time.monotonic() - began < PATIENCE
    assert [refusal(answer) for answer in refused] == [(503, "unavailable")] * 4
    assert alive.status_code == 200


async def test_an_empty_pool_is_a_clean_503_and_passes(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path, database_pool=2, database_wait=0.5)
    async with running(create_app(settings)) as app, World.of(app) as world:
        engine = app.state.database.engine
        async with engine.connect(), engine.connect():
            began = time.monotonic()
            answer = await world.administrator.get("/v1/entities")
            assert refusal(answer) == (503, "unavailable")
            assert time.monotonic() - began < PATIENCE
            assert (await world.administrator.get("/livez")).status_code == 200
        assert (await world.administrator.get("/v1/entities")).status_code == 200


async def test_a_read_only_database_answers_reads_and_refuses_writes(
    database_url: str, tmp_path: Path
) -> None:
    """As after a failover to a standby; writes go on by themselves once it is promoted."""
    settings = settings_for(database_url, tmp_path)
    async with running(create_app(settings)) as app, World.of(app) as world:
        client, body = world.administrator, {"abbreviation": "ENT", "name": {"en": "Entity"}}
        await read_only(database_url, on=True)
        await settled(client)
        answer = await client.post("/v1/entities", json=body)
        assert refusal(answer) == (503, "unavailable")
        assert (await client.get("/v1/entities")).json()["items"] == []
        assert refusal(await client.get("/readyz")) == (503, "unavailable")
        assert (await client.get("/livez")).status_code == 200
        await read_only(database_url, on=False)
        await settled(client)
        assert (await client.post("/v1/entities", json=body)).status_code == 201
        assert (await client.get("/readyz")).status_code == 200


async def test_slow_senders_hold_no_connection(database_url: str, tmp_path: Path) -> None:
    """More of them than the pool has places; the others are answered meanwhile."""
    settings = settings_for(database_url, tmp_path, database_pool=1, database_wait=0.5)
    async with running(create_app(settings)) as app, World.of(app) as world:
        sending, go_on = asyncio.Event(), asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            yield b'{"abbreviation": "SLOW", '
            sending.set()
            await go_on.wait()
            yield b'"name": {"en": "Slow"}}'

        headers = {"content-type": "application/json", "idempotency-key": "slow"}
        slow = asyncio.create_task(
            world.administrator.post("/v1/entities", content=slowly(), headers=headers)
        )
        await sending.wait()
        assert (await world.administrator.get("/v1/entities")).status_code == 200
        go_on.set()
        assert (await slow).status_code == 201


@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout"])
async def test_a_statement_that_takes_too_long_is_a_clean_503(
    database_url: str, tmp_path: Path, limit: str
) -> None:
    settings = settings_for(database_url, tmp_path, **{limit: 300})
    async with running(create_app(settings)) as app, World.of(app) as world:
        delegation = await Delegation.of(world)
        async with held(database_url, "meetings"):
            began = time.monotonic()
            answer = await world.administrator.post(delegation.path, json=delegation.body(1))
            assert refusal(answer) == (503, "unavailable")
            assert time.monotonic() - began < PATIENCE
            assert (await world.administrator.get("/livez")).status_code == 200
        assert await registered(database_url) == set()
        answer = await world.administrator.post(delegation.path, json=delegation.body(1))
        assert answer.status_code == 201
        assert await registered(database_url) == {answer.json()["id"]}


async def test_a_deadlock_is_retried_and_nobody_notices(
    app: FastAPI, world: World, database_url: str
) -> None:
    """Another transaction holds the invitation and wants the meeting that the request holds."""
    delegation = await Delegation.of(world)
    with counted(app) as statements:
        async with held(database_url, "invitations") as other:
            await other.execute("SET LOCAL deadlock_timeout = '1min'")
            request = asyncio.create_task(
                world.administrator.post(delegation.path, json=delegation.body(1))
            )
            await waiting(database_url)
            await other.execute("SELECT FROM meetings FOR UPDATE")
        answer = await request
    assert answer.status_code == 201
    attempts = [each for each in statements if "FOR NO KEY UPDATE" in each]
    assert len(attempts) == 2
    assert await registered(database_url) == {answer.json()["id"]}
    assert await wrong(database_url) == []


async def test_a_key_under_way_is_refused_and_a_key_done_is_replayed(
    world: World, database_url: str
) -> None:
    delegation = await Delegation.of(world)
    client, key = world.administrator, {"Idempotency-Key": "once"}
    async with held(database_url, "meetings"):
        first = asyncio.create_task(
            client.post(delegation.path, json=delegation.body(1), headers=key)
        )
        await waiting(database_url)
        second = await client.post(delegation.path, json=delegation.body(1), headers=key)
        assert (second.status_code, slug(second)) == (409, "request-in-progress")
        assert int(second.headers["retry-after"]) > 0
    done = await first
    again = await client.post(delegation.path, json=delegation.body(1), headers=key)
    assert (done.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["location"]) == (done.content, done.headers["location"])
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in done.headers
    other = await client.post(delegation.path, json=delegation.body(2), headers=key)
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")
    stranger = world.client(await world.token(Role.ADMINISTRATOR))
    theirs = await (await stranger).post(delegation.path, json=delegation.body(2), headers=key)
    assert theirs.status_code == 201
    assert await registered(database_url) == {done.json()["id"], theirs.json()["id"]}


async def test_one_effect_when_the_process_dies_between_effect_and_answer(
    world: World, database_url: str, tmp_path: Path
) -> None:
    delegation = await Delegation.of(world)
    headers = delegation.headers | {"Idempotency-Key": "once"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        with ApiProcess(database_url, tmp_path / "data", "halting") as api:
            request = asyncio.create_task(
                client.post(
                    api.url + delegation.path, json=delegation.body(1), headers={"X-Halt": "1"}
                )
            )

            async def stored() -> bool:
                return len(await registered(database_url)) == 1

            await until(stored)
            assert not request.done()
            api.kill()
            with pytest.raises(httpx.TransportError):
                await request
        with ApiProcess(database_url, tmp_path / "data") as api:
            again = await client.post(api.url + delegation.path, json=delegation.body(1))
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert await registered(database_url) == {again.json()["id"]}
    assert await wrong(database_url) == []


async def test_one_effect_when_the_process_dies_before_the_commit(
    world: World, database_url: str, tmp_path: Path
) -> None:
    delegation = await Delegation.of(world)
    headers = delegation.headers | {"Idempotency-Key": "once"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        with ApiProcess(database_url, tmp_path / "data") as api:
            async with held(database_url, "meetings"):
                request = asyncio.create_task(
                    client.post(api.url + delegation.path, json=delegation.body(1))
                )
                await waiting(database_url)
                api.kill()
                with pytest.raises(httpx.TransportError):
                    await request
        answers: list[httpx.Response] = []
        with ApiProcess(database_url, tmp_path / "data") as api:

            async def answered() -> bool:
                """The dead caller's transaction may stand in the way for a moment."""
                body = delegation.body(1)
                answers.append(await client.post(api.url + delegation.path, json=body))
                return answers[-1].status_code != 409

            await until(answered)
    assert answers[-1].status_code == 201
    assert "idempotency-replayed" not in answers[-1].headers
    assert await registered(database_url) == {answers[-1].json()["id"]}


def settings_for(url: str, tmp_path: Path, **members: Any) -> Settings:
    return Settings(
        _env_file=None,
        DATABASE_URL=url,
        data=tmp_path / "data",
        secret_key="a secret of tests, long enough to be one",
        rate_limit="off",
        guess_limit="off",
        **members,
    )


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"]).rpartition("/")[2]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and name of a problem that says when to come again."""
    assert int(answer.headers.get("retry-after", 0)) > 0, answer.text
    return answer.status_code, slug(answer)


def plain(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@contextlib.asynccontextmanager
async def held(url: str, table: str) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of somebody else that has locked every row of the table."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(f"SELECT FROM {table} FOR UPDATE")
            yield connection
    finally:
        await connection.close()


async def waiting(url: str) -> None:
    """Until a request of the service waits for a lock."""
    connection = await asyncpg.connect(url)

    async def blocked() -> bool:
        return bool(
            await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'secretariat' AND wait_event_type = 'Lock'"
            )
        )

    try:
        await until(blocked)
    finally:
        await connection.close()


async def read_only(url: str, *, on: bool) -> None:
    """As of the next connection; those that there are get cut."""
    name = url.rpartition("/")[2]
    connection = await asyncpg.connect(url)
    await connection.execute("SET default_transaction_read_only = off")
    state = "on" if on else "off"
    await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {state}")
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()


async def settled(client: httpx.AsyncClient) -> None:
    """Until the service has noticed that its connections were cut."""

    async def answers() -> bool:
        return (await client.get("/v1/entities")).status_code == 200

    await until(answers)


async def registered(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT id FROM registrations")
    await connection.close()
    return {str(row["id"]) for row in rows}


async def wrong(url: str) -> list[Any]:
    """What the recount of every invariant finds."""
    engine = create_async_engine(f"postgresql+asyncpg{url.removeprefix('postgresql')}")
    async with AsyncSession(engine) as session:
        found = list(await wrongs(session))
    await engine.dispose()
    return found
