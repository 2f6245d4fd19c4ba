"""Registering somebody for a whole series."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.questions.conftest import question
from tests.series.stage import Stage
from tests.world import named, post


@pytest.fixture
async def entity(stage: Stage) -> dict:
    entity = await stage.world.entity()
    await stage.world.membership(stage.committee, entity)
    return entity


@pytest.fixture
async def focal_point(stage: Stage, entity: dict) -> httpx.AsyncClient:
    return await stage.world.focal_point_of(entity)


async def test_each_meeting_answers_by_its_own_rules(
    stage: Stage, entity: dict, focal_point: httpx.AsyncClient, set_clock
) -> None:
    series = await stage.series()
    await stage.made(series, 5)
    listed = await stage.meetings(series)
    for meeting in listed[:4]:
        await post(stage.organizer, f"/v1/meetings/{meeting['id']}/schedule")
    first, second, third, _, draft = listed
    await stage.world.invitation(first, entity)
    await stage.world.invitation(second, entity)
    await stage.world.invitation(third, entity, seat_quota=0)
    set_clock(datetime(2021, 9, 10, tzinfo=UTC))  # behind the deadline of the first
    path = f"{stage.path}/{series['id']}/registrations"
    rehearsed = await post(focal_point, f"{path}?dry_run=true", named(1))
    assert {m["registration_id"] for m in rehearsed["meetings"]} == {None}
    result = await post(focal_point, path, named(1))
    assert [(m["number"], m["outcome"], m["problem"]) for m in result["meetings"]] == [
        (1, "refused", "registration-closed"),
        (2, "confirmed", None),
        (3, "waiting", None),
        (4, "refused", "not-found"),
    ]
    assert [m["outcome"] for m in rehearsed["meetings"]] == [
        m["outcome"] for m in result["meetings"]
    ]
    assert draft["id"] not in {m["meeting_id"] for m in result["meetings"]}
    known = await focal_point.get(f"/v1/entities/{entity['id']}/people")
    assert len(known.json()["items"]) == 1
    again = await post(focal_point, path, named(1) | {"from_meeting": second["handle"]})
    assert [(m["number"], m["problem"]) for m in again["meetings"]] == [
        (2, "already-registered"),
        (3, "already-registered"),
        (4, "not-found"),
    ]


async def test_nobody_registers_for_another_entity(stage: Stage, entity: dict) -> None:
    series, meetings = await stage.scheduled()
    for meeting in meetings:
        await stage.world.invitation(meeting, entity)
    other = await stage.world.entity()
    await stage.world.membership(stage.committee, other)
    stranger = await stage.world.focal_point_of(other)
    path = f"{stage.path}/{series['id']}/registrations"
    body = named(1, entity=entity["handle"])
    refused = await post(stranger, path, body)
    assert [m["problem"] for m in refused["meetings"]] == ["not-found"] * 3
    observer = await stage.world.observer(stage.committee)
    refused = await post(observer, path, body)
    assert [m["problem"] for m in refused["meetings"]] == ["not-permitted"] * 3
    unknown = await stage.organizer.post(path, json=body | {"from_meeting": "nothing"})
    assert [e["pointer"] for e in unknown.json()["errors"]] == ["/from_meeting"]


async def test_a_meeting_that_asks_is_answered_or_refuses(
    stage: Stage, entity: dict, focal_point: httpx.AsyncClient
) -> None:
    series, meetings = await stage.scheduled()
    for meeting in meetings:
        await stage.world.invitation(meeting, entity)
    form = {"questions": [question("badge", "yes_no", required="at_registration")]}
    for meeting in meetings[1:]:
        path = f"/v1/meetings/{meeting['id']}/form"
        put = await stage.organizer.put(path, json=form, headers={"If-Match": "*"})
        assert put.is_success, put.text
    path = f"{stage.path}/{series['id']}/registrations"
    body = named(1, answers={meetings[1]["handle"]: {"badge": True}})
    result = await post(focal_point, path, body)
    assert [(m["outcome"], m["problem"]) for m in result["meetings"]] == [
        ("confirmed", None),
        ("confirmed", None),
        ("refused", "answers-invalid"),
    ]
    assert result["meetings"][2]["errors"] == [
        {"pointer": "/answers/badge", "detail": "needs an answer"}
    ]
    made = result["meetings"][1]["registration_id"]
    answers = f"/v1/meetings/{meetings[1]['id']}/registrations/{made}/answers"
    assert (await focal_point.get(answers)).json()["answers"] == {"badge": True}
    unknown = named(2, answers={"nothing": {"badge": True}})
    refused = await focal_point.post(path, json=unknown)
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/answers/nothing"]
