"""Panellists read the papers of their own panel by the link of their mail, and nothing else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from app.core import clock
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import link_token
from tests.documents.desk import Desk, versions
from tests.documents.papers import PDF
from tests.documents.test_access import seen
from tests.meetings.board import refusal
from tests.world import post

FRENCH = PDF + b"fr\n%%EOF\n"


async def session_of(desk: Desk, panellist: Any) -> httpx.AsyncClient:
    """Whoever has exchanged the link of their mail."""
    state, expires = desk.world.app.state, clock.now() + timedelta(days=30)
    async with state.database.transaction() as session:
        asked = (LinkPurpose.SPEAK_ON_PANEL, UUID(panellist["id"]), None, expires)
        link = identity.create_link(session, *asked)
    body = {"token": link_token(state.secret, link.id)}
    made = await post(desk.anonymous, "/v1/links/exchange", body)
    return await desk.world.client(made["token"])


async def test_panellists_read_the_papers_of_their_own_panel_while_they_are_asked(
    desk: Desk,
) -> None:
    meeting = f"/v1/meetings/{desk.meeting['id']}"
    other, restricted = desk.items[1]["id"], desk.items[3]["id"]
    titled: dict[str, Any] = {"title": {"en": "Panel"}}
    panel = await post(desk.organizer, f"{meeting}/panels", titled | {"item_id": restricted})
    away = await post(desk.organizer, f"{meeting}/panels", titled | {"item_id": other})
    on: dict[str, Any] = {"panel_id": panel["id"]}
    later: dict[str, Any] = {"embargo_until": (clock.now() + timedelta(hours=1)).isoformat()}
    of_entity: dict[str, Any] = {"access": "delegation", "entity_id": desk.entity["id"]}
    paper = await desk.published(symbol="A", **on)
    await desk.published(symbol="B", item_id=restricted)
    told = await desk.published(symbol="C", **on, **later, embargo_shows=True)
    secrets = [
        await desk.published(symbol="D", access="organizers", **on),
        await desk.published(symbol="E", **of_entity, **on),
        await desk.published(symbol="F", **on, **later),
        await desk.published(symbol="G", panel_id=away["id"], access="public"),
        await desk.published(symbol="H", item_id=other),
        await desk.published(symbol="I"),
    ]
    draft = await desk.document(symbol="J", access="members", **on)
    secrets.append((await desk.put(draft)).json())
    taken = await desk.published(symbol="K", **on)
    secrets.append(await post(desk.organizer, f"{desk.path}/{taken['id']}/withdraw"))
    people = f"{meeting}/panels/{panel['id']}/panellists"
    asked: list[Any] = []
    for role in ("moderator", "panellist", "panellist"):
        known = {"name": "Amina", "role": role, "email": f"a{len(asked)}@example.org"}
        asked.append(await post(desk.organizer, people, known))
        await post(desk.organizer, f"{people}/{asked[-1]['id']}/invite")
    readers = [await session_of(desk, each) for each in asked]
    places = [f"/v1/panellists/{each['id']}" for each in asked]

    reader, own = readers[0], f"{places[0]}/documents"
    shown = (await reader.get(places[0])).json()
    assert shown["documents"] == own
    listed = await reader.get(own)
    assert listed.headers["cache-control"] == "private, no-store"
    assert [each["symbol"] for each in listed.json()["items"]] == ["A", "B", "C"]
    assert await seen(reader, own, language="de") == []
    assert await seen(reader, own, language="fr", sort="-symbol") == ["C", "B", "A"]
    first = versions(listed.json()["items"][0])
    assert (list(first), first["fr"]["name"]) == (["en", "fr"], "note.pdf")
    got = await reader.get(first["fr"]["address"])
    assert (got.status_code, got.content) == (200, FRENCH)
    assert got.headers["content-language"] == "fr"
    assert 'filename="note.pdf"' in got.headers["content-disposition"]
    part = {"Range": "bytes=0-3", "If-Range": got.headers["etag"]}
    ranged = await reader.get(first["fr"]["address"], headers=part)
    assert (ranged.status_code, ranged.content) == (206, FRENCH[:4])
    again = {"If-None-Match": got.headers["etag"]}
    assert (await reader.get(first["fr"]["address"], headers=again)).status_code == 304
    sealed = versions(listed.json()["items"][2])["fr"]
    assert (sealed["size"], sealed["sha256"]) == (None, None)
    assert refusal(await reader.get(sealed["address"])) == (403, "document-embargoed")
    assert versions(told)["fr"]["size"] is not None
    for document in secrets:
        path = f"{own}/{document['id']}/versions/{versions(document)['en']['id']}/content"
        assert refusal(await reader.get(path)) == (404, "not-found"), document["symbol"]
    foreign = first["fr"]["address"].replace(asked[0]["id"], asked[1]["id"])
    assert refusal(await reader.get(foreign)) == (404, "not-found")
    for path in (versions(paper)["fr"]["address"], desk.path, f"{desk.path}.zip"):
        assert refusal(await reader.get(path)) == (403, "not-permitted")
    assert refusal(await desk.organizer.get(own)) == (404, "not-found")

    await post(reader, f"{places[0]}/decline", {})
    assert await seen(reader, own) == []
    assert refusal(await reader.get(first["fr"]["address"])) == (404, "not-found")
    await post(desk.organizer, f"{people}/{asked[1]['id']}/replace", {"name": "Boris"})
    assert (await readers[1].get(f"{places[1]}/documents")).status_code == 401
    await post(readers[2], f"{places[2]}/confirm")
    assert await seen(readers[2], f"{places[2]}/documents") == ["A", "B", "C"]
    await post(desk.organizer, f"{meeting}/cancel")
    assert await seen(readers[2], f"{places[2]}/documents") == []
    last = first["fr"]["address"].replace(asked[0]["id"], asked[2]["id"])
    assert refusal(await readers[2].get(last)) == (404, "not-found")
