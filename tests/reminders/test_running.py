"""Steps run once, for those who have not acted, whatever the clock and the workers do."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.events.tables import LogEntry
from app.identity.tables import Link
from app.reminders import queries, running
from app.reminders.tables import ReminderRun
from tests.reminders.morning import (
    ANSWER,
    ANSWER_DUE,
    ATTENDANCE,
    CLOSES,
    DELEGATION,
    ESCALATION,
    ESCALATION_DUE,
    Morning,
)
from tests.world import World, named, post

MINUTE = timedelta(minutes=1)


def address(kind: str, invitation: dict[str, Any]) -> str:
    return f"{kind}.{invitation['entity']['handle']}@example.org"


async def test_a_step_reminds_those_who_have_not_answered_once(morning: Morning, set_clock) -> None:
    await morning.set(ANSWER)
    silent, tentative, declined = [await morning.invited() for _ in range(3)]
    await morning.world.invitation(morning.meeting, await morning.world.entity(), sent=False)
    await morning.answer(tentative, "tentative")
    await morning.answer(declined, "declined")
    set_clock(ANSWER_DUE - MINUTE)
    await morning.look()
    assert await morning.planned("reminder") == []
    set_clock(ANSWER_DUE)
    for _ in range(3):
        await morning.look()
    assert await morning.planned("reminder") == [address("principal", silent)]
    set_clock(ANSWER_DUE + timedelta(days=1))
    await morning.look()
    assert await morning.planned("reminder") == [address("principal", silent)]


async def test_the_alternate_first_and_then_the_principal(morning: Morning, set_clock) -> None:
    await morning.set(ANSWER | {"to": "alternate"}, ESCALATION)
    both = await morning.invited("principal", "alternate")
    alone = await morning.invited("principal")
    set_clock(ANSWER_DUE)
    await morning.look()
    expected = sorted([address("alternate", both), address("principal", alone)])
    assert await morning.planned("reminder") == expected
    await morning.answer(alone, "accepted")
    set_clock(ESCALATION_DUE)
    await morning.look()
    assert await morning.planned("reminder") == sorted([*expected, address("principal", both)])


async def test_an_alternate_who_has_ended_is_none(morning: Morning, set_clock) -> None:
    await morning.set(ANSWER | {"to": "alternate"})
    invitation = await morning.invited("principal", "alternate")
    points = f"/v1/entities/{invitation['entity']['id']}/focal-points"
    listed = (await morning.world.administrator.get(points)).json()["items"]
    (ended,) = [each["id"] for each in listed if each["kind"] == "alternate"]
    await morning.world.administrator.delete(f"{points}/{ended}")
    set_clock(ANSWER_DUE)
    await morning.look()
    assert await morning.planned("reminder") == [address("principal", invitation)]


async def test_each_reminder_has_a_link_of_its_own(
    morning: Morning, set_clock, session: AsyncSession
) -> None:
    await morning.set(ANSWER)
    invitation = await morning.invited("principal", "alternate")
    set_clock(ANSWER_DUE)
    await morning.look()
    links = list((await session.execute(select(Link).order_by(col(Link.id)))).scalars())
    assert len(links) == 4, "two with the invitation, two with the reminder"
    assert {str(link.resource_id) for link in links} == {invitation["id"]}
    assert len({link.person_id for link in links[2:]}) == 2
    assert [link.expires_at for link in links] == [CLOSES] * 4
    assert [link.id.version for link in links] == [7] * 4
    ids = [each["id"] for each in await morning.messages("reminder")]
    assert [each["message_id"] for each in await morning.messages("reminder")] == [
        f"<{each}@example.org>" for each in ids
    ]


async def test_a_delegation_is_asked_for_where_nobody_is_registered(
    morning: Morning, set_clock
) -> None:
    await morning.set(DELEGATION)
    silent, empty, tentative, named_one, declined = [await morning.invited() for _ in range(5)]
    await morning.answer(empty, "accepted")
    await morning.answer(tentative, "tentative")
    await morning.answer(declined, "declined")
    body = named(1) | {"entity": named_one["entity"]["handle"]}
    await post(morning.world.administrator, f"{morning.path}/registrations", body)
    set_clock(datetime(2021, 10, 4, 13, tzinfo=UTC))
    await morning.look()
    expected = sorted([address("principal", empty), address("principal", tentative)])
    assert await morning.planned("delegation_reminder") == expected
    assert silent["status"] == "sent"


async def test_the_registered_are_reminded_again_only_of_another_day(
    morning: Morning, set_clock
) -> None:
    await morning.set(ATTENDANCE, capacity=1)
    invitation = await morning.invited()
    for number in (1, 2):
        body = named(number) | {"entity": invitation["entity"]["handle"]}
        await post(morning.world.administrator, f"{morning.path}/registrations", body)
    set_clock(datetime(2021, 10, 7, 14, tzinfo=UTC))
    await morning.look()
    assert await morning.planned("attendance_reminder") == ["delegate1@example.org"]
    later = {"local_start": "2021-10-08T11:00:00", "local_end": "2021-10-08T13:00:00"}
    await post(morning.world.administrator, f"{morning.path}/reschedule", later)
    await morning.look()
    set_clock(datetime(2021, 10, 7, 15, 1, tzinfo=UTC))
    await morning.look()
    assert await morning.planned("attendance_reminder") == ["delegate1@example.org"]
    moved = {"local_start": "2021-11-08T10:00:00", "local_end": "2021-11-08T13:00:00"}
    await post(morning.world.administrator, f"{morning.path}/reschedule", moved)
    set_clock(datetime(2021, 11, 7, 15, tzinfo=UTC))
    await morning.look()
    assert await morning.planned("attendance_reminder") == ["delegate1@example.org"] * 2


async def test_a_rescheduled_meeting_moves_what_is_to_come_and_repeats_nothing(
    morning: Morning, set_clock
) -> None:
    await morning.set(ANSWER, ESCALATION)
    invitation = await morning.invited()
    set_clock(ANSWER_DUE)
    await morning.look()
    moved = {"local_start": "2021-11-08T10:00:00", "local_end": "2021-11-08T13:00:00"}
    await post(morning.world.administrator, f"{morning.path}/reschedule", moved)
    set_clock(ESCALATION_DUE)
    await morning.look()
    assert await morning.planned("reminder") == [address("principal", invitation)]
    set_clock(datetime(2021, 11, 2, 13, tzinfo=UTC))
    await morning.look()
    assert await morning.planned("reminder") == [address("principal", invitation)] * 2


@pytest.mark.parametrize("move", ["postpone", "cancel"])
async def test_a_meeting_that_is_off_reminds_nobody(morning: Morning, set_clock, move: str) -> None:
    await morning.set(ANSWER)
    await morning.invited()
    await post(morning.world.administrator, f"{morning.path}/{move}")
    set_clock(ANSWER_DUE)
    await morning.look()
    assert await morning.planned("reminder") == []


async def test_steps_of_its_own_take_the_place_of_the_committees(
    morning: Morning, set_clock
) -> None:
    await morning.set(ANSWER)
    await morning.invited()
    path = f"{morning.path}/reminder-steps"
    answer = await morning.world.administrator.put(path, json={"steps": []})
    assert answer.json() == {"source": "meeting", "steps": []}
    set_clock(ANSWER_DUE)
    await morning.look()
    assert await morning.planned("reminder") == []
    answer = await morning.world.administrator.put(path, json={"steps": None})
    assert answer.json()["source"] == "committee"
    assert len(answer.json()["steps"]) == 1
    await morning.look()
    assert len(await morning.planned("reminder")) == 1


async def test_a_clock_that_jumps_reminds_nobody_twice(morning: Morning, set_clock) -> None:
    await morning.set(ANSWER, ESCALATION)
    await morning.invited()
    told = []
    for moment in (
        ANSWER_DUE,
        ANSWER_DUE - timedelta(days=2),
        ANSWER_DUE + timedelta(hours=1),
        ESCALATION_DUE,
        ANSWER_DUE,
        ESCALATION_DUE + timedelta(hours=3),
        CLOSES + timedelta(days=1),
        ESCALATION_DUE,
    ):
        set_clock(moment)
        await morning.look()
        told.append(len(await morning.planned("reminder")))
    assert told == [1, 1, 1, 2, 2, 2, 2, 2]


async def test_a_worker_that_was_down_sends_what_is_still_of_use(
    morning: Morning, set_clock, session: AsyncSession
) -> None:
    await morning.set(ANSWER, ESCALATION | {"to": "all"})
    await morning.invited()
    set_clock(ANSWER_DUE + timedelta(hours=13))
    await morning.look()
    assert await morning.planned("reminder") == []
    set_clock(CLOSES - timedelta(hours=1))
    await morning.look()
    assert len(await morning.planned("reminder")) == 1, "the last one, though it is late"
    runs = (await session.execute(select(ReminderRun).order_by(col(ReminderRun.id)))).scalars()
    assert [(run.outcome.value, run.reason) for run in runs] == [
        ("skipped", "It is late, and another one is still to come."),
        ("ran", None),
    ]
    statement = select(LogEntry.name).where(col(LogEntry.name).like("reminder.%"))
    names = (await session.execute(statement.order_by(col(LogEntry.id)))).scalars().all()
    assert names == ["reminder.steps_changed", "reminder.skipped", "reminder.due"]


async def test_a_step_that_comes_too_late_into_the_plan_surprises_nobody(
    morning: Morning, set_clock
) -> None:
    await morning.set()
    await morning.invited()
    set_clock(ANSWER_DUE + timedelta(hours=1))
    await morning.plan(ANSWER)
    await morning.look()
    (step,) = await morning.steps()
    assert (step["outcome"], step["told"]) == ("skipped", 0)
    assert step["reason"] == "Its time had passed when it came into the plan."


async def test_nobody_is_reminded_of_what_they_have_just_been_sent(
    morning: Morning, set_clock
) -> None:
    await morning.set(ANSWER)
    set_clock(ANSWER_DUE - timedelta(hours=5))
    await morning.invited()
    set_clock(ANSWER_DUE)
    await morning.look()
    assert await morning.planned("reminder") == []


async def test_the_plan_says_when_whether_and_how_many(morning: Morning, set_clock) -> None:
    await morning.set(ANSWER, ESCALATION, DELEGATION, ATTENDANCE)
    invitation = await morning.invited("principal", "alternate")
    await morning.invited("principal")
    body = named(1) | {"entity": (await morning.invited())["entity"]["handle"]}
    await post(morning.world.administrator, f"{morning.path}/registrations", body)
    set_clock(ANSWER_DUE - timedelta(hours=1))
    shown = await morning.steps()
    assert [each["due_at"] for each in shown] == [
        "2021-09-30T13:00:00Z",
        "2021-10-04T13:00:00Z",
        "2021-10-04T13:00:00Z",
        "2021-10-07T14:00:00Z",
    ]
    assert [each["due_local"] for each in shown][::3] == [
        "2021-09-30T09:00:00",
        "2021-10-07T10:00:00",
    ]
    assert [each["would_tell"] for each in shown] == [3, 2, 0, 1]
    assert {each["outcome"] for each in shown} == {None}
    set_clock(ANSWER_DUE)
    await morning.look()
    ran, *rest = await morning.steps()
    assert (ran["outcome"], ran["told"], ran["would_tell"]) == ("ran", 3, 0)
    assert ran["ran_at"] is not None
    assert {each["outcome"] for each in rest} == {None}
    board = await morning.world.administrator.get(f"{morning.path}/invitations/{invitation['id']}")
    assert board.json()["reminded_at"] is not None


async def test_two_workers_at_once_remind_once(morning: Morning, set_clock) -> None:
    await morning.set(ANSWER)
    await morning.invited()
    set_clock(ANSWER_DUE)
    await asyncio.gather(*(running.look(morning.database) for _ in range(8)))
    await morning.follow()
    assert len(await morning.planned("reminder")) == 1


async def test_without_the_claim_two_workers_remind_twice(
    morning: Morning, set_clock, monkeypatch: pytest.MonkeyPatch, session: AsyncSession
) -> None:
    """The negative control: no lock of the meeting, and no unique key."""
    await morning.set(ANSWER)
    await morning.invited()
    key = "uq_reminder_runs_meeting_id_step_key"
    await session.execute(text(f"ALTER TABLE reminder_runs DROP CONSTRAINT {key}"))
    await session.commit()
    gathered = asyncio.Barrier(2)
    found_runs = queries.list_runs

    async def lock_nothing(*_: object) -> None:
        return None

    async def look_together(found_in: AsyncSession, meetings: Any) -> Any:
        runs = await found_runs(found_in, meetings)
        await gathered.wait()
        return runs

    monkeypatch.setattr(running, "lock_meeting", lock_nothing)
    monkeypatch.setattr(queries, "list_runs", look_together)
    set_clock(ANSWER_DUE)
    await asyncio.gather(*(running.look(morning.database) for _ in range(2)))
    monkeypatch.undo()
    statement = select(LogEntry).where(col(LogEntry.name) == "reminder.due")
    assert len((await session.execute(statement)).scalars().all()) == 2


@pytest.mark.parametrize(
    ("steps", "pointer"),
    [
        ([ANSWER, ANSWER], ""),
        ([ANSWER | {"before": {}}], "/steps/0/before"),
        ([ANSWER | {"before": {"days": 1, "hours": 1}}], "/steps/0/before"),
        ([ANSWER | {"before": {"hours": 1}}], "/steps/0"),
        ([ATTENDANCE | {"anchor": "deadline"}], "/steps/0"),
        ([ATTENDANCE | {"to": "alternate"}], "/steps/0"),
        ([ANSWER | {"before": {"days": n}} for n in range(21)], "/steps"),
        ([ANSWER | {"before": {"days": -1}}], "/steps/0/before/days"),
    ],
)
async def test_what_is_no_plan_is_refused(
    world: World, steps: list[dict[str, Any]], pointer: str
) -> None:
    committee = await world.committee()
    path = f"/v1/committees/{committee['id']}/reminder-steps"
    refused = await world.administrator.put(path, json={"steps": steps})
    assert refused.status_code == 422, refused.text
    assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]
    assert (await world.administrator.get(path)).json() == {"source": "none", "steps": []}


async def test_the_recommended_steps_are_a_plan(world: World, app: FastAPI) -> None:
    schema = app.openapi()["components"]["schemas"]["CommitteeStepsWrite"]
    (recommended,) = schema["properties"]["steps"]["examples"]
    committee = await world.committee()
    path = f"/v1/committees/{committee['id']}/reminder-steps"
    kept = await world.administrator.put(path, json={"steps": recommended})
    assert kept.status_code == 200, kept.text
    read = await world.administrator.get(path)
    assert read.json() == kept.json()
    assert len(read.json()["steps"]) == 4
    stale = {"If-Match": '"another"'}
    refused = await world.administrator.put(path, json={"steps": []}, headers=stale)
    assert refused.status_code == 412
