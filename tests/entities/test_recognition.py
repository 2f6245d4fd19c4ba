"""Whoever holds a link that was passed on does not say who is who."""

from typing import Any

import pytest

from tests.contract.scene import EARLY, Part
from tests.meetings.board import refusal
from tests.world import World


@pytest.mark.parametrize("known", [True, False])
async def test_the_session_of_a_link_gives_nobody_an_address_of_somebody_else(
    world: World, set_clock: Any, known: bool
) -> None:
    set_clock(EARLY)
    part = await Part.made(world)
    link = await world.client(await part.link_session())
    people = f"/v1/entities/{part.entity['id']}/people"
    theirs = {"addresses": ["head@example.org"]}
    person = {"name": "Whoever holds it", "email": "holder@example.org"}
    if known:
        made = await link.post(people, json=person)
        answer = await link.patch(f"{people}/{made.json()['id']}", json=theirs)
    else:
        answer = await link.post(people, json=person | theirs)
    assert refusal(answer) == (403, "not-permitted")
    focal_point = await world.focal_point_of(part.entity)
    body = {"person": {"name": "The head", "email": "head@example.org"}}
    named = await focal_point.post(f"{part.path}/registrations", json=body)
    assert named.json()["person"]["email"] == "head@example.org"
