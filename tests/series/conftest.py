"""A committee that meets every month."""

from datetime import UTC, datetime

import pytest

from tests.series.post import Post, Told
from tests.series.stage import Stage
from tests.world import World, named, post

NOW = datetime(2021, 9, 1, 8, tzinfo=UTC)


@pytest.fixture
async def stage(world: World, set_clock) -> Stage:
    set_clock(NOW)
    return await Stage.of(world)


@pytest.fixture
async def told(stage: Stage) -> Told:
    series, meetings = await stage.scheduled()
    entity = await stage.world.entity()
    await stage.world.membership(stage.committee, entity)
    focal = {"person": {"name": "Focal", "email": "focal@example.org"}}
    points = f"/v1/entities/{entity['id']}/focal-points"
    await post(stage.world.administrator, points, focal)
    for meeting in meetings:
        await stage.world.invitation(meeting, entity, seat_quota=1)
    path = f"{stage.path}/{series['id']}/registrations"
    body = named(1, entity=entity["handle"])
    registered = await post(stage.organizer, path, body)
    assert [m["outcome"] for m in registered["meetings"]] == ["confirmed"] * 3
    return Told(stage, series, meetings, entity, Post(stage))
