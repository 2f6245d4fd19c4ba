"""Fixtures of lists."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.lists.delegations import Gathering
from tests.world import World


@pytest.fixture
async def gathering(world: World, set_clock: Any) -> Gathering:
    set_clock(datetime(2021, 9, 1, 12, tzinfo=UTC))
    return await Gathering.of(world)
