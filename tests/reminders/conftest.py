"""The morning of tests: its clock begins five weeks before the meeting."""

import pytest

from tests.reminders.morning import START, Morning
from tests.world import World


@pytest.fixture
def morning(world: World, set_clock) -> Morning:
    set_clock(START)
    return Morning(world)
