"""A committee that meets every month."""

from datetime import UTC, datetime

import pytest

from tests.series.stage import Stage
from tests.world import World

NOW = datetime(2021, 9, 1, 8, tzinfo=UTC)


@pytest.fixture
async def stage(world: World, set_clock) -> Stage:
    set_clock(NOW)
    return await Stage.of(world)
