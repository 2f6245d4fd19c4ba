"""Registrations over HTTP: seats, waiting list, promotion, who may do what."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.statements import counted
from tests.world import World, named, post


@pytest.fixture
async def meeting(world: World) -> dict[str, Any]:
    return await world.scheduled(await world.meeting(await world.committee()))


def path_of(meeting: dict[str, Any]) -> str:
    return f"/v1/meetings/{meeting['handle']}/registrations"


async def standing(world: World, meeting: dict[str, Any]) -> list[tuple[str, str, int | None]]:
    """(name, status, waiting position) by arrival."""
    items = (await world.administrator.get(path_of(meeting))).json()["items"]
    return [(r["person"]["name"], r["status"], r["waiting_position"]) for r in items]


async def test_beyond_the_quota_people_wait_and_a_freed_seat_goes_to_the_first(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity()
    invitation = await world.invitation(meeting, entity, seat_quota=2)
    focal_point = await world.focal_point_of(entity)
    made = [await post(focal_point, path_of(meeting), named(n)) for n in range(4)]
    assert await standing(world, meeting) == [
        ("Delegate 0", "confirmed", None),
        ("Delegate 1", "confirmed", None),
        ("Delegate 2", "waiting", 1),
        ("Delegate 3", "waiting", 2),
    ]
    withdrawn = await post(focal_point, f"{path_of(meeting)}/{made[0]['id']}/withdraw")
    assert (withdrawn["status"], withdrawn["allowed"]) == ("withdrawn", [])
    assert await standing(world, meeting) == [
        ("Delegate 0", "withdrawn", None),
        ("Delegate 1", "confirmed", None),
        ("Delegate 2", "confirmed", None),
        ("Delegate 3", "waiting", 1),
    ]
    board = f"/v1/meetings/{meeting['id']}/invitations/{invitation['id']}"
    row = (await world.administrator.get(board)).json()
    assert (row["status"], row["seats_taken"], row["waiting"]) == ("accepted", 2, 1)
    twice = await focal_point.post(f"{path_of(meeting)}/{made[0]['id']}/withdraw")
    assert (twice.status_code, twice.json()["state"]) == (409, "withdrawn")


async def test_more_quota_and_more_capacity_promote_in_the_order_of_arrival(world: World) -> None:
    draft = await world.meeting(await world.committee(), capacity=2)
    meeting = await world.scheduled(draft)
    one, two = await world.entity(), await world.entity()
    first = await world.invitation(meeting, one, seat_quota=1)
    await world.invitation(meeting, two, seat_quota=5)
    for number, entity in enumerate([one, one, two, two, two]):
        await post(world.administrator, path_of(meeting), named(number, entity=entity["handle"]))
    assert [s for _, s, _ in await standing(world, meeting)] == [
        "confirmed", "waiting", "confirmed", "waiting", "waiting",
    ]  # fmt: skip
    path = f"/v1/meetings/{meeting['id']}"
    etag = (await world.administrator.get(path)).headers["etag"]
    raised = await world.administrator.patch(path, json={"capacity": 3}, headers={"If-Match": etag})
    assert raised.status_code == 200, raised.text
    assert [s for _, s, _ in await standing(world, meeting)] == [
        "confirmed", "waiting", "confirmed", "confirmed", "waiting",
    ]  # fmt: skip
    quota = await world.administrator.patch(
        f"{path}/invitations/{first['id']}", json={"seat_quota": 2}
    )
    assert quota.status_code == 200
    etag = (await world.administrator.get(path)).headers["etag"]
    await world.administrator.patch(path, json={"capacity": 4}, headers={"If-Match": etag})
    assert [s for _, s, _ in await standing(world, meeting)] == [
        "confirmed", "confirmed", "confirmed", "confirmed", "waiting",
    ]  # fmt: skip


async def test_one_person_one_registration_one_head_one_delegation(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity()
    await world.invitation(meeting, entity)
    focal_point = await world.focal_point_of(entity)
    await post(focal_point, path_of(meeting), named(1, role="head_of_delegation"))
    again = await focal_point.post(path_of(meeting), json=named(1))
    second = await focal_point.post(path_of(meeting), json=named(2, role="head_of_delegation"))
    problems = [a.json()["type"].rpartition("/")[2] for a in (again, second)]
    assert problems == ["already-registered", "head-already-named"]
    people = (await focal_point.get(f"/v1/entities/{entity['id']}/people")).json()["items"]
    assert [person["name"] for person in people] == ["Delegate 1"]


async def test_many_at_once_have_a_result_each_and_a_dry_run_changes_nothing(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity()
    await world.invitation(meeting, entity, seat_quota=2)
    focal_point = await world.focal_point_of(entity)
    wanted = [named(1), named(2), named(1), named(3), named(4, role="support")]
    dry = await post(focal_point, f"{path_of(meeting)}/bulk?dry_run=true", wanted)
    assert await standing(world, meeting) == []
    done = await post(focal_point, f"{path_of(meeting)}/bulk", wanted)
    outcomes = ["confirmed", "confirmed", "refused", "waiting", "confirmed"]
    assert [row["outcome"] for row in done["rows"]] == outcomes
    assert [row["outcome"] for row in dry["rows"]] == outcomes
    assert done["rows"][2]["problem"] == "already-registered"


async def test_another_entity_learns_nothing(world: World, meeting: dict[str, Any]) -> None:
    mine, other = await world.entity(), await world.entity()
    await world.invitation(meeting, mine)
    await world.invitation(meeting, other)
    registration = await post(
        await world.focal_point_of(mine), path_of(meeting), named(7, role="adviser")
    )
    stranger = await world.focal_point_of(other)
    listed = await stranger.get(path_of(meeting))
    assert listed.json()["items"] == []
    filtered = await stranger.get(f"{path_of(meeting)}?entity={mine['handle']}")
    assert filtered.json()["items"] == []
    path = f"{path_of(meeting)}/{registration['id']}"
    unknown = f"{path_of(meeting)}/{mine['id']}"
    for method, body in (("GET", None), ("PATCH", {"role": "support"})):
        refused = await stranger.request(method, path, json=body)
        missing = await stranger.request(method, unknown, json=body)
        assert refused.status_code == missing.status_code == 404
        assert refused.json() | {"instance": ""} == missing.json() | {"instance": ""}
    assert (await stranger.post(f"{path}/withdraw")).status_code == 404
    named_for_other = await stranger.post(path_of(meeting), json=named(8, entity=mine["handle"]))
    assert named_for_other.status_code == 404


async def test_the_window_and_the_state_of_the_meeting_decide(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity()
    await world.invitation(meeting, entity, sent=False)
    focal_point = await world.focal_point_of(entity)
    assert (await focal_point.post(path_of(meeting), json=named(1))).status_code == 404
    by_organizer = await world.administrator.post(
        path_of(meeting), json=named(1, entity=entity["handle"])
    )
    assert by_organizer.json()["type"].rpartition("/")[2] == "not-invited"


async def test_a_role_without_a_seat_frees_one(world: World, meeting: dict[str, Any]) -> None:
    entity = await world.entity()
    await world.invitation(meeting, entity, seat_quota=1)
    focal_point = await world.focal_point_of(entity)
    first = await post(focal_point, path_of(meeting), named(1))
    await post(focal_point, path_of(meeting), named(2))
    path = f"{path_of(meeting)}/{first['id']}"
    changed = await focal_point.patch(path, json={"role": "support"})
    assert (changed.json()["role"], changed.json()["status"]) == ("support", "confirmed")
    assert [s for _, s, _ in await standing(world, meeting)] == ["confirmed", "confirmed"]
    back = await focal_point.patch(path, json={"role": "representative"})
    assert back.json()["type"].rpartition("/")[2] == "no-seat-free"


async def test_a_repeated_request_has_one_effect(world: World, meeting: dict[str, Any]) -> None:
    entity = await world.entity()
    await world.invitation(meeting, entity)
    focal_point = await world.focal_point_of(entity)
    headers = {"Idempotency-Key": "once-1"}
    first = await focal_point.post(path_of(meeting), json=named(1), headers=headers)
    again = await focal_point.post(path_of(meeting), json=named(1), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    other = await focal_point.post(path_of(meeting), json=named(2), headers=headers)
    assert other.json()["type"].rpartition("/")[2] == "idempotency-key-reused"
    assert len(await standing(world, meeting)) == 1


async def test_lists_cost_the_same_with_one_row_and_with_fifty(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity()
    await world.invitation(meeting, entity, seat_quota=60)
    await post(world.administrator, path_of(meeting), named(0, entity=entity["handle"]))
    paths = [path_of(meeting), f"/v1/meetings/{meeting['id']}/invitations"]
    costs = []
    for number in (1, 50):
        rows = [named(100 * number + n, entity=entity["handle"]) for n in range(number - 1)]
        if rows:
            await post(world.administrator, f"{path_of(meeting)}/bulk", rows)
            for _ in range(number - 1):
                await world.invitation(meeting, await world.entity(), sent=False)
        for path in paths:
            with counted(world.app) as statements:
                assert len((await world.administrator.get(path)).json()["items"]) == number
            costs.append(len(statements))
    assert costs[:2] == costs[2:]


async def test_a_seat_is_not_taken_by_a_change_of_role_after_the_deadline(
    world: World, set_clock
) -> None:
    set_clock(datetime(2021, 9, 1, 8, tzinfo=UTC))
    deadline = {"registration_closes_at": "2021-10-06T22:00:00Z"}
    meeting = await world.scheduled(await world.meeting(await world.committee(), **deadline))
    entity = await world.entity()
    await world.invitation(meeting, entity, seat_quota=5)
    focal_point = await world.focal_point_of(entity)
    path = f"/v1/meetings/{meeting['id']}/registrations"
    made = await post(focal_point, path, named(1, role="support"))
    one = f"{path}/{made['id']}"
    set_clock(datetime(2021, 10, 7, tzinfo=UTC))
    refused = await focal_point.patch(one, json={"role": "representative"})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/registration-closed")
    allowed = await world.administrator.patch(one, json={"role": "representative"})
    assert (allowed.status_code, allowed.json()["role"]) == (200, "representative")
    freed = await focal_point.patch(one, json={"role": "support"})
    assert (freed.status_code, freed.json()["role"]) == (200, "support")


async def test_a_role_cannot_be_removed(world: World) -> None:
    meeting = await world.scheduled(await world.meeting(await world.committee()))
    entity = await world.entity()
    await world.invitation(meeting, entity)
    path = f"/v1/meetings/{meeting['id']}/registrations"
    made = await post(world.administrator, path, named(1, entity=entity["handle"]))
    refused = await world.administrator.patch(f"{path}/{made['id']}", json={"role": None})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/role"]


async def test_nothing_is_allowed_once_the_meeting_is_over(world: World) -> None:
    meeting = await world.scheduled(await world.meeting(await world.committee()))
    entity = await world.entity()
    await world.invitation(meeting, entity)
    path = f"/v1/meetings/{meeting['id']}"
    body = named(1, entity=entity["handle"])
    made = await post(world.administrator, f"{path}/registrations", body)
    assert made["allowed"] == ["withdraw", "substitute"]
    await post(world.administrator, f"{path}/cancel")
    one = f"{path}/registrations/{made['id']}"
    assert (await world.administrator.get(one)).json()["allowed"] == []
    assert (await world.administrator.post(f"{one}/withdraw")).status_code == 409
