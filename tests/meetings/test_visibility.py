"""Who may know of a meeting, by itself and in lists, with a token and without."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from app.core import clock
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose, Role, Scope
from app.identity.tokens import link_token
from tests.meetings.board import NEW_TIMES, address, meeting_in, refusal
from tests.world import World, post


async def seen_by(caller: httpx.AsyncClient, meetings: list[dict[str, Any]]) -> list[bool]:
    """What the caller may read; the list must say the same."""
    listed = {
        meeting["id"]: meeting for meeting in (await caller.get("/v1/meetings")).json()["items"]
    }
    seen = []
    for meeting in meetings:
        answer = await caller.get(address(meeting))
        assert answer.status_code in {200, 404}
        seen.append(answer.status_code == 200)
        assert listed.pop(meeting["id"], None) == (answer.json() if seen[-1] else None)
    assert listed == {}
    return seen


async def test_committee_roles_reach_working_groups_and_not_upwards(world: World) -> None:
    committee, other = await world.committee(), await world.committee()
    group = await world.committee(parent=committee["handle"])
    meetings = [await world.meeting(each) for each in (committee, group, other)]
    expected = {committee["id"]: [True, True, False], group["id"]: [False, True, False]}
    for scope in (committee, group):
        for caller in (await world.organizer(scope), await world.observer(scope)):
            assert await seen_by(caller, meetings) == expected[scope["id"]]
    assert await seen_by(world.administrator, meetings) == [True, True, True]
    everywhere = await world.caller(Role.OBSERVER)
    assert await seen_by(everywhere, meetings) == [True, True, True]
    assert await seen_by(await world.caller(), meetings) == [False, False, False]


async def test_a_meeting_names_its_committee(world: World) -> None:
    committee = await world.committee(name={"en": "Drugs", "fr": "Drogues"})
    meeting = await world.meeting(committee)
    named = {name: committee[name] for name in ("id", "handle", "name")}
    assert meeting["committee"] == named
    await world.scheduled(meeting)
    new_name = {"name": {"fr": "Stupéfiants"}}
    path = f"/v1/committees/{committee['id']}"
    before = (await world.administrator.get(address(meeting))).headers["etag"]
    assert (await world.administrator.patch(path, json=new_name)).status_code == 200
    after = await world.administrator.get(address(meeting))
    assert after.json()["committee"] == named | {"name": {"en": "Drugs", "fr": "Stupéfiants"}}
    assert after.headers["etag"] != before


async def test_only_organizers_act_and_see_the_moves(world: World) -> None:
    committee = await world.committee()
    meeting = await world.meeting(committee)
    observer = await world.observer(committee)
    seen = (await observer.get(address(meeting))).json()
    assert seen == meeting | {"allowed": []}
    match = {"If-Match": "*"}
    body = {"committee": committee["id"], "title": {"en": "Mine"}} | NEW_TIMES
    for caller, status in ((observer, 403), (await world.caller(), 404)):
        answers = [
            await caller.patch(address(meeting), json={"venue": "Room 4"}, headers=match),
            await caller.delete(address(meeting), headers=match),
            await caller.post(address(meeting, "/schedule")),
            await caller.post(address(meeting, "/reschedule"), json=NEW_TIMES),
        ]
        assert [answer.status_code for answer in answers] == [status] * 4
        create = await caller.post("/v1/meetings", json=body)
        assert refusal(create) == (403, "not-permitted")
    assert (await observer.get(address(meeting, "/readiness"))).status_code == 200
    elsewhere = await world.organizer(await world.committee())
    assert refusal(await elsewhere.post("/v1/meetings", json=body)) == (403, "not-permitted")
    reader = await world.client(
        await world.token(Role.ORGANIZER, committee_id=committee["id"], scopes=(Scope.READ,))
    )
    assert (await reader.post(address(meeting, "/schedule"))).status_code == 403
    assert (await world.administrator.get(address(meeting))).json() == meeting


async def test_an_entity_sees_announced_meetings_that_concern_it(world: World) -> None:
    committee, elsewhere = await world.committee(), await world.committee()
    entity = await world.entity()
    await world.membership(committee, entity, since="2021-01-01", until="2021-10-09")
    focal_point = await world.focal_point_of(entity)
    draft = await world.meeting(committee)
    announced = await world.scheduled(await world.meeting(committee))
    dropped = await meeting_in(world, committee, "draft")
    dropped = await post(world.administrator, address(dropped, "/cancel"))
    called_off = await meeting_in(world, committee, "cancelled")
    later = await world.scheduled(await world.meeting(committee, **NEW_TIMES))
    asked = await world.scheduled(await world.meeting(elsewhere))
    await world.invitation(asked, entity)
    drafted = await world.scheduled(await world.meeting(elsewhere))
    await world.invitation(drafted, entity, sent=False)
    foreign = await world.scheduled(await world.meeting(elsewhere))
    await world.invitation(foreign, await world.entity())
    meetings = [draft, announced, dropped, called_off, later, asked, drafted, foreign]
    expected = [False, True, False, True, False, True, False, False]
    assert await seen_by(focal_point, meetings) == expected
    assert (await focal_point.get(address(announced))).json() == announced | {"allowed": []}
    assert refusal(await focal_point.get(address(announced, "/readiness"))) == (
        403,
        "not-permitted",
    )
    for_one = await world.caller(
        Role.FOCAL_POINT, entity_id=entity["id"], committee_id=elsewhere["id"]
    )
    assert await seen_by(for_one, meetings) == [False] * 5 + [True, False, False]


async def test_a_link_shows_the_meeting_that_it_is_for(world: World, app: FastAPI) -> None:
    committee, entity = await world.committee(), await world.entity()
    await world.membership(committee, entity)
    person = await world.person(entity)
    mine = await world.scheduled(await world.meeting(committee))
    other = await world.scheduled(await world.meeting(committee))
    for meeting in (mine, other):
        await world.invitation(meeting, entity)
    holder = await world.client(await session_of_link(app, mine, person))
    assert await seen_by(holder, [mine, other]) == [True, False]
    assert refusal(await holder.get(address(mine, "/room"))) == (403, "not-permitted")
    assert refusal(await holder.post(address(mine, "/cancel"))) == (403, "not-permitted")


async def session_of_link(app: FastAPI, meeting: dict[str, Any], person: dict[str, Any]) -> str:
    """A bearer token as the holder of the invitation's mail gets it."""
    async with app.state.database.transaction() as session:
        statement = text("SELECT id FROM invitations WHERE meeting_id = :id")
        invitation_id = (await session.execute(statement, {"id": meeting["id"]})).scalar_one()
        link = identity.create_link(
            session,
            LinkPurpose.ANSWER_INVITATION,
            UUID(str(invitation_id)),
            UUID(person["id"]),
            clock.now() + timedelta(days=30),
        )
        await session.flush()
        secret = app.state.secret
        opened = await identity.exchange_link(session, secret, link_token(secret, link.id))
    assert isinstance(opened, tuple), "the link is not bound"
    return opened[-1]


async def test_everybody_sees_public_meetings_once_they_are_announced(
    world: World, anonymous: httpx.AsyncClient
) -> None:
    committee = await world.committee(languages=["en", "fr"])
    contact = {"name": "Press", "role": None, "email": "press@example.org"}
    shown = await world.scheduled(
        await world.meeting(
            committee,
            public=True,
            title={"en": "Sixth meeting", "fr": "Sixième réunion"},
            contacts=[contact],
        )
    )
    draft = await world.meeting(committee, public=True)
    private = await world.scheduled(await world.meeting(committee))
    dropped = await world.meeting(committee, public=True)
    await post(world.administrator, address(dropped, "/cancel"))
    kept = {
        "id", "handle", "committee_id", "committee", "number", "status", "title", "description",
        "format", "timezone", "local_start", "start_offset", "local_end", "end_offset",
        "starts_at", "ends_at", "languages", "venue", "contacts", "chatham_house", "series_id",
    }  # fmt: skip
    expected = {name: shown[name] for name in kept}
    for ref in (shown["id"], shown["handle"]):
        answer = await anonymous.get(
            f"/v1/public/meetings/{ref}", headers={"Accept-Language": "fr"}
        )
        assert (answer.status_code, answer.json()) == (200, expected)
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert answer.headers["content-language"] == "en, fr"
    for hidden in (draft, private, dropped):
        missing = await anonymous.get(f"/v1/public/meetings/{hidden['id']}")
        assert refusal(missing) == (404, "not-found")
    listed = await anonymous.get("/v1/public/meetings")
    assert (listed.json()["items"], listed.json()["next_cursor"]) == ([expected], None)
    assert listed.headers["cache-control"] == "public, max-age=60"
    known = await anonymous.get(
        f"/v1/public/meetings/{shown['id']}", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["cache-control"] == "public, max-age=60"
    filtered = await anonymous.get(f"/v1/public/meetings?committee={committee['handle']}")
    assert [meeting["id"] for meeting in filtered.json()["items"]] == [shown["id"]]
    assert (await anonymous.get("/v1/public/meetings?status=cancelled")).json()["items"] == []
