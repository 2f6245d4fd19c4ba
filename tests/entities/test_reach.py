"""Nobody hands out a right to act for an entity that is wider than their own."""

from typing import Any

import httpx
import pytest

from app.identity.lifecycle import Role
from tests.contract.scene import EARLY, Part
from tests.world import World

FRIEND = {"name": "A Friend", "email": "friend@example.org"}


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


async def name(
    client: httpx.AsyncClient, entity: dict[str, Any], committee: dict[str, Any] | None
) -> httpx.Response:
    body = {"person": FRIEND, "committee": committee["id"] if committee else None}
    return await client.post(f"/v1/entities/{entity['id']}/focal-points", json=body)


async def test_organizers_name_for_their_own_committee_only(world: World) -> None:
    own, other, entity = await world.committee(), await world.committee(), await world.entity()
    for committee in (own, other):
        await world.membership(committee, entity)
    organizer = await world.organizer(own)
    assert problem(await name(organizer, entity, other)) == (403, "not-permitted")
    assert problem(await name(organizer, entity, None)) == (403, "not-permitted")
    named = await name(organizer, entity, own)
    assert (named.status_code, named.json()["committee_id"]) == (201, own["id"])
    group = await world.committee(parent=own["id"])
    await world.membership(group, entity)
    assert (await name(organizer, entity, group)).status_code == 201


async def test_focal_points_name_as_far_as_they_act(world: World) -> None:
    own, other, entity = await world.committee(), await world.committee(), await world.entity()
    limited = await world.caller(Role.FOCAL_POINT, entity_id=entity["id"], committee_id=own["id"])
    assert problem(await name(limited, entity, None)) == (403, "not-permitted")
    assert problem(await name(limited, entity, other)) == (403, "not-permitted")
    assert (await name(limited, entity, own)).status_code == 201
    everywhere = await world.focal_point_of(entity)
    assert (await name(everywhere, entity, None)).status_code == 201


async def test_who_may_not_name_may_not_end(world: World) -> None:
    own, other, entity = await world.committee(), await world.committee(), await world.entity()
    await world.membership(own, entity)
    for committee in (other, None):
        named = (await name(world.administrator, entity, committee)).json()
        path = f"/v1/entities/{entity['id']}/focal-points/{named['id']}"
        for client in (
            await world.organizer(own),
            await world.caller(Role.FOCAL_POINT, entity_id=entity["id"], committee_id=own["id"]),
        ):
            assert problem(await client.delete(path)) == (403, "not-permitted")
        kept = await world.administrator.get(path)
        assert kept.json()["ended_at"] is None


async def test_the_session_of_a_link_changes_no_focal_point(world: World, set_clock) -> None:
    set_clock(EARLY)
    part = await Part.made(world)
    holder = await world.client(await part.link_session())
    people = f"/v1/entities/{part.ids['e']}/people"
    address = {"email": "elsewhere@example.org"}
    refused = await holder.patch(f"{people}/{part.ids['focal_person']}", json=address)
    assert problem(refused) == (403, "not-permitted")
    changed = await holder.patch(f"{people}/{part.ids['person_id']}", json=address)
    assert (changed.status_code, changed.json()["email"]) == (200, address["email"])


@pytest.mark.parametrize("handle", ["X Y", "<script>", "h" * 100, "a" * 32])
async def test_an_imported_handle_is_one(world: World, handle: str) -> None:
    rows = [{"handle": handle, "abbreviation": "AA", "name": {"en": "N"}}]
    answer = await world.administrator.post("/v1/entities/import", json=rows)
    assert problem(answer) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/1/handle"]
    assert (await world.administrator.get("/v1/entities")).json()["items"] == []
