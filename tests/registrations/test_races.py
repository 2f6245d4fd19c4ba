"""Seats stay exact when many come at once, from three server processes; unlocked, they do not."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from app.check import wrongs
from app.settings import Settings
from tests.servers import serving
from tests.world import World, named

QUOTA = 10
ROWS = """
    SELECT r.status, r.queue_number, i.seats_taken, m.seats_taken AS in_meeting
      FROM registrations r JOIN invitations i ON i.id = r.invitation_id
      JOIN meetings m ON m.id = r.meeting_id
     WHERE m.id = $1 ORDER BY r.queue_number
"""


async def stampedes(
    world: World, settings: Settings, tmp_path: Path, numbers: Sequence[int], application: str
) -> list[tuple[Counter[int], list[asyncpg.Record]]]:
    """Statuses of so many registrations at once, and the rows that they left, by arrival.

    For each number on a meeting of its own, by the same three processes. Every other one is new,
    and so registered by itself; the others are in the directory, and registered together.
    """
    entity = await world.entity()
    committee = await world.committee()
    meetings = []
    for _ in numbers:
        meetings.append(await world.scheduled(await world.meeting(committee, capacity=None)))
        await world.invitation(meetings[-1], entity, seat_quota=QUOTA)
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    known = await _known(url, await world.person(entity), max(numbers))
    with serving(url, tmp_path / "data", application=application) as bases:
        answers = [
            await _at_once(world, bases, meeting, entity["handle"], known[:number])
            for meeting, number in zip(meetings, numbers, strict=True)
        ]
    connection = await asyncpg.connect(url)
    rows = [await connection.fetch(ROWS, UUID(meeting["id"])) for meeting in meetings]
    await connection.close()
    return list(zip(answers, rows, strict=True))


async def _known(url: str, first: dict[str, Any], number: int) -> list[str]:
    """So many people like the first."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "INSERT INTO people SELECT copy.* FROM generate_series(1, $2) AS n,"
        " (SELECT to_jsonb(p) AS row FROM people p WHERE id = $1) AS first,"
        " jsonb_populate_record(NULL::people, row || jsonb_build_object("
        " 'id', gen_random_uuid(), 'email', 'known' || n || '@example.org')) AS copy RETURNING id",
        UUID(first["id"]),
        number,
    )
    await connection.close()
    return [str(row["id"]) for row in rows]


async def _at_once(
    world: World, bases: list[str], meeting: dict[str, Any], entity: str, known: list[str]
) -> Counter[int]:
    path = f"/v1/meetings/{meeting['id']}/registrations"
    token = {"Authorization": world.administrator.headers["authorization"]}
    bodies = [
        named(n, entity=entity) if n % 2 else {"person_id": person, "entity": entity}
        for n, person in enumerate(known)
    ]
    limits = httpx.Limits(max_connections=len(bodies))
    async with httpx.AsyncClient(headers=token, timeout=120, limits=limits) as client:
        answers = await asyncio.gather(
            *(client.post(bases[n % 3] + path, json=body) for n, body in enumerate(bodies))
        )
    return Counter(answer.status_code for answer in answers)


async def test_exactly_the_quota_is_confirmed(
    world: World, settings: Settings, tmp_path: Path
) -> None:
    numbers = [60, 200]
    results = await stampedes(world, settings, tmp_path, numbers, "app.main:create_app")
    for number, (statuses, rows) in zip(numbers, results, strict=True):
        assert statuses == {201: number}
        states = [row["status"] for row in rows]
        assert states == ["confirmed"] * QUOTA + ["waiting"] * (number - QUOTA)
        assert {(row["seats_taken"], row["in_meeting"]) for row in rows} == {(QUOTA, QUOTA)}
    async with world.app.state.database.transaction() as session:
        assert await wrongs(session) == []


async def test_without_the_lock_the_same_stampede_oversells(
    world: World, settings: Settings, tmp_path: Path
) -> None:
    [(statuses, rows)] = await stampedes(
        world, settings, tmp_path, [60], "tests.unlocked:create_app"
    )
    assert statuses == {201: 60}
    assert sum(row["status"] == "confirmed" for row in rows) > QUOTA
