"""Times that do not exist, or exist twice, and zones that are none."""

from typing import Any

import httpx
import pytest

from tests.world import World


async def meeting(world: World, **members: Any) -> httpx.Response:
    committee = await world.committee()
    body = {
        "committee": committee["id"],
        "title": {"en": "T"},
        "timezone": "America/New_York",
        "local_start": "2021-10-08T10:00:00",
        "local_end": "2021-10-08T13:00:00",
    }
    return await world.administrator.post("/v1/meetings", json=body | members)


@pytest.mark.parametrize(
    "members",
    [
        {"local_start": "2021-03-14T02:30:00", "local_end": "2021-03-14T05:00:00"},
        {"local_start": "2021-11-07T01:30:00", "local_end": "2021-11-07T05:00:00"},
        {
            "local_start": "2021-11-07T01:30:00",
            "start_offset": "-03:00",
            "local_end": "2021-11-07T05:00:00",
        },
        {"local_start": "2021-10-08T10:00:00", "start_offset": "+02:00"},
        {"local_end": "2021-10-08T09:59:59"},
        {"local_end": "2021-10-08T10:00:00"},
        {"local_start": "2021-10-08T10:00:00Z"},
        {"local_start": "2021-10-08T10:00:00-04:00"},
        {"local_start": "2021-02-29T10:00:00"},
        {"local_start": "2021-10-08T24:30:00"},
        {"local_start": "0001-01-01T00:00:00"},
        {"local_start": "9999-12-31T23:59:59"},
        {"local_start": 1633701600},
        {
            "registration_opens_at": "2021-10-02T00:00:00Z",
            "registration_closes_at": "2021-10-01T00:00:00Z",
        },
        {"registration_closes_at": "2021-10-09T00:00:00Z"},
        {"registration_closes_at": "2021-10-01T00:00:00"},
        {"registration_closes_at": "0001-01-01T00:00:00+14:00"},
        {"registration_closes_at": "9999-12-31T23:59:59-14:00"},
    ],
)
async def test_impossible_times_are_refused(world: World, members: dict[str, Any]) -> None:
    answer = await meeting(world, **members)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    ("offset", "instant"),
    [("-04:00", "2021-11-07T05:30:00Z"), ("-05:00", "2021-11-07T06:30:00Z")],
)
async def test_a_repeated_hour_is_told_apart_by_its_offset(
    world: World, offset: str, instant: str
) -> None:
    answer = await meeting(
        world,
        local_start="2021-11-07T01:30:00",
        start_offset=offset,
        local_end="2021-11-07T05:00:00",
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["starts_at"], made["start_offset"]) == (instant, offset)


@pytest.mark.parametrize(
    "zone",
    [
        "localtime",
        "EST",
        "../x",
        "../../etc/passwd",
        "/usr/share/zoneinfo/UTC",
        "UTC+1",
        "posixrules",
        "posix/Europe/Paris",
        "right/Europe/Paris",
        "tzdata.zi",
        "Factory",
        "Europe",
        "Europe/",
        "Europe/Nowhere",
        "America/New York",
        "Europe/Paris\n",
    ],
)
async def test_zones_that_are_none_are_refused(world: World, zone: str) -> None:
    answer = await meeting(world, timezone=zone)
    assert answer.status_code == 422, answer.text
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/timezone"]


@pytest.mark.parametrize(
    ("old", "new"), [("Europe/Kiev", "Europe/Kyiv"), ("Asia/Calcutta", "Asia/Kolkata")]
)
async def test_old_names_of_zones_become_the_present_ones(world: World, old: str, new: str) -> None:
    answer = await meeting(world, timezone=old)
    assert answer.status_code == 201, answer.text
    assert answer.json()["timezone"] == new
