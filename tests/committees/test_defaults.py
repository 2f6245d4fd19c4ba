"""What a committee says of delegations holds for the meetings that are created from then on."""

from typing import Any

from tests.series.stage import Stage
from tests.world import World, post

RULES = {
    "default_offer_window": 60,
    "default_approval": {"roles": ["adviser"], "late": True},
    "default_registration_rules": {"at_most": {"adviser": 2}},
    "default_substitution_freeze": 120,
    "default_needs_credentials": True,
    "default_longest_stretch": 180,
}
NAMES = [name.removeprefix("default_") for name in RULES]
NONE = dict.fromkeys(NAMES) | {"needs_credentials": False}


def told(resource: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    return {name: resource[prefix + name] for name in NAMES}


async def test_a_meeting_begins_as_its_committee_has_it_unless_told_otherwise(
    world: World,
) -> None:
    committee = await world.committee(**RULES)
    defaults = told(committee, "default_")
    assert defaults["approval"]["roles"] == ["adviser"]
    assert defaults["registration_rules"]["at_most"] == {"adviser": 2}
    assert told(await world.meeting(committee)) == defaults
    assert told(await world.meeting(committee, **NONE)) == NONE
    other = {"offer_window": 30, "approval": {"all": True}}
    made = await world.meeting(committee, **other)
    assert (made["offer_window"], made["approval"]["all"], made["approval"]["late"]) == (
        30,
        True,
        False,
    )
    path = f"/v1/committees/{committee['handle']}"
    change = {"default_approval": {"late": None}, "default_offer_window": None}
    patched = await world.administrator.patch(path, json=change, headers={"If-Match": "*"})
    assert patched.json() == committee | {
        "default_offer_window": None,
        "default_approval": committee["default_approval"] | {"late": False},
    }
    assert told(await world.meeting(committee))["approval"] == patched.json()["default_approval"]
    wrong = {"default_offer_window": 0, "default_approval": {"roles": ["queen"]}}
    refused = await world.administrator.patch(path, json=wrong, headers={"If-Match": "*"})
    assert {error["pointer"] for error in refused.json()["errors"]} == {
        "/default_offer_window",
        "/default_approval/roles/0",
    }


async def test_a_series_keeps_what_the_committee_had_when_it_began(world: World) -> None:
    stage = await Stage.of(world, **RULES)
    defaults = told(stage.committee, "default_")
    series = await stage.series()
    assert told(series["template"]) == defaults
    path = f"/v1/committees/{stage.committee['handle']}"
    gone = dict.fromkeys(RULES)
    await world.administrator.patch(path, json=gone, headers={"If-Match": "*"})
    await stage.made(series, 1)
    [meeting] = await stage.meetings(series)
    read = await stage.organizer.get(f"/v1/meetings/{meeting['id']}")
    assert told(read.json()) == defaults
    plain = await post(
        world.administrator, "/v1/meetings", MEETING | {"committee": stage.committee["handle"]}
    )
    assert told(plain) == NONE


MEETING = {
    "title": {"en": "A meeting"},
    "local_start": "2022-10-08T10:00:00",
    "local_end": "2022-10-08T13:00:00",
}
