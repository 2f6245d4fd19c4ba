"""Deadlines that are rules: given, replaced, moved with the meeting."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.events.tables import LogEntry
from tests.world import World, post

RULE = {"working_days_before": 3, "time": "18:00"}
SHOWN = RULE | {"days_before": None}
CLOSES = "2021-10-05T22:00:00Z"


@pytest.fixture(autouse=True)
def early(set_clock) -> None:
    set_clock(datetime(2021, 9, 1, 8, tzinfo=UTC))


async def patched(world: World, meeting: dict[str, Any], **members: Any) -> Any:
    path = f"/v1/meetings/{meeting['id']}"
    return await world.administrator.patch(path, json=members, headers={"If-Match": "*"})


async def test_a_rule_shows_itself_and_its_instant(world: World) -> None:
    meeting = await world.meeting(await world.committee(), registration_deadline=RULE)
    assert meeting["registration_closes_at"] == CLOSES
    assert meeting["registration_deadline"] == SHOWN
    days = {"days_before": 7, "time": "09:30"}
    other = await world.meeting(await world.committee(), registration_deadline=days)
    assert other["registration_closes_at"] == "2021-10-01T13:30:00Z"


async def test_a_rule_and_an_instant_take_each_others_place(world: World) -> None:
    meeting = await world.meeting(await world.committee(), registration_deadline=RULE)
    changed = await patched(world, meeting, registration_closes_at="2021-10-01T10:00:00Z")
    assert changed.json()["registration_deadline"] is None
    assert changed.json()["registration_closes_at"] == "2021-10-01T10:00:00Z"
    changed = await patched(world, meeting, registration_deadline=RULE)
    assert changed.json()["registration_deadline"] == SHOWN
    assert changed.json()["registration_closes_at"] == CLOSES
    changed = await patched(world, meeting, registration_deadline={"time": "17:00"})
    assert changed.json()["registration_closes_at"] == "2021-10-05T21:00:00Z"
    changed = await patched(world, meeting, registration_deadline=None)
    assert changed.json()["registration_deadline"] is None
    assert changed.json()["registration_closes_at"] == "2021-10-05T21:00:00Z"
    await patched(world, meeting, registration_deadline=RULE)
    changed = await patched(world, meeting, registration_closes_at=None)
    assert changed.json()["registration_deadline"] is None
    assert changed.json()["registration_closes_at"] is None


async def test_a_change_of_something_else_leaves_the_rule_alone(world: World) -> None:
    meeting = await world.meeting(await world.committee(), registration_deadline=RULE)
    changed = await patched(world, meeting, title={"en": "New words"})
    assert changed.json()["registration_deadline"] == SHOWN
    assert changed.json()["registration_closes_at"] == CLOSES


@pytest.mark.parametrize(
    "members",
    [
        {"registration_deadline": RULE, "registration_closes_at": CLOSES},
        {"registration_deadline": {"time": "18:00"}},
        {"registration_deadline": RULE | {"days_before": 3}},
        {"registration_deadline": RULE | {"working_days_before": 0}},
        {"registration_deadline": RULE | {"time": "24:00"}},
        {"registration_deadline": RULE | {"time": 18}},
        {"registration_deadline": RULE | {"zone": "UTC"}},
        {"registration_deadline": RULE, "registration_opens_at": "2021-10-06T00:00:00Z"},
    ],
)
async def test_what_is_no_rule_is_refused(world: World, members: dict[str, Any]) -> None:
    committee = await world.committee()
    body = {
        "committee": committee["id"],
        "title": {"en": "Meeting"},
        "timezone": "America/New_York",
        "local_start": "2021-10-08T10:00:00",
        "local_end": "2021-10-08T13:00:00",
    }
    refused = await world.administrator.post("/v1/meetings", json=body | members)
    assert refused.status_code == 422, refused.text
    meeting = await world.meeting(committee)
    assert (await patched(world, meeting, **members)).status_code == 422


async def test_a_meeting_before_the_calendar_of_instants_is_refused(world: World) -> None:
    rule = {"days_before": 30, "time": "18:00"}
    times = {"local_start": "1970-01-10T10:00:00", "local_end": "1970-01-10T13:00:00"}
    meeting = await world.meeting(await world.committee(), **times)
    refused = await patched(world, meeting, registration_deadline=rule)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/registration_deadline"]


async def test_the_times_of_a_draft_take_the_deadline_with_them(world: World) -> None:
    meeting = await world.meeting(await world.committee(), registration_deadline=RULE)
    times = {"local_start": "2021-11-09T10:00:00", "local_end": "2021-11-09T13:00:00"}
    moved = await patched(world, meeting, **times)
    assert moved.json()["registration_closes_at"] == "2021-11-04T22:00:00Z"
    zone = await patched(world, meeting, timezone="Europe/Zurich")
    assert zone.json()["registration_closes_at"] == "2021-11-04T17:00:00Z"


async def test_rescheduling_takes_the_deadline_with_it(world: World, session: AsyncSession) -> None:
    meeting = await world.meeting(
        await world.committee(),
        registration_deadline=RULE,
        registration_opens_at="2021-09-01T12:00:00Z",
    )
    await world.scheduled(meeting)
    path = f"/v1/meetings/{meeting['id']}/reschedule"
    times = {"local_start": "2021-11-09T10:00:00", "local_end": "2021-11-09T13:00:00"}
    moved = await post(world.administrator, path, times)
    assert moved["registration_closes_at"] == "2021-11-04T22:00:00Z"
    assert moved["registration_deadline"] == SHOWN
    statement = select(LogEntry).where(col(LogEntry.name) == "meeting.rescheduled")
    changes = (await session.execute(statement)).scalar_one().data["changes"]
    assert changes["registration_closes_at"] == {
        "before": "2021-10-05T22:00:00+00:00",
        "after": "2021-11-04T22:00:00+00:00",
    }
    early = {"local_start": "2021-09-02T10:00:00", "local_end": "2021-09-02T13:00:00"}
    refused = await world.administrator.post(path, json=early)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/local_start"]
