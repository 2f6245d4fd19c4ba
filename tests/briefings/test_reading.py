"""Groups and briefers read the published papers of their item by the link of their mail."""

from typing import Any
from uuid import UUID

import httpx

from app.briefings.links import briefer_token, group_token
from app.briefings.tables import Briefing
from tests.agenda.planning import Planning, slug
from tests.briefings.conftest import Briefings
from tests.briefings.test_briefings import BRIEFER, CONTACT, by_link
from tests.documents.papers import PDF
from tests.world import post

READ = "/v1/briefing-links/documents"


async def publish(planning: Planning, symbol: str, **members: Any) -> Any:
    made = await draft(planning, symbol, **members)
    return await post(planning.organizer, f"{planning.path}/documents/{made['id']}/publish")


async def draft(planning: Planning, symbol: str, **members: Any) -> Any:
    """In French."""
    path = f"{planning.path}/documents"
    body = {"kind": "background", "title": {"en": "Borders"}, "symbol": symbol} | members
    made = await post(planning.organizer, path, body)
    put = await planning.organizer.put(
        f"{path}/{made['id']}/revisions/{made['revisions'][0]['id']}/versions/fr/content",
        params={"name": "frontières.pdf"},
        content=PDF,
        headers={"Content-Type": "application/pdf"},
    )
    assert put.status_code == 201, put.text
    return put.json()


async def test_a_group_is_told_of_its_own_papers_and_changes_no_others(
    briefings: Briefings,
) -> None:
    """A draft of the organizers' stays theirs, whatever a file is called that is sent."""
    planning = briefings.planning
    first, _ = await briefings.ask(**CONTACT)
    item = {"item_id": briefings.items[0]}
    later = {"embargo_until": "2021-10-08T14:00:00Z", "access": "members"}
    theirs = await draft(planning, "A", **item)
    await publish(planning, "B", **item, access="organizers")
    await publish(planning, "C", **item, **later)
    await publish(planning, "D", **item, access="members")
    async with planning.world.app.state.database.transaction() as session:
        row = await session.get_one(Briefing, UUID(first["id"]))
    token = group_token(planning.world.app.state.secret, row.group_key)
    answers = [
        await briefings.stranger.put(
            "/v1/briefing-links/papers/fr",
            params={"name": "frontières.pdf"},
            content=content,
            headers={"Briefing-Link": token, "Content-Type": "application/pdf"},
        )
        for content in (PDF + b"% first\n%%EOF\n", PDF + b"% again\n%%EOF\n")
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    briefing = answers[1].json()["briefing"]
    own = ("COORDINATION-COMMITTEE-6/2", len(PDF) + 14)
    assert [(each["symbol"], each["size"]) for each in briefing["files"]] == [("D", len(PDF)), own]
    path = f"{planning.path}/documents/{theirs['id']}"
    assert (await planning.organizer.get(path)).json() == theirs
    chair, organizer = [
        (await who.get(f"{briefings.path}/{first['id']}")).json()["files"]
        for who in (briefings.chair, planning.organizer)
    ]
    assert chair == briefing["files"]
    assert [each["symbol"] for each in organizer] == ["A", "B", "C", "D", own[0]]


async def test_the_link_of_a_briefing_opens_the_papers_of_its_item(briefings: Briefings) -> None:
    planning, state = briefings.planning, briefings.planning.world.app.state
    first, _ = await briefings.ask(**CONTACT)
    item, other = briefings.items
    await publish(planning, "A", item_id=item, access="members")
    secret = await publish(planning, "B", item_id=item, access="organizers")
    foreign = await publish(planning, "C", item_id=other, access="public")
    assert (await briefings.name(first, briefings.chair, **BRIEFER)).is_success
    async with state.database.transaction() as session:
        row = await session.get_one(Briefing, UUID(first["id"]))
    group = group_token(state.secret, row.group_key)
    own = briefer_token(state.secret, row.briefer_key)

    async def read(token: str, path: str = READ, **headers: str) -> httpx.Response:
        return await briefings.stranger.get(path, headers={"Briefing-Link": token} | headers)

    async def symbols(token: str) -> list[str]:
        listed = await read(token)
        assert (listed.status_code, listed.headers["cache-control"]) == (200, "private, no-store")
        return [each["symbol"] for each in listed.json()["items"]]

    assert [await symbols(group), await symbols(own)] == [["A"], ["A"]]
    (version,) = (await read(own)).json()["items"][0]["revisions"][0]["versions"]
    got = await read(own, version["address"])
    assert (got.content, got.headers["content-language"]) == (PDF, "fr")
    assert "fronti%C3%A8res.pdf" in got.headers["content-disposition"]
    part = await read(own, version["address"], Range="bytes=0-3")
    assert (part.status_code, part.content) == (206, PDF[:4])
    known = {"If-None-Match": got.headers["etag"]}
    assert (await read(own, version["address"], **known)).status_code == 304
    for each in (secret, foreign):
        (hidden,) = each["revisions"][0]["versions"]
        path = f"{READ}/{each['id']}/versions/{hidden['id']}/content"
        assert (await read(group, path)).status_code == 404
    assert slug(await read(own[:-4] + "AAA=")) == "link-unknown"
    assert (await briefings.stranger.get(READ)).status_code == 422

    assert (await by_link(briefings, "answer", own, answer="decline")).is_success
    assert [await symbols(own), await symbols(group)] == [[], ["A"]]
    assert (await read(own, version["address"])).status_code == 404
    assert (await by_link(briefings, "name", group, briefer={"name": "Boris"})).is_success
    assert slug(await read(own)) == "link-spent"
    await post(planning.organizer, f"{planning.path}/cancel")
    assert await symbols(group) == []
    assert (await read(group, version["address"])).status_code == 404
