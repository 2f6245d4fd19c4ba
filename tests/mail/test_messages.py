"""The list of mails: what organizers see of what was sent."""

import httpx
import pytest
from fastapi import FastAPI

from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import link_token
from tests.mail.stage import DAY, SECRET, Stage
from tests.statements import counted
from tests.world import World


@pytest.fixture
async def stage(app: FastAPI, set_clock) -> Stage:
    set_clock(DAY)
    return await Stage.set(app.state.database)


async def kinds(client: httpx.AsyncClient, query: str = "") -> list[str]:
    answer = await client.get(f"/v1/messages?sort=created_at{query}")
    assert answer.status_code == 200, answer.text
    return [item["kind"] for item in answer.json()["items"]]


async def test_organizers_see_the_mails_of_their_meetings(stage: Stage, world: World) -> None:
    await stage.send()
    await stage.register()
    await stage.follow()
    everything = ["invitation", "registration_confirmed"]
    organizer = await world.organizer({"id": stage.committee.id})
    another = await world.organizer(await world.committee())
    assert [await kinds(c) for c in (world.administrator, organizer, another)] == [
        everything,
        everything,
        [],
    ]
    assert await kinds(organizer, "&kind=invitation") == ["invitation"]
    assert await kinds(organizer, "&state=sent") == []
    assert await kinds(organizer, f"&meeting={stage.meeting.handle}&state=planned") == everything
    assert await kinds(organizer, "&meeting=another-meeting") == []
    registered = (await stage.messages())[1].registration_id
    assert await kinds(organizer, f"&invitation_id={stage.invitation.id}") == ["invitation"]
    assert await kinds(organizer, f"&registration_id={registered}") == ["registration_confirmed"]
    assert await kinds(organizer, f"&registration_id={stage.invitation.id}") == []


async def test_a_message_shows_its_delivery_and_no_token(stage: Stage, world: World) -> None:
    await stage.send()
    await stage.follow()
    (message,) = await stage.messages()
    answer = await world.administrator.get("/v1/messages")
    (item,) = answer.json()["items"]
    assert item == {
        "id": str(message.id),
        "kind": "invitation",
        "state": "planned",
        "meeting_id": str(stage.meeting.id),
        "invitation_id": str(stage.invitation.id),
        "registration_id": None,
        "event_id": str(message.event_id),
        "person_id": str(stage.focal_point.id),
        "account_id": None,
        "panellist_id": None,
        "briefing_id": None,
        "due_at": item["created_at"],
        "recipient": "amina@example.org",
        "language": "fr",
        "message_id": message.message_id,
        "attempts": 0,
        "created_at": item["created_at"],
        "sent_at": None,
        "opened_at": None,
        "allowed": [],
        "last_error": None,
    }
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    assert [s in answer.text for s in (link_token(SECRET, link.id), str(link.id))] == [False] * 2


async def test_others_are_refused(stage: Stage, world: World, anonymous: httpx.AsyncClient) -> None:
    callers = [
        await world.focal_point_of({"id": stage.entity.id}),
        await world.observer({"id": stage.committee.id}),
        anonymous,
    ]
    assert [(await c.get("/v1/messages")).status_code for c in callers] == [403, 403, 401]


async def test_pages_cost_the_same_whatever_their_length(
    app: FastAPI, stage: Stage, world: World
) -> None:
    organizer = await world.organizer({"id": stage.committee.id})
    await stage.send()
    await stage.follow()
    with counted(app) as with_one:
        await kinds(organizer)
    for _ in range(12):
        await stage.register()
    await stage.follow()
    with counted(app) as with_many:
        assert len(await kinds(organizer)) == 13
    assert len(with_many) == len(with_one)
    first = await organizer.get("/v1/messages?limit=5")
    rest = await organizer.get(first.links["next"]["url"])
    ids = [item["id"] for page in (first, rest) for item in page.json()["items"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 10
