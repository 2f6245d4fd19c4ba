"""Invitations over HTTP: the board, sending, answering, withdrawing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.check import wrongs
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
    assert refused.json()["detail"] == (
        "2 seats are taken: withdraw registrations, or say with `move_to_waiting` who goes back to "
        "the waiting list."
    )


async def test_after_the_deadline_the_entity_is_told_when_it_was(
    world: World, set_clock: Any
) -> None:
    set_clock(datetime(2021, 9, 1, 12, tzinfo=UTC))
    draft = await world.meeting(
        await world.committee(), registration_closes_at="2021-10-01T00:00:00Z"
    )
    meeting, entity = await world.scheduled(draft), await world.entity()
    invitation = await world.invitation(meeting, entity)
    set_clock(datetime(2021, 10, 2, 12, tzinfo=UTC))
    focal_point = await world.focal_point_of(entity)
    path = f"{path_of(meeting)}/{invitation['id']}/answer"
    refused = await focal_point.post(path, json={"answer": "accepted"})
    assert refused.json()["type"].rpartition("/")[2] == "answers-closed"
    assert refused.json()["detail"] == "The deadline was 2021-10-01T00:00:00Z: ask the organizer."


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


async def over(world: World, meeting: dict[str, Any], *moves: str) -> None:
    for move in moves:
        await post(world.administrator, f"/v1/meetings/{meeting['id']}/{move}")


@pytest.mark.parametrize("moves", [("open", "adjourn"), ("open", "adjourn", "close"), ("cancel",)])
async def test_the_delegations_of_a_meeting_that_is_over_stay(
    world: World, meeting: dict[str, Any], moves: tuple[str, ...]
) -> None:
    entity = await world.entity()
    invitation = await world.invitation(meeting, entity)
    registrations = f"/v1/meetings/{meeting['id']}/registrations"
    await post(world.administrator, registrations, named(1, entity=entity["handle"]))
    await over(world, meeting, *moves)
    before = (await world.administrator.get(registrations)).json()["items"]
    path = f"{path_of(meeting)}/{invitation['id']}"
    refused = await world.administrator.post(f"{path}/withdraw")
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (
        409,
        "meeting-closed",
    )
    assert (await world.administrator.get(registrations)).json()["items"] == before
    assert (await world.administrator.get(path)).json()["allowed"] == []
    assert (await (await world.focal_point_of(entity)).get(path)).json()["allowed"] == []


async def test_a_draft_stays_in_the_record_of_a_closed_meeting(
    world: World, meeting: dict[str, Any]
) -> None:
    draft = await world.invitation(meeting, await world.entity(), sent=False)
    await over(world, meeting, "open", "adjourn", "close")
    refused = await world.administrator.delete(f"{path_of(meeting)}/{draft['id']}")
    assert refused.json()["type"].rpartition("/")[2] == "meeting-closed"


async def test_what_is_allowed_follows_the_states_of_invitation_and_meeting(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity()
    draft = await world.invitation(meeting, await world.entity(), sent=False)
    sent = await world.invitation(meeting, entity)
    focal_point = await world.focal_point_of(entity)

    async def allowed(invitation: dict[str, Any], caller: Any = world.administrator) -> list[str]:
        answer = await caller.get(f"{path_of(meeting)}/{invitation['id']}")
        verbs: list[str] = answer.json()["allowed"]
        return verbs

    answers = ["accept", "decline", "answer_tentatively"]
    assert await allowed(draft) == ["send", "withdraw"]
    assert await allowed(sent) == [*answers, "withdraw"]
    assert await allowed(sent, focal_point) == answers
    await over(world, meeting, "postpone")
    assert await allowed(draft) == ["withdraw"]
    assert await allowed(sent, focal_point) == answers


async def test_sending_before_the_announcement_is_refused_in_a_dry_run_too(world: World) -> None:
    meeting = await world.meeting(await world.committee())
    await world.invitation(meeting, await world.entity(), sent=False)
    for question in ("", "?dry_run=true"):
        path = f"{path_of(meeting)}/send{question}"
        refused = await world.administrator.post(path, json={"all_drafts": True})
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (
            409,
            "meeting-not-announced",
        )


async def test_a_quota_cannot_be_removed(world: World, meeting: dict[str, Any]) -> None:
    invitation = await world.invitation(meeting, await world.entity(), seat_quota=2)
    path = f"{path_of(meeting)}/{invitation['id']}"
    refused = await world.administrator.patch(path, json={"seat_quota": None})
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [{"pointer": "/seat_quota", "detail": "Without a pool an invitation has a quota."}],
    )
    assert (await world.administrator.patch(path, json={})).json()["seat_quota"] == 2


async def test_an_entity_can_be_invited_again_after_a_withdrawal(
    world: World, meeting: dict[str, Any], session: AsyncSession
) -> None:
    entity = await world.entity()
    first = await world.invitation(meeting, entity, seat_quota=3)
    registrations = f"/v1/meetings/{meeting['id']}/registrations"
    await post(world.administrator, registrations, named(1, entity=entity["handle"]))
    path = f"{path_of(meeting)}/{first['id']}"
    focal_point = await world.focal_point_of(entity)
    await post(focal_point, f"{path}/answer", {"answer": "accepted", "note": "Gladly."})
    await post(world.administrator, f"{path}/withdraw")
    again = await world.invitation(meeting, entity, sent=False)
    assert again == first | {
        "status": "draft",
        "reference": None,
        "seat_quota": meeting["seat_quota"],
        "sent_at": None,
        "allowed": ["send", "withdraw"],
    }
    assert (await focal_point.get(path)).status_code == 404
    await post(world.administrator, f"{path}/send")
    resent = (await focal_point.get(path)).json()
    assert (resent["status"], first["reference"][-4:], resent["reference"][-4:]) == (
        "sent",
        "/L.1",
        "/L.2",
    )
    made = await post(focal_point, registrations, named(1))
    assert made["status"] == "confirmed"
    assert await wrongs(session) == []
