"""The meeting that tests of the agenda plan."""

import pytest

from tests.agenda.planning import Planning
from tests.world import World


@pytest.fixture
async def planning(world: World) -> Planning:
    return await Planning.of(world)
