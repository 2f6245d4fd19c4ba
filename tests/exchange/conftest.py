"""The meeting whose agenda goes through files."""

import pytest

from tests.agenda.planning import Planning
from tests.world import World


@pytest.fixture
async def planning(world: World) -> Planning:
    return await Planning.of(world)
