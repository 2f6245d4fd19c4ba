"""Decisions at once: of two one is made, and seats stay exact; without the lock they do not."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.registrations import queries
from app.registrations.tables import Registration
from tests.meetings.board import entries, refusal
from tests.registrations.approving import ALL, EARLY, Office
from tests.unlocked import lock_nothing
from tests.world import World

REASON = {"reason": "No."}
AT_ONCE = 10


@pytest.fixture(autouse=True)
def early(set_clock) -> None:
    set_clock(EARLY)


async def decided(office: Office, made: dict[str, Any]) -> list[str]:
    """What the log tells of decisions about a registration."""
    wanted = {"registration.approved", "registration.rejected"}
    told = await entries(office.world.app, office.meeting)
    who = made["person"]["id"]
    return [name for name, data in told if name in wanted and data["person_id"] == who]


async def test_of_two_who_decide_at_once_one_does(world: World) -> None:
    office = await Office.of(world, **ALL)
    for number in range(3):
        made = await office.register(number)
        calls = [office.decide(made, "approve"), office.decide(made, "reject", REASON)]
        answers = await asyncio.gather(*(reversed(calls) if number % 2 else calls))
        (lost,) = [answer for answer in answers if not answer.is_success]
        assert refusal(lost) == (409, "already-decided")
        assert lost.json()["state"] in {"confirmed", "waiting", "rejected"}
        assert len(await decided(office, made)) == 1
    assert await office.wrongs() == []


async def test_seats_stay_exact_when_many_are_approved_at_once(world: World) -> None:
    office = await Office.of(world, seats=3, **ALL)
    made = [await office.register(number) for number in range(AT_ONCE)]
    answers = await asyncio.gather(*(office.decide(each, "approve") for each in made))
    statuses = Counter(answer.json()["status"] for answer in answers)
    assert statuses == {"confirmed": 3, "waiting": AT_ONCE - 3}
    assert (await office.board())["seats_taken"] == 3
    assert await office.wrongs() == []


async def test_approving_and_withdrawing_at_once_leave_seats_exact(world: World) -> None:
    office = await Office.of(world, seats=2, **ALL)
    made = [await office.register(number) for number in range(6)]
    for each in made[:2]:
        await office.decide(each, "approve")
    leaving = [office.focal_point.post(f"{office.path}/{each['id']}/withdraw") for each in made[:3]]
    coming = [office.decide(each, "approve") for each in made[2:]]
    await asyncio.gather(*coming, *leaving)
    statuses = Counter(status for _, status in await office.standing())
    assert statuses["withdrawn"] == 3
    assert statuses["confirmed"] == 2
    assert statuses["waiting"] == 1
    assert await office.wrongs() == []


async def test_without_the_lock_both_decide(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    office = await Office.of(world, **ALL)
    made = await office.register(0)
    both = asyncio.Barrier(2)

    async def read_registration(session: AsyncSession, registration_id: UUID) -> Registration:
        found = await session.get_one(Registration, registration_id)
        await both.wait()
        return found

    monkeypatch.setattr(queries, "lock_seats", lock_nothing)
    monkeypatch.setattr(queries, "lock_registration", read_registration)
    calls = [office.decide(made, "approve"), office.decide(made, "reject", REASON)]
    answers = await asyncio.gather(*calls)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(await decided(office, made)) == 2
