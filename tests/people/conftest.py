"""A clock five weeks before the meetings."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.people.directory import Directory
from tests.world import World

DAY = datetime(2021, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
async def directory(world: World, set_clock: Callable[[datetime], None]) -> Directory:
    set_clock(DAY)
    return await Directory.of(world)
