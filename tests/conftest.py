"""A real PostgreSQL for every test: one server a run, and an empty database a test."""

import gc
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.embedded import EmbeddedServer, remove_cluster
from app.main import create_app
from app.settings import Settings
from tests.databases import Databases
from tests.world import World

TEMPLATE = "template_secretariat"
ROOT = Path(__file__).parent.parent


class Server:
    """Where databases of tests come from: an embedded server, or the one of TEST_DATABASE_URL."""

    def __init__(self, url: str) -> None:
        self.url = url.rpartition("/")[0]
        self.admin = url

    async def create(self, template: str | None = None) -> str:
        name = f"test_{uuid4().hex}"
        connection = await asyncpg.connect(self.admin)
        try:
            # Copying the files takes a quarter of the time of copying through the log.
            suffix = f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""
            await connection.execute(f"CREATE DATABASE {name}{suffix}")
        finally:
            await connection.close()
        return f"{self.url}/{name}"

    async def drop(self, url: str) -> None:
        connection = await asyncpg.connect(self.admin)
        try:
            await connection.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")
        finally:
            await connection.close()


def migrate(url: str, target: str = "head") -> None:
    """Run the migrations as an operator would."""
    command = "downgrade" if target == "base" else "upgrade"
    subprocess.run(
        [sys.executable, "-m", "alembic", command, target],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        check=True,
        capture_output=True,
    )


@pytest.fixture(autouse=True)
def forgetful_vobject() -> Iterator[None]:
    """What vobject keeps: the first definition of a time zone that a process reads."""
    yield
    if (module := sys.modules.get("vobject.icalendar")) is not None:
        known = vars(module)["__tzidMap"]
        for name in set(known) - {"UTC"}:
            del known[name]


@pytest.fixture(scope="session")
def plain_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Server(given)
        return
    folder = tmp_path_factory.mktemp("server")
    settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with EmbeddedServer.start(folder, settings=settings) as embedded:
        yield Server(embedded.url("postgres"))
    remove_cluster(folder)


@pytest.fixture(scope="session")
async def server(plain_server: Server) -> AsyncIterator[Server]:
    """The server with a migrated template."""
    url = await plain_server.create()
    migrate(url)
    connection = await asyncpg.connect(plain_server.admin)
    template = f"{TEMPLATE}_{uuid4().hex[:8]}"
    await connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} RENAME TO {template}")
    await connection.close()
    plain_server.template = template  # type: ignore[attr-defined]  # kept beside the server
    yield plain_server
    await plain_server.drop(f"/{template}")


@pytest.fixture(scope="session")
async def databases(server: Server) -> AsyncIterator[Databases]:
    databases = Databases(server, server.template)  # type: ignore[attr-defined]  # see above
    yield databases
    await databases.close()


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    """A database with the newest schema and nothing in it."""
    url = await databases.take()
    yield url
    await databases.give_back(url)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of one test; the clock is a file that the test may set."""
    clock_file = tmp_path / "clock"
    clock.set_file(clock_file, datetime.now(UTC))
    return Settings(
        _env_file=None,
        DATABASE_URL=database_url,
        data=tmp_path / "data",
        secret_key="a secret of tests, long enough to be one",
        clock=f"file:{clock_file}",
        rate_limit="off",
        guess_limit="off",
        public_cache=0,  # the tests of the cache turn it on
        database_wait=15,  # a busy machine is no fault of the program
        lock_timeout=15_000,
        statement_timeout=20_000,
        public_url="http://secretariat.example.org",
        mail_from="secretariat@example.org",
    )


_engines: list[Engine] = []


def _share_statements(engine: Engine) -> None:
    """Let the engine use what the first one of this process has put together as SQL.

    Each engine would do so anew for its own dialect, which is the same for all of them.
    """
    _engines.append(engine)
    del _engines[1:]
    first = _engines[0]
    engine.dialect = engine.pool._dialect = first.dialect  # noqa: SLF001
    engine._compiled_cache = first._compiled_cache  # noqa: SLF001


_included: dict[int, Any] = {}
_documents: dict[str, str] = {}
"""By the service's address, which is all that they differ by: each takes seconds to make."""


def app_of(settings: Settings) -> FastAPI:
    """An application that shares what the first one of this process has worked out of its routes.

    FastAPI does so for each application anew, when a route is first asked for: a fifth of a second
    for each test. Routes know their application only by the request.
    """
    app = create_app(settings)
    for place, route in enumerate(app.router.routes):
        if (router := getattr(route, "original_router", None)) is not None:
            app.router.routes[place] = _included.setdefault(id(router), route)
    build = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            if settings.url not in _documents:
                _documents[settings.url] = json.dumps(build())
            app.openapi_schema = json.loads(_documents[settings.url])
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # as the application itself does it
    return app


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[FastAPI]:
    async with app.router.lifespan_context(app):
        _share_statements(app.state.database.engine.sync_engine)
        yield app


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with running(app_of(settings)) as app:
        yield app
    clock.use("real")


@pytest.fixture
async def session(app: FastAPI) -> AsyncIterator[AsyncSession]:
    """A session of the test's own; commit what others shall see."""
    async with AsyncSession(app.state.database.engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
async def world(app: FastAPI) -> AsyncIterator[World]:
    """Callers of every kind, and makers of the things that most tests need."""
    async with World.of(app) as world:
        yield world


@pytest.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
def set_clock(settings: Settings):
    """Let the service's clock show an instant, from which it runs on."""

    def set_to(instant: datetime) -> None:
        clock.set_file(Path(settings.clock.removeprefix("file:")), instant)

    return set_to


def pytest_collection_finish() -> None:
    """What was imported stays: to look through it for garbage takes a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
