"""Whoever was there is not replaced, and figures stay what the log says."""

import asyncio
from uuid import UUID

import httpx
import pytest

from app.check import wrongs
from app.meetings.lifecycle import MeetingStatus
from tests.attendance.sitting import Sitting, slug
from tests.world import named

S = MeetingStatus
ROUNDS = 3


@pytest.fixture
async def people(sitting: Sitting) -> list[UUID]:
    """Three of one entity in a meeting that is under way."""
    entity = await sitting.invite(await sitting.member())
    made = [await sitting.register(entity) for _ in range(3)]
    await sitting.becomes(S.IN_SESSION)
    return made


async def substitute(sitting: Sitting, registration_id: UUID, number: int) -> httpx.Response:
    path = f"{sitting.path}/registrations/{registration_id}/substitute"
    return await sitting.organizer.post(path, json=named(number))


async def test_whoever_was_checked_in_is_not_replaced(sitting: Sitting, people: list[UUID]) -> None:
    first, second, third = people
    await sitting.check_in(first, second)
    await sitting.check_out(second)
    for there in (first, second):
        refused = await substitute(sitting, there, 1)
        assert (refused.status_code, slug(refused)) == (409, "already-present")
    made = await substitute(sitting, third, 2)
    assert made.status_code == 201
    late = (await sitting.check_in(third, UUID(made.json()["id"])))["rows"]
    assert [(row["outcome"], row["problem"]) for row in late] == [
        ("refused", "registration-not-confirmed"),
        ("recorded", None),
    ]


async def test_a_check_in_by_mistake_hinders_nobody_once_it_is_struck(
    sitting: Sitting, people: list[UUID]
) -> None:
    come = await sitting.check_in(people[0])
    interval = f"{sitting.path}/attendance/{come['rows'][0]['attendance_id']}"
    assert (await sitting.organizer.delete(interval)).is_success
    assert (await substitute(sitting, people[0], 1)).status_code == 201


async def test_the_figures_are_those_of_the_log(sitting: Sitting, people: list[UUID]) -> None:
    made = UUID((await substitute(sitting, people[0], 1)).json()["id"])
    await sitting.check_in(made, people[1])
    row = (await sitting.get("/attendance/by-entity"))["items"][0]
    assert (row["registered"], row["representatives"]) == (3, 2)
    await sitting.becomes(S.ADJOURNED)
    verified = await sitting.get("/report/verification")
    assert (verified["report"]["representatives"], verified["equal"]) == (2, True)


async def test_the_old_link_opens_no_door_and_at_once_only_one_of_both_comes(
    sitting: Sitting, people: list[UUID], anonymous: httpx.AsyncClient, set_clock
) -> None:
    for turn, registration_id in enumerate(people[:ROUNDS]):
        token = {"token": await sitting.link(registration_id)}
        calls = [
            anonymous.post("/v1/check-ins", json=token),
            substitute(sitting, registration_id, turn),
        ]
        answers = await asyncio.gather(*(reversed(calls) if turn % 2 else calls))
        joined, substituted = reversed(answers) if turn % 2 else answers
        if substituted.status_code == 201:
            assert (joined.status_code, slug(joined)) == (410, "link-spent")
        else:
            assert (substituted.status_code, slug(substituted)) == (409, "already-present")
            assert joined.status_code == 200
    async with sitting.world.app.state.database.transaction() as session:
        found = await wrongs(session)
    assert [each for each in found if "present" in each] == []
