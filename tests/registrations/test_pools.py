"""Pools of seats that entities share, and fewer seats than are taken."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.check import wrongs
from app.registrations.policy import has_ended, offer_end, reordered
from tests.meetings.board import pointers, refusal
from tests.statements import counted
from tests.world import World, named, post


@dataclass
class Shared:
    """A meeting with a pool of two seats for two small offices."""

    world: World
    committee: dict[str, Any]
    meeting: dict[str, Any]
    pool: dict[str, Any]
    entities: list[dict[str, Any]]
    invitations: list[dict[str, Any]]

    @classmethod
    async def of(cls, world: World, seats: int = 2, **meeting: Any) -> Self:
        committee = await world.committee()
        made = await world.scheduled(await world.meeting(committee, **meeting))
        body = {"name": "Small offices", "seats": seats}
        pool = await post(world.administrator, f"/v1/meetings/{made['id']}/pools", body)
        entities = [await world.entity() for _ in range(2)]
        invitations = [
            await world.invitation(made, entity, pool_id=pool["id"]) for entity in entities
        ]
        return cls(world, committee, made, pool, entities, invitations)

    @property
    def path(self) -> str:
        return f"/v1/meetings/{self.meeting['id']}"

    async def register(self, entity: int, number: int, **members: Any) -> dict[str, Any]:
        body = named(number, entity=self.entities[entity]["handle"], **members)
        made: dict[str, Any] = await post(
            self.world.administrator, f"{self.path}/registrations", body
        )
        return made

    async def standing(self) -> list[str]:
        listed = await self.world.administrator.get(f"{self.path}/registrations")
        return [each["status"] for each in listed.json()["items"]]

    async def change_pool(self, **members: Any) -> httpx.Response:
        path = f"{self.path}/pools/{self.pool['id']}"
        return await self.world.administrator.patch(path, json=members)

    async def change_invitation(self, entity: int, **members: Any) -> httpx.Response:
        path = f"{self.path}/invitations/{self.invitations[entity]['id']}"
        return await self.world.administrator.patch(path, json=members)

    async def change_meeting(self, **members: Any) -> httpx.Response:
        client = self.world.administrator
        etag = (await client.get(self.path)).headers["etag"]
        return await client.patch(self.path, json=members, headers={"If-Match": etag})

    async def is_sound(self) -> bool:
        async with self.world.app.state.database.transaction() as session:
            return await wrongs(session) == []


async def test_entities_share_the_seats_of_a_pool_and_its_line(world: World) -> None:
    shared = await Shared.of(world)
    first = await shared.register(0, 0)
    second = await shared.register(1, 1)
    third, fourth = await shared.register(0, 2), await shared.register(1, 3)
    places = ("waiting_position", "waiting_in_meeting", "waiting_in_pool")
    assert [[each[place] for place in places] for each in (third, fourth)] == [[1, 1, 1], [1, 2, 2]]
    focal_point = await world.focal_point_of(shared.entities[0])
    board = (await focal_point.get(f"{shared.path}/invitations")).json()["items"]
    assert [(each["seat_quota"], each["seats_taken"]) for each in board] == [(None, 1)]
    assert board[0]["pool"] == {
        "id": shared.pool["id"],
        "name": "Small offices",
        "seats": 2,
        "seats_taken": 2,
    }
    await post(world.administrator, f"{shared.path}/registrations/{second['id']}/withdraw")
    assert await shared.standing() == ["confirmed", "withdrawn", "confirmed", "waiting"]
    assert (await shared.change_pool(seats=3)).json()["seats_taken"] == 3
    assert await shared.standing() == ["confirmed", "withdrawn", "confirmed", "confirmed"]
    refused = await shared.change_pool(seats=1)
    assert (refusal(refused), refused.json()["taken"]) == ((409, "pool-below-taken"), 3)
    assert "`move_to_waiting`" in refused.json()["detail"]
    named_ones = {"seats": 1, "move_to_waiting": [first["id"], fourth["id"]]}
    assert (await shared.change_pool(**named_ones)).json()["seats_taken"] == 1
    assert await shared.standing() == ["waiting", "withdrawn", "confirmed", "waiting"]
    assert await shared.is_sound()


async def test_a_quota_bounds_an_entity_within_its_pool(world: World) -> None:
    shared = await Shared.of(world, seats=3)
    assert (await shared.change_invitation(0, seat_quota=1)).is_success
    made = [await shared.register(0, n) for n in range(2)]
    assert [each["status"] for each in made] == ["confirmed", "waiting"]
    assert (await shared.register(1, 2))["status"] == "confirmed"
    left = (await shared.change_invitation(1, pool_id=None)).json()
    assert (left["pool"], left["seat_quota"], left["seats_taken"]) == (None, 5, 1)
    assert (await shared.change_invitation(0, seat_quota=None)).json()["seats_taken"] == 2
    bare = await shared.change_invitation(1, seat_quota=None)
    assert (refusal(bare), pointers(bare)) == ((422, "invalid"), ["/seat_quota"])
    full = await shared.change_pool(seats=2)
    assert full.is_success
    for path in ("pools/{}/invitations", "invitations/{}"):
        body: dict[str, Any] = {"invitations": [shared.invitations[1]["id"]]}
        if path.startswith("pools"):
            target = path.format(shared.pool["id"])
            answer = await world.administrator.post(f"{shared.path}/{target}", json=body)
        else:
            answer = await shared.change_invitation(1, pool_id=shared.pool["id"])
        assert refusal(answer) == (409, "pool-below-taken")
    assert await shared.is_sound()


async def test_observers_of_the_committee_are_invited_into_their_pool(world: World) -> None:
    shared = await Shared.of(world)
    body = {"name": "Observers", "seats": 4, "for_observers": True}
    pool = await post(world.administrator, f"{shared.path}/pools", body)
    again = await world.administrator.post(f"{shared.path}/pools", json=body | {"name": "More"})
    assert refusal(again) == (409, "already-exists")
    observer, member = await world.entity(), await world.entity()
    await world.membership(shared.committee, observer, "observer")
    await world.membership(shared.committee, member)
    await post(world.administrator, f"{shared.path}/invitations", {"all_members": True})
    board = (await world.administrator.get(f"{shared.path}/invitations?status=draft")).json()
    found = {each["entity"]["id"]: (each["seat_quota"], each["pool"]) for each in board["items"]}
    assert found[member["id"]] == (5, None)
    quota, shares = found[observer["id"]]
    assert (quota, shares["id"]) == (None, pool["id"])
    path = f"{shared.path}/pools"
    listed = (await world.administrator.get(path)).json()["items"]
    assert [(each["name"], each["invitations"]) for each in listed] == [
        ("Observers", 1),
        ("Small offices", 2),
    ]
    in_use = await world.administrator.delete(f"{path}/{pool['id']}")
    assert refusal(in_use) == (409, "pool-in-use")


async def test_a_cut_takes_offers_first_then_who_came_last(world: World, set_clock) -> None:
    set_clock(datetime(2021, 9, 1, 12, tzinfo=UTC))
    shared = await Shared.of(world, seats=9, capacity=3, offer_window=60)
    made = [await shared.register(n % 2, n) for n in range(5)]
    await post(world.administrator, f"{shared.path}/registrations/{made[0]['id']}/withdraw")
    was = ["withdrawn", "confirmed", "confirmed", "offered", "waiting"]
    assert await shared.standing() == was
    refused = await shared.change_meeting(capacity=1)
    assert (refusal(refused), refused.json()["taken"]) == ((409, "capacity-below-taken"), 3)
    assert "`move_to_waiting`" in refused.json()["detail"]
    few = await shared.change_meeting(capacity=1, move_to_waiting=[made[1]["id"]])
    assert few.json()["detail"] == "2 must leave a seat, and 1 registration is named."
    for ids in (
        [made[1]["id"]],
        [each["id"] for each in made[1:4]],
        [made[0]["id"], made[1]["id"]],
    ):
        refused = await shared.change_meeting(capacity=1, move_to_waiting=ids)
        assert refusal(refused) == (409, "plan-does-not-fit")
    etag = (await world.administrator.get(shared.path)).headers["etag"]
    planned = await world.administrator.patch(
        f"{shared.path}?plan=true",
        json={"capacity": 1, "move_to_waiting": "latest"},
        headers={"If-Match": etag},
    )
    assert planned.json()["kinds"] == {"registration_unseated": 2}
    assert sorted(each["name"] for each in planned.json()["notices"]) == [
        "Delegate 2",
        "Delegate 3",
    ]
    assert await shared.standing() == was
    assert (await shared.change_meeting(capacity=1, move_to_waiting="latest")).is_success
    assert await shared.standing() == ["withdrawn", "confirmed", "waiting", "waiting", "waiting"]
    assert (await shared.change_meeting(capacity=2, offer_window=None)).is_success
    assert await shared.standing() == ["withdrawn", "confirmed", "confirmed", "waiting", "waiting"]
    assert await shared.is_sound()


async def test_whoever_was_checked_in_keeps_the_seat(world: World) -> None:
    shared = await Shared.of(world)
    made = [await shared.register(0, n) for n in range(2)]
    await post(world.administrator, f"{shared.path}/open")
    come = {"registration_ids": [made[1]["id"]]}
    await post(world.administrator, f"{shared.path}/attendance/check-ins", come)
    both = await shared.change_invitation(0, seat_quota=0, move_to_waiting="latest")
    assert refusal(both) == (409, "plan-does-not-fit")
    assert (await shared.change_invitation(0, seat_quota=1, move_to_waiting="latest")).is_success
    assert await shared.standing() == ["waiting", "confirmed"]


@pytest.mark.parametrize("role", ["support", "interpreter"])
async def test_some_roles_take_no_seat(world: World, role: str) -> None:
    shared = await Shared.of(world, seats=0)
    assert (await shared.register(0, 0, role=role))["status"] == "confirmed"
    assert await shared.is_sound()


async def test_a_registration_is_one_lock_and_one_write_and_a_pool_one_lock_more(
    world: World,
) -> None:
    shared = await Shared.of(world, seats=9)
    alone = await world.entity()
    await world.invitation(shared.meeting, alone)
    own = [await world.focal_point_of(each) for each in (shared.entities[0], alone)]
    whose = [alone, shared.entities[0], shared.entities[0], shared.entities[0], alone]
    people = [await world.person(entity) for entity in whose]
    found = []
    callers = [*[world.administrator] * 3, *own]
    for who, entity, person in zip(callers, whose, people, strict=True):
        body = {"person_id": person["id"]}
        if who is world.administrator:
            body["entity"] = entity["handle"]
        with counted(world.app) as statements:
            await post(who, f"{shared.path}/registrations", body)
        locks = [each for each in statements if "FOR NO KEY UPDATE" in each]
        found.append((len(statements), len(locks), len([s for s in statements if "INSERT" in s])))
    # With others; by itself with a pool, after that was found; and without looking for it again.
    # Whoever names no entity says nothing of others who name none.
    assert found == [(4, 1, 1), (10, 3, 1), (7, 2, 1), (10, 3, 1), (4, 1, 1)]


@given(st.lists(st.integers(0, 999), min_size=1, max_size=9, unique=True).map(sorted), st.data())
def test_a_move_changes_the_place_of_one_and_keeps_the_order_of_the_others(
    numbers: list[int], data: st.DataObject
) -> None:
    places = st.integers(0, len(numbers) - 1)
    before, after = data.draw(places), data.draw(places)
    fresh = reordered(numbers, before, after)
    assert sorted(fresh) == numbers
    line = sorted(range(len(numbers)), key=fresh.__getitem__)
    assert line[after] == before
    assert [who for who in line if who != before] == [
        who for who in range(len(numbers)) if who != before
    ]


def test_an_offer_fits_in_before_the_meeting_or_is_none() -> None:
    start = datetime(2021, 10, 8, 14, tzinfo=UTC)
    hour, instant = timedelta(hours=1), timedelta(microseconds=1)
    assert offer_end(start - hour, 60, start) == start
    assert offer_end(start - hour + instant, 60, start) is None
    assert offer_end(start - hour, None, start) is None
    assert (has_ended(start, start - instant), has_ended(start, start)) == (False, True)
    assert not has_ended(None, start)
