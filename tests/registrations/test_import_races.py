"""Tables that come at once: each person once, and seats exact; unlocked, they are not."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.check import wrongs
from app.meetings.tables import Meeting
from app.registrations import many_queries as queries
from app.registrations import set_writing, settling
from tests.registrations.tables import imported, listed, path_of, rows, send
from tests.world import World, named

QUOTA = 10


@pytest.fixture
async def meeting(world: World) -> dict[str, Any]:
    meeting = await world.scheduled(await world.meeting(await world.committee()))
    await world.invitation(meeting, await world.entity(handle="ours"), seat_quota=QUOTA)
    return meeting


async def wrong(world: World) -> list[str]:
    async with world.app.state.database.transaction() as session:
        return await wrongs(session)


async def test_the_same_table_three_times_at_once_registers_each_person_once(
    world: World, meeting: dict[str, Any]
) -> None:
    table = rows(range(40), "ours")
    results = await asyncio.gather(
        *(imported(world.administrator, meeting, table) for _ in range(3))
    )
    found = Counter({name: sum(r[name] for r in results) for name in ("confirmed", "waiting")})
    assert found == {"confirmed": QUOTA, "waiting": 40 - QUOTA}
    assert sorted(result["already_there"] for result in results) == [0, 40, 40]
    assert len(await listed(world.administrator, meeting)) == 40
    assert await wrong(world) == []


async def test_tables_and_single_people_at_once_share_the_seats(
    world: World, meeting: dict[str, Any]
) -> None:
    """Some of the people are named both ways, each in another order."""
    tables = [rows(range(20), "ours"), rows(range(39, 9, -1), "ours")]
    people = [named(n, entity="ours") for n in range(8)]
    people += [
        {"person": {"name": f"Person {n}", "email": f"p{n}@example.org"}, "entity": "ours"}
        for n in (5, 25)
    ]
    await asyncio.gather(
        *(imported(world.administrator, meeting, table) for table in tables),
        *(world.administrator.post(path_of(meeting), json=person) for person in people),
    )
    statuses = [status for _, _, status in await listed(world.administrator, meeting)]
    assert statuses == ["confirmed"] * QUOTA + ["waiting"] * (48 - QUOTA)
    assert await wrong(world) == []


async def test_without_the_locks_two_tables_at_once_oversell(
    world: World, meeting: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read the counters before either writes; what is run again waits for nobody."""
    both_have_read, first = asyncio.Barrier(2), iter("ab")
    write: Callable[..., Any] = set_writing.write

    async def lock_nothing(session: AsyncSession, meeting_id: Any) -> Meeting:
        return await session.get_one(Meeting, meeting_id)

    async def lock_none(session: AsyncSession, invitations: Any) -> None:
        return None

    async def write_late(*arguments: Any) -> None:
        if next(first, None):
            await both_have_read.wait()
        await write(*arguments)

    monkeypatch.setattr(settling, "lock_meeting", lock_nothing)
    monkeypatch.setattr(queries, "lock_invitations", lock_none)
    monkeypatch.setattr(set_writing, "write", write_late)
    tables = [rows(range(20), "ours"), rows(range(20, 40), "ours")]
    answers = await asyncio.gather(*(send(world.administrator, meeting, table) for table in tables))
    assert [answer.status_code for answer in answers] == [200, 200]
    found = await listed(world.administrator, meeting)
    assert sum(status == "confirmed" for _, _, status in found) == 2 * QUOTA
    assert await wrong(world) != []
