"""Substitution is no way around what a change of role would need."""

from typing import Any

import pytest

from tests.meetings.board import refusal
from tests.registrations.tables import path_of
from tests.world import World, named, post

RULES = [
    ({"approval": {"roles": ["adviser"]}}, "approval-needed", "approval"),
    (
        {
            "registration_rules": {
                "changes": {"change_role": {"hours_before": 1, "afterwards": "organizer"}}
            }
        },
        "organizer-needed",
        "changes.change_role",
    ),
]


@pytest.mark.parametrize(("rules", "slug", "rule"), RULES)
async def test_whoever_comes_instead_comes_as_nothing_that_needs_approval(
    world: World, rules: dict[str, Any], slug: str, rule: str
) -> None:
    committee, entity = await world.committee(), await world.entity()
    meeting = await world.scheduled(await world.meeting(committee, **rules))
    await world.invitation(meeting, entity)
    focal_point = await world.focal_point_of(entity)
    made = await post(focal_point, path_of(meeting), named(1))
    path = f"{path_of(meeting)}/{made['id']}/substitute"
    body = named(2, role="adviser")
    refused = await focal_point.post(path, json=body)
    assert refusal(refused) == (409, slug)
    assert refused.json()["rule"] == rule
    same = await post(focal_point, path, named(3))
    path = f"{path_of(meeting)}/{same['id']}/substitute"
    done = await post(await world.organizer(committee), path, body)
    assert (done["role"], done["status"]) == ("adviser", "confirmed")
