"""The stage of these tests: a database, a clock in September 2021, and nobody else."""

from collections.abc import AsyncIterator

import pytest

from app.core import clock
from app.core.database import Database
from app.deployment import database_settings
from app.settings import Settings
from tests.mail.stage import DAY, Stage


@pytest.fixture
async def database(settings: Settings, set_clock) -> AsyncIterator[Database]:
    set_clock(DAY)
    clock.use(settings.clock)
    database = Database(database_settings(settings))
    yield database
    await database.close()
    clock.use("real")


@pytest.fixture
async def stage(database: Database) -> Stage:
    return await Stage.set(database)
