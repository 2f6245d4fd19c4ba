"""The same delegation as last time: who was confirmed then, in the same roles."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core import clock
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import link_token
from tests.registrations.tables import listed, path_of
from tests.world import World, named, post


@pytest.fixture
async def entity(world: World) -> dict[str, Any]:
    return await world.entity()


@pytest.fixture
async def meetings(world: World, entity: dict[str, Any]) -> list[dict[str, Any]]:
    """The fifth, with a delegation, and the sixth."""
    committee = await world.committee()
    found = [await world.scheduled(await world.meeting(committee)) for _ in range(2)]
    for meeting, quota in zip(found, (3, 2), strict=True):
        await world.invitation(meeting, entity, seat_quota=quota)
    roles = ["head_of_delegation", "adviser", "support", "representative", "alternate"]
    made = [
        await post(
            world.administrator,
            path_of(found[0]),
            named(n, entity=entity["handle"], role=role),
        )
        for n, role in enumerate(roles)
    ]
    assert [each["status"] for each in made] == ["confirmed"] * 4 + ["waiting"]
    return found


def told(result: dict[str, Any]) -> list[tuple[str, str, str, str | None]]:
    return [
        (row["person"]["name"], row["role"], row["outcome"], row["problem"])
        for row in result["rows"]
    ]


async def test_who_was_confirmed_comes_again_in_the_same_role(
    world: World, entity: dict[str, Any], meetings: list[dict[str, Any]]
) -> None:
    focal_point = await world.focal_point_of(entity)
    path, body = f"{path_of(meetings[1])}/copy", {"meeting": meetings[0]["handle"]}
    shown = await post(focal_point, f"{path}?dry_run=true", body)
    assert await listed(focal_point, meetings[1]) == []
    done = await post(focal_point, path, body)
    for result in (shown, done):
        assert told(result) == [
            ("Delegate 0", "head_of_delegation", "confirmed", None),
            ("Delegate 1", "adviser", "confirmed", None),
            ("Delegate 2", "support", "confirmed", None),
            ("Delegate 3", "representative", "waiting", None),
        ]
    assert await listed(focal_point, meetings[1]) == [
        ("Delegate 0", "head_of_delegation", "confirmed"),
        ("Delegate 1", "adviser", "confirmed"),
        ("Delegate 2", "support", "confirmed"),
        ("Delegate 3", "representative", "waiting"),
    ]
    again = await post(focal_point, path, body)
    assert (again["already_there"], again["confirmed"], again["refused"]) == (4, 0, 0)


async def test_by_a_link_one_finds_the_own_earlier_delegations_and_nothing_else_of_them(
    world: World, entity: dict[str, Any], meetings: list[dict[str, Any]]
) -> None:
    other = await world.entity()
    committee = {"id": meetings[0]["committee_id"]}
    invitations = {each["id"]: await invitation_of(world, each, entity) for each in meetings}
    elsewhere = await world.scheduled(await world.meeting(await world.committee()))
    later = await world.scheduled(
        await world.meeting(
            committee, local_start="2021-12-14T10:00:00", local_end="2021-12-14T13:00:00"
        )
    )
    for meeting in (elsewhere, later):
        await world.invitation(meeting, entity)
        await post(world.administrator, path_of(meeting), named(8, entity=entity["handle"]))
    theirs = await world.invitation(meetings[1], other)
    mine = UUID(invitations[meetings[1]["id"]])
    person = await world.person(entity)
    async with world.app.state.database.transaction() as session:
        link = identity.create_link(
            session,
            LinkPurpose.ANSWER_INVITATION,
            mine,
            UUID(person["id"]),
            clock.now() + timedelta(days=1),
        )
    token = link_token(world.app.state.secret, link.id)
    anonymous = await world.client(None)
    exchanged = await post(anonymous, "/v1/links/exchange", {"token": token})
    holder = await world.client(exchanged["token"])
    path = f"/v1/meetings/{meetings[1]['id']}/invitations"
    own = f"{path}/{mine}/earlier-delegations"
    for client in (holder, await world.focal_point_of(entity), world.administrator):
        (found,) = (await client.get(own)).json()["items"]
        assert (found["meeting_id"], found["people"]) == (meetings[0]["id"], 4)
    assert (await holder.get(f"{path}/{theirs['id']}/earlier-delegations")).status_code == 404
    for hidden in ("", "/registrations", "/lists/delegations"):
        answer = await holder.get(f"/v1/meetings/{meetings[0]['id']}{hidden}")
        assert answer.status_code == 404
    copied = await holder.post(f"{path_of(meetings[1])}/copy", json={"meeting": found["meeting"]})
    assert (copied.json()["confirmed"], "@" in copied.text) == (3, False)
    body = {"meeting": elsewhere["id"]}
    assert (await holder.post(f"{path_of(meetings[1])}/copy", json=body)).status_code == 422


async def invitation_of(world: World, meeting: dict[str, Any], entity: dict[str, Any]) -> str:
    path = f"/v1/meetings/{meeting['id']}/invitations"
    items = (await world.administrator.get(path)).json()["items"]
    (found,) = [each["id"] for each in items if each["entity"]["id"] == entity["id"]]
    return str(found)


async def test_some_are_left_out_and_whoever_left_is_told_as_such(
    world: World, entity: dict[str, Any], meetings: list[dict[str, Any]]
) -> None:
    items = (await world.administrator.get(path_of(meetings[0]))).json()["items"]
    ids = [item["person"]["id"] for item in items]
    other = await world.entity()
    async with world.app.state.database.transaction() as session:
        move = text("UPDATE people SET entity_id = :entity WHERE id = :person")
        await session.execute(move, {"entity": other["id"], "person": ids[1]})
    body = {"meeting": meetings[0]["id"], "leave_out": [ids[0]], "entity": entity["handle"]}
    path = f"{path_of(meetings[1])}/copy"
    refused = await world.administrator.post(path, json=body)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "rows-refused")
    assert await listed(world.administrator, meetings[1]) == []
    result = await post(world.administrator, f"{path}?mode=rows", body)
    assert result["left_out"] == 1
    assert told(result) == [
        ("Delegate 1", "adviser", "refused", "not-of-this-entity"),
        ("Delegate 2", "support", "confirmed", None),
        ("Delegate 3", "representative", "confirmed", None),
    ]


async def test_only_of_meetings_whose_delegation_one_may_see(
    world: World, entity: dict[str, Any], meetings: list[dict[str, Any]]
) -> None:
    foreign = await world.scheduled(await world.meeting(await world.committee()))
    uninvited = await world.scheduled(await world.meeting({"id": meetings[0]["committee_id"]}))
    focal_point = await world.focal_point_of(entity)
    organizer = await world.organizer({"id": meetings[0]["committee_id"]})
    path = f"{path_of(meetings[1])}/copy"
    for client in (focal_point, organizer):
        for meeting in (foreign["id"], uninvited["handle"], "nowhere"):
            body = {"meeting": meeting, "entity": entity["handle"]}
            answer = await client.post(path, json=body)
            assert answer.status_code == 422
            assert answer.json()["errors"] == [
                {"pointer": "/meeting", "detail": "The entity was invited to no such meeting."}
            ]
    itself = {"meeting": meetings[1]["id"], "entity": entity["handle"]}
    assert (await organizer.post(path, json=itself)).status_code == 422
    stranger = await world.focal_point_of(await world.entity())
    body = {"meeting": meetings[0]["id"]}
    assert (await stranger.post(path, json=body)).status_code == 404


async def test_a_person_of_another_entity_at_the_earlier_meeting_is_never_shown(
    world: World, entity: dict[str, Any], meetings: list[dict[str, Any]]
) -> None:
    other = await world.entity()
    await world.invitation(meetings[0], other)
    canary = {"person": {"name": "Canary", "email": "canary@example.org"}, "entity": other["id"]}
    await post(world.administrator, path_of(meetings[0]), canary)
    focal_point = await world.focal_point_of(entity)
    body = {"meeting": meetings[0]["id"]}
    answer = await focal_point.post(f"{path_of(meetings[1])}/copy?dry_run=true", json=body)
    assert answer.status_code == 200
    assert "anary" not in answer.text
    named_other = await focal_point.post(
        f"{path_of(meetings[1])}/copy", json=body | {"entity": other["handle"]}
    )
    assert named_other.status_code == 404


async def test_nobody_who_was_anonymized_comes_again(
    world: World, entity: dict[str, Any], meetings: list[dict[str, Any]]
) -> None:
    items = (await world.administrator.get(path_of(meetings[0]))).json()["items"]
    gone = {"ids": [item["person"]["id"] for item in items[:2]]}
    async with world.app.state.database.transaction() as session:
        statement = "UPDATE people SET anonymized_at = now() WHERE id = ANY(CAST(:ids AS uuid[]))"
        await session.execute(text(statement), gone)
    focal_point = await world.focal_point_of(entity)
    body = {"meeting": meetings[0]["handle"]}
    for path in (f"{path_of(meetings[1])}/copy?dry_run=true", f"{path_of(meetings[1])}/copy"):
        assert told(await post(focal_point, path, body)) == [
            ("Delegate 2", "support", "confirmed", None),
            ("Delegate 3", "representative", "confirmed", None),
        ]
    directory = f"/v1/entities/{entity['id']}/people"
    people = (await focal_point.get(directory)).json()["items"]
    assert sorted(each["name"] for each in people) == ["Delegate 2", "Delegate 3", "Delegate 4"]
    assert (await focal_point.get(f"{directory}/duplicates")).json()["items"] == []
