"""Invitations over HTTP: the board, sending, answering, withdrawing."""

from typing import Any

import pytest

from tests.world import World, named, post


@pytest.fixture
async def meeting(world: World) -> dict[str, Any]:
    return await world.scheduled(await world.meeting(await world.committee()))


def path_of(meeting: dict[str, Any]) -> str:
    return f"/v1/meetings/{meeting['handle']}/invitations"


async def test_all_members_are_invited_once(world: World) -> None:
    committee = await world.committee()
    entities = [await world.entity() for _ in range(3)]
    for entity in entities:
        await world.membership(committee, entity)
    outsider = await world.entity()
    meeting = await world.scheduled(await world.meeting(committee))
    dry = await post(world.administrator, f"{path_of(meeting)}?dry_run=true", {"all_members": True})
    assert dry["invited"] == 3
    assert (await world.administrator.get(path_of(meeting))).json()["items"] == []
    done = await post(world.administrator, path_of(meeting), {"all_members": True})
    assert [result["outcome"] for result in done["results"]] == ["invited"] * 3
    more = {"entities": [outsider["handle"], entities[0]["abbreviation"], "nobody"]}
    again = await post(world.administrator, path_of(meeting), more)
    assert [result["outcome"] for result in again["results"]] == [
        "invited",
        "already_invited",
        "unknown_entity",
    ]
    sent = await post(world.administrator, f"{path_of(meeting)}/send", {"all_drafts": True})
    assert sent["sent"] == 4
    board = (await world.administrator.get(path_of(meeting))).json()["items"]
    assert [row["status"] for row in board] == ["sent"] * 4


async def test_an_answer_may_change_until_people_are_named(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity()
    invitation = await world.invitation(meeting, entity)
    focal_point = await world.focal_point_of(entity)
    path = f"{path_of(meeting)}/{invitation['id']}"
    for said in ("tentative", "declined", "accepted"):
        body = {"answer": said, "note": "So be it."}
        answered = await post(focal_point, f"{path}/answer", body)
        assert (answered["status"], answered["answer_note"]) == (said, "So be it.")
    await post(focal_point, f"/v1/meetings/{meeting['id']}/registrations", named(1))
    refused = await focal_point.post(f"{path}/answer", json={"answer": "declined"})
    assert refused.json()["type"].rpartition("/")[2] == "delegation-registered"


async def test_withdrawing_takes_the_delegation_along(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity()
    invitation = await world.invitation(meeting, entity, seat_quota=1)
    registrations = f"/v1/meetings/{meeting['id']}/registrations"
    for number in range(2):
        await post(world.administrator, registrations, named(number, entity=entity["handle"]))
    withdrawn = await post(world.administrator, f"{path_of(meeting)}/{invitation['id']}/withdraw")
    assert (withdrawn["status"], withdrawn["seats_taken"], withdrawn["waiting"]) == (
        "withdrawn",
        0,
        0,
    )
    items = (await world.administrator.get(registrations)).json()["items"]
    assert [item["status"] for item in items] == ["withdrawn", "withdrawn"]


async def test_a_quota_below_the_seats_taken_is_refused(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity()
    invitation = await world.invitation(meeting, entity, seat_quota=2)
    registrations = f"/v1/meetings/{meeting['id']}/registrations"
    for number in range(2):
        await post(world.administrator, registrations, named(number, entity=entity["handle"]))
    path = f"{path_of(meeting)}/{invitation['id']}"
    refused = await world.administrator.patch(path, json={"seat_quota": 1})
    assert refused.json()["type"].rpartition("/")[2] == "quota-below-taken"


async def test_a_draft_is_unknown_to_its_entity_and_may_be_deleted(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity()
    invitation = await world.invitation(meeting, entity, sent=False)
    other = await world.entity()
    await world.invitation(meeting, other)
    path = f"{path_of(meeting)}/{invitation['id']}"
    assert (await (await world.focal_point_of(entity)).get(path)).status_code == 404
    assert (await (await world.focal_point_of(other)).get(path)).status_code == 404
    assert (await world.administrator.delete(path)).status_code == 204
    assert (await world.administrator.get(path)).status_code == 404
