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
        item["number"]: fact["lines"]
        for item in answer.json()["items"]
        for fact in item["facts"]
        if fact["label"] == "Documents"
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
    page = await desk.anonymous.get(f"{address}/programme.html")
    assert '<bdi dir="ltr">X/9</bdi>' in page.text
