"""Who no longer acts for an entity cannot answer for it, whatever links they still have."""

import httpx

from tests.contract.scene import EARLY, Part
from tests.world import World, post

EXCHANGE = "/v1/links/exchange"


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


async def test_links_and_their_sessions_die_with_the_right_to_act(
    world: World, set_clock, anonymous: httpx.AsyncClient
) -> None:
    set_clock(EARLY)
    part = await Part.made(world)
    holder = await world.client(await part.link_session())
    invitation = f"{part.path}/invitations/{part.ids['invitation_id']}"
    assert (await holder.get(invitation)).status_code == 200
    focal_point = f"/v1/entities/{part.ids['e']}/focal-points/{part.ids['focal_point_id']}"
    assert (await world.administrator.delete(focal_point)).status_code == 204
    assert problem(await holder.get(invitation)) == (401, "not-authenticated")
    spent = await anonymous.post(EXCHANGE, json={"token": part.secrets["answer_link"]})
    assert problem(spent) == (410, "link-spent")


async def test_they_live_on_while_the_person_acts_for_the_committee(
    world: World, set_clock, anonymous: httpx.AsyncClient
) -> None:
    set_clock(EARLY)
    part = await Part.made(world)
    focal_points = f"/v1/entities/{part.ids['e']}/focal-points"
    body = {"person_id": part.ids["focal_person"]}
    here = await post(world.administrator, focal_points, body | {"committee": part.committee["id"]})
    elsewhere = await post(
        world.administrator, focal_points, body | {"committee": (await world.committee())["id"]}
    )
    holder = await world.client(await part.link_session())
    invitation = f"{part.path}/invitations/{part.ids['invitation_id']}"
    for_all = f"{focal_points}/{part.ids['focal_point_id']}"
    assert (await world.administrator.delete(for_all)).status_code == 204
    assert (await holder.get(invitation)).status_code == 200
    ended = await world.administrator.delete(f"{focal_points}/{here['id']}")
    assert ended.status_code == 204
    assert elsewhere["ended_at"] is None
    assert problem(await holder.get(invitation)) == (401, "not-authenticated")


async def test_the_links_of_others_live_on(
    world: World, set_clock, anonymous: httpx.AsyncClient
) -> None:
    set_clock(EARLY)
    part = await Part.made(world)
    person = await world.person(part.entity)
    focal_points = f"/v1/entities/{part.ids['e']}/focal-points"
    other = await post(world.administrator, focal_points, {"person_id": person["id"]})
    ended = await world.administrator.delete(f"{focal_points}/{other['id']}")
    assert ended.status_code == 204
    answer = await anonymous.post(EXCHANGE, json={"token": part.secrets["answer_link"]})
    assert answer.status_code == 200
