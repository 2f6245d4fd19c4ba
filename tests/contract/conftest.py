"""A prepared world for a whole module: calls are made for real and then taken back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.database import Database
from app.main import create_app
from app.settings import Settings
from tests.conftest import Server, running
from tests.contract.scene import CANARY, DAY, EARLY, Part, Scene
from tests.world import World


class Rehearsal(Database):
    """Lets every request do its work and see its effects, and then undoes them."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            await session.begin()
            yield session
            await session.flush()
            await session.rollback()


@pytest.fixture(scope="module")
async def prepared(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    """Two parts of a world, alike; from here on nothing changes them."""
    url = await server.create(server.template)  # type: ignore[attr-defined]  # kept beside the server
    folder = tmp_path_factory.mktemp("prepared")
    clock_file = folder / "clock"
    clock.set_file(clock_file, EARLY)
    settings = Settings(
        _env_file=None,
        DATABASE_URL=url,
        data=folder / "data",
        secret_key="a secret of tests, long enough to be one",
        clock=f"file:{clock_file}",
        rate_limit="off",
        guess_limit="off",
    )
    async with running(create_app(settings)) as app, World.of(app) as world:
        parts = [await Part.made(world, mark=CANARY), await Part.made(world)]
        clock.set_file(clock_file, DAY)
        for part in parts:
            await part.open()
        scene = await Scene.of(world, *parts)
        await rehearse(app)
        yield scene
    clock.use("real")
    await server.drop(url)


async def rehearse(app: FastAPI) -> None:
    """From now on every request is undone."""
    live = app.state.database
    app.state.database = Rehearsal(live.settings)
    await live.close()
