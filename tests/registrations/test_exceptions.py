"""Late registration by exception: for exactly so many, until a moment, and to be taken back."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.registrations import queries
from tests.meetings.board import entries, refusal
from tests.registrations.approving import AFTER, EARLY, Office
from tests.unlocked import lock_nothing
from tests.world import World, named, post

PERSONS = 4
GRANT = {"persons": PERSONS, "until": "2021-10-08T10:00:00Z", "reason": "Visas came late."}


@pytest.fixture
async def office(world: World, set_clock) -> Office:
    set_clock(EARLY)
    made = await Office.of(world, seats=50)
    set_clock(AFTER)
    return made


async def grant(office: Office, **members: Any) -> dict[str, Any]:
    return dict(await post(office.organizer, f"{office.invited}/exceptions", GRANT | members))


async def test_so_many_come_late_and_no_more(office: Office) -> None:
    assert refusal(await office.ask(0)) == (409, "registration-closed")
    granted = await grant(office, persons=2)
    assert (granted["used"], granted["left"]) == (0, 2)
    assert (await office.board())["late_places"] == 2
    for number in range(2):
        assert (await office.register(number))["status"] == "confirmed"
    assert refusal(await office.ask(2)) == (409, "registration-closed")
    await post(office.focal_point, f"{office.path}/{await first(office)}/withdraw")
    assert refusal(await office.ask(2)) == (409, "registration-closed"), "nothing is given back"
    (seen,) = (await office.focal_point.get(f"{office.invited}/exceptions")).json()["items"]
    assert {name: seen[name] for name in ("persons", "used", "left", "reason")} == {
        "persons": 2,
        "used": 2,
        "left": 0,
        "reason": "Visas came late.",
    }
    told = [name for name, _ in await entries(office.world.app, office.meeting)]
    assert Counter(told)["registration_exception.used"] == 2
    assert await office.wrongs() == []


async def first(office: Office) -> str:
    return str((await office.focal_point.get(office.path)).json()["items"][0]["id"])


async def test_what_is_refused_for_another_reason_uses_nothing(office: Office) -> None:
    await grant(office, persons=1)
    await office.change(registration_rules={"roles": ["representative"]})
    assert refusal(await office.ask(0, role="adviser")) == (409, "role-not-taken")
    rows = [named(0, role="adviser"), named(1), named(2)]
    rehearsed = await post(office.focal_point, f"{office.path}/bulk?dry_run=true", rows)
    assert (await office.board())["late_places"] == 1
    done = await post(office.focal_point, f"{office.path}/bulk", rows)
    for result in (rehearsed, done):
        assert [row["problem"] for row in result["rows"]] == [
            "role-not-taken",
            None,
            "registration-closed",
        ]
    assert (await office.board())["late_places"] == 0


async def test_it_ends_by_the_clock_and_by_hand(office: Office, set_clock) -> None:
    granted = await grant(office)
    path = f"{office.invited}/exceptions/{granted['id']}/revoke"
    assert refusal(await office.focal_point.post(path)) == (403, "not-permitted")
    assert (await post(office.organizer, path))["left"] == 0
    assert refusal(await office.organizer.post(path)) == (409, "exception-over")
    assert refusal(await office.ask(0)) == (409, "registration-closed")
    await grant(office)
    set_clock(AFTER + timedelta(hours=22))
    assert refusal(await office.ask(0)) == (409, "registration-closed")
    past = await office.organizer.post(f"{office.invited}/exceptions", json=GRANT)
    assert refusal(past) == (422, "invalid")


async def test_it_is_for_one_entity_and_late_ones_may_need_approval(
    world: World, office: Office
) -> None:
    await grant(office)
    await office.change(approval={"late": True})
    made = await office.register(0)
    assert (made["status"], made["pending_because"]) == ("pending", ["late"])
    other = await world.entity()
    theirs = await world.invitation(office.meeting, other)
    stranger = await world.focal_point_of(other)
    refused = await stranger.post(office.path, json=named(1))
    assert refusal(refused) == (409, "registration-closed")
    assert refusal(await stranger.get(f"{office.invited}/exceptions")) == (404, "not-found")
    mine = f"{office.meeting_path}/invitations/{theirs['id']}/exceptions"
    assert (await stranger.get(mine)).json()["items"] == []
    assert await office.wrongs() == []


async def rush(office: Office) -> Counter[int]:
    """Three times as many at once as the exception is for."""
    answers: list[httpx.Response] = await asyncio.gather(
        *(office.ask(number) for number in range(3 * PERSONS))
    )
    return Counter(answer.status_code for answer in answers)


async def test_of_three_times_as_many_at_once_exactly_so_many_come(office: Office) -> None:
    await grant(office)
    assert await rush(office) == {201: PERSONS, 409: 2 * PERSONS}
    (seen,) = (await office.focal_point.get(f"{office.invited}/exceptions")).json()["items"]
    assert (seen["used"], seen["left"]) == (PERSONS, 0)
    assert await office.wrongs() == []


async def test_without_the_lock_too_many_come(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await grant(office)
    monkeypatch.setattr(queries, "lock_seats", lock_nothing)
    assert (await rush(office))[201] > PERSONS
