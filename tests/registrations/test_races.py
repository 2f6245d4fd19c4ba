"""Seats stay exact when many come at once, from three server processes; unlocked, they do not."""

import asyncio
from collections import Counter
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.check import wrongs
from app.settings import Settings
from tests.servers import serving
from tests.world import World, named

QUOTA = 10


async def stampede(
    world: World, settings: Settings, tmp_path: Path, number: int, application: str
) -> tuple[Counter[int], list[asyncpg.Record]]:
    """Statuses of so many registrations at once, and the rows that they left, by arrival."""
    meeting = await world.scheduled(await world.meeting(await world.committee(), capacity=None))
    entity = await world.entity()
    await world.invitation(meeting, entity, seat_quota=QUOTA)
    token = world.administrator.headers["authorization"]
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    path = f"/v1/meetings/{meeting['id']}/registrations"
    limits = httpx.Limits(max_connections=number)
    with serving(url, tmp_path / "data", application=application) as bases:
        async with httpx.AsyncClient(
            headers={"Authorization": token}, timeout=120, limits=limits
        ) as client:
            answers = await asyncio.gather(
                *(
                    client.post(bases[n % 3] + path, json=named(n, entity=entity["handle"]))
                    for n in range(number)
                )
            )
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT r.status, r.queue_number, i.seats_taken, m.seats_taken AS in_meeting"
        " FROM registrations r JOIN invitations i ON i.id = r.invitation_id"
        " JOIN meetings m ON m.id = r.meeting_id ORDER BY r.queue_number"
    )
    await connection.close()
    return Counter(answer.status_code for answer in answers), rows


@pytest.mark.parametrize("number", [60, 500])
async def test_exactly_the_quota_is_confirmed(
    world: World, settings: Settings, tmp_path: Path, number: int
) -> None:
    statuses, rows = await stampede(world, settings, tmp_path, number, "app.main:create_app")
    assert statuses == {201: number}
    assert [row["status"] for row in rows] == ["confirmed"] * QUOTA + ["waiting"] * (number - QUOTA)
    assert {(row["seats_taken"], row["in_meeting"]) for row in rows} == {(QUOTA, QUOTA)}
    async with world.app.state.database.transaction() as session:
        assert await wrongs(session) == []


async def test_without_the_lock_the_same_stampede_oversells(
    world: World, settings: Settings, tmp_path: Path
) -> None:
    statuses, rows = await stampede(world, settings, tmp_path, 60, "tests.unlocked:create_app")
    assert statuses == {201: 60}
    assert sum(row["status"] == "confirmed" for row in rows) > QUOTA
