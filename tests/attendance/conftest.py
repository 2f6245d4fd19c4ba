"""A meeting to be at."""

import pytest

from tests.attendance.sitting import Clock, Sitting
from tests.world import World


@pytest.fixture
async def sitting(world: World, set_clock: Clock) -> Sitting:
    return await Sitting.called(world, set_clock)
