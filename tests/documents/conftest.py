"""A desk for every test."""

import pytest

from tests.documents.desk import Desk
from tests.world import World


@pytest.fixture
async def desk(world: World) -> Desk:
    return await Desk.of(world)
