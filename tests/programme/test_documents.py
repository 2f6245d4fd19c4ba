"""Documents in papers: published ones of the item and of its panel, for those who may know them."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.core import clock
from tests.documents.desk import Desk
from tests.world import World, post


@pytest.fixture
async def desk(world: World) -> Desk:
    return await Desk.of(world)


async def named(client: httpx.AsyncClient, path: str, **query: str) -> dict[str, list[str]]:
    """Symbols by the number of the item."""
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return {
        item["number"]: [each["symbol"] for each in item["documents"]]
        for item in answer.json()["items"]
        if item["documents"]
    }


async def test_papers_name_the_documents_that_their_reader_may_know(desk: Desk) -> None:
    first, second, _, restricted = (each["id"] for each in desk.items)
    meeting = f"/v1/meetings/{desk.meeting['id']}"
    body = {"title": {"en": "Panel"}, "item_id": second}
    panel = await post(desk.organizer, f"{meeting}/panels", body)
    embargo = (clock.now() + timedelta(days=1)).isoformat()
    documents: list[dict[str, Any]] = [
        {"symbol": "X/10", "access": "public", "item_id": first},
        {"symbol": "X/9", "access": "public", "item_id": first},
        {"symbol": "X/2", "access": "members", "panel_id": panel["id"]},
        {"symbol": "X/3", "access": "organizers", "item_id": first},
        {"symbol": "X/4", "access": "members", "item_id": restricted},
        {"symbol": "X/5", "access": "public", "item_id": first, "embargo_until": embargo},
    ]
    for members in documents:
        await desk.published(**members)
    await desk.document(symbol="X/6", access="public", item_id=first)
    public = {"1": ["X/9", "X/10"]}
    members = public | {"2": ["X/2"]}
    address = f"/v1/public/meetings/{desk.meeting['id']}"
    assert await named(desk.anonymous, f"{address}/programme") == public
    assert await named(desk.anonymous, f"{address}/agenda-annotated.json") == public
    assert await named(desk.anonymous, f"{address}/agenda.json") == {}
    assert await named(desk.fellow, f"{meeting}/programme") == public
    assert await named(desk.focal_point, f"{meeting}/programme") == members
    observed = members | {"3": ["X/4"]}
    assert await named(desk.observer, f"{meeting}/programme", draft="true") == observed
    assert await named(desk.organizer, f"{meeting}/run-of-show") == observed
    page = await desk.anonymous.get(f"{address}/programme.html?language=fr")
    assert (
        '<br><bdi dir="ltr"><bdi dir="ltr" class="whole">X/9</bdi> · Note de cadrage · '
        in page.text
    )
    spanish = await desk.anonymous.get(f"{address}/programme?language=es")
    item = spanish.json()["items"][0]
    assert item["facts"][-1]["lines"][0] == "X/9 · Concept note · en, fr"
    del item["documents"][0]["id"]
    assert item["documents"][0] == {
        "symbol": "X/9",
        "title": "Concept note",
        "title_language": "en",
        "languages": ["en", "fr"],
    }


async def test_papers_name_no_document_of_what_was_restricted_after_it_was_issued(
    desk: Desk,
) -> None:
    """The version stays as it is; documents are no part of it, and hidden from the same reader."""
    first, second, under, _ = (each["id"] for each in desk.items)
    meeting = f"/v1/meetings/{desk.meeting['id']}"
    for number, item_id in ((2, first), (3, second), (4, under)):
        await desk.published(symbol=f"X/{number}", access="public", item_id=item_id)
    item = f"{meeting}/agenda/items/{second}"
    read = await desk.organizer.get(item)
    match = {"If-Match": read.headers["etag"], "Content-Type": "application/merge-patch+json"}
    patched = await desk.organizer.patch(item, json={"access": "restricted"}, headers=match)
    assert patched.status_code == 200, patched.text
    address = f"/v1/public/meetings/{desk.meeting['id']}"
    found = (await desk.anonymous.get(desk.public)).json()["items"]
    assert [each["symbol"] for each in found] == ["X/2"]
    for reader, path in (
        (desk.anonymous, f"{address}/programme"),
        (desk.anonymous, f"{address}/agenda-annotated.json"),
        (desk.focal_point, f"{meeting}/programme"),
    ):
        assert await named(reader, path) == {"1": ["X/2"]}, path
    seen = await named(desk.organizer, f"{meeting}/programme")
    assert seen == {"1": ["X/2"], "2": ["X/3"], "2(a)": ["X/4"]}
