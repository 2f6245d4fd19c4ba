"""The schema that migrations leave is the one that the tables describe."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

from app.main import create_app
from app.revision import REVISION
from app.schema import metadata
from app.settings import Settings
from tests.conftest import Server, migrate, running
from tests.contract.catalogue import catalogue, names
from tests.world import World, named, post

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
async def empty_url(plain_server: Server) -> AsyncIterator[str]:
    """A database without any table."""
    url = await plain_server.create()
    yield url
    await plain_server.drop(url)


async def test_migrating_gives_what_the_tables_describe(database_url: str, empty_url: str) -> None:
    engine = create_async_engine(f"postgresql+asyncpg{empty_url.removeprefix('postgresql')}")
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    described, migrated = await catalogue(empty_url), await catalogue(database_url)
    for kind, rows in described.items():
        assert migrated[kind] == rows, kind
    assert len(described["tables"]) > 20
    assert len(described["triggers"]) == 26


async def test_down_leaves_nothing_behind_and_up_again_gives_the_same(
    database_url: str, settings: Settings
) -> None:
    await some_data(settings)
    before = await catalogue(database_url)
    migrate(database_url, "base")
    assert await names(database_url) == ["alembic_version", "alembic_version_pkc"]
    migrate(database_url)
    assert await catalogue(database_url) == before
    await some_data(settings)


async def test_migrating_what_is_migrated_changes_nothing(
    database_url: str, settings: Settings
) -> None:
    await some_data(settings)
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("SELECT id, name, data FROM events ORDER BY id")
    migrate(database_url)
    assert await connection.fetch("SELECT id, name, data FROM events ORDER BY id") == rows
    assert len(rows) > 0
    await connection.close()


async def test_the_program_knows_the_newest_migration(database_url: str) -> None:
    script = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini")))
    assert script.get_heads() == [REVISION]
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == REVISION
    await connection.close()


async def some_data(settings: Settings) -> None:
    """A registration, so that most tables have a row."""
    async with running(create_app(settings)) as app, World.of(app) as world:
        meeting = await world.scheduled(await world.meeting(await world.committee()))
        entity = await world.entity()
        await world.invitation(meeting, entity)
        path = f"/v1/meetings/{meeting['id']}/registrations"
        made = await post(world.administrator, path, named(1, entity=entity["handle"]))
        await post(world.administrator, f"{path}/{made['id']}/substitute", named(2))
