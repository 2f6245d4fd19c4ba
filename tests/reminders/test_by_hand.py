"""Reminding by hand: a result for each invitation, and one mail for each focal point."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.reminders.morning import ANSWER, ANSWER_DUE, CLOSES, START, Morning
from tests.world import post

LATER = START + timedelta(hours=1)


async def remind(morning: Morning, query: str = "", **body: Any) -> Any:
    path = f"{morning.path}/invitations/remind{query}"
    return await post(morning.world.administrator, path, body)


def outcomes(answer: Any) -> list[str]:
    return [each["outcome"] for each in answer["results"]]


async def test_each_invitation_has_its_own_result(morning: Morning, set_clock) -> None:
    await morning.set()
    silent, accepted, withdrawn = [await morning.invited() for _ in range(3)]
    draft = await morning.world.invitation(
        morning.meeting, await morning.world.entity(), sent=False
    )
    await morning.answer(accepted, "accepted")
    path = f"{morning.path}/invitations/{withdrawn['id']}/withdraw"
    await post(morning.world.administrator, path)
    unknown = str(uuid4())
    set_clock(LATER)
    ids = [silent["id"], accepted["id"], withdrawn["id"], draft["id"], unknown]
    tried = await remind(morning, "?dry_run=true", invitations=ids)
    expected = ["reminded", "answered_already", "withdrawn", "not_sent", "unknown"]
    assert (tried["dry_run"], tried["reminded"], outcomes(tried)) == (True, 1, expected)
    done = await remind(morning, invitations=ids, note="The list closes on Friday.")
    assert (done["dry_run"], done["reminded"], outcomes(done)) == (False, 1, expected)
    assert [each["invitation_id"] for each in done["results"]] == ids
    await morning.follow()
    assert len(await morning.planned("reminder")) == 1
    again = await remind(morning, all_unanswered=True)
    assert outcomes(again) == ["reminded_lately"]
    forced = await remind(morning, all_unanswered=True, force=True)
    assert outcomes(forced) == ["reminded"]
    await morning.follow()
    set_clock(LATER + timedelta(days=1, minutes=1))
    assert outcomes(await remind(morning, all_unanswered=True)) == ["reminded"]
    await morning.follow()
    assert len(await morning.planned("reminder")) == 3


async def test_one_invitation_and_whom_to_ask(morning: Morning, set_clock) -> None:
    await morning.set()
    invitation = await morning.invited("principal", "alternate")
    set_clock(LATER)
    path = f"{morning.path}/invitations/{invitation['id']}/remind"
    done = await post(morning.world.administrator, path, {"to": "principal"})
    assert (done["invitation_id"], done["outcome"]) == (invitation["id"], "reminded")
    assert done["reminded_at"] is not None
    await morning.follow()
    assert await morning.planned("reminder") == [
        f"principal.{invitation['entity']['handle']}@example.org"
    ]
    assert (await post(morning.world.administrator, path))["outcome"] == "reminded_lately"
    unknown = f"{morning.path}/invitations/{uuid4()}/remind"
    assert (await morning.world.administrator.post(unknown)).status_code == 404


async def test_of_two_reminders_before_the_mails_are_planned_one_is_told(
    morning: Morning, set_clock
) -> None:
    await morning.set()
    await morning.invited()
    set_clock(LATER)
    await remind(morning, all_unanswered=True)
    await remind(morning, all_unanswered=True, force=True)
    await morning.follow()
    assert len(await morning.planned("reminder")) == 1


async def test_a_step_passes_over_those_who_were_just_reminded_by_hand(
    morning: Morning, set_clock
) -> None:
    await morning.set(ANSWER)
    first, _ = [await morning.invited() for _ in range(2)]
    set_clock(ANSWER_DUE - timedelta(hours=2))
    await remind(morning, invitations=[first["id"]])
    set_clock(ANSWER_DUE)
    await morning.look()
    told = await morning.messages("reminder")
    assert len({each["recipient"] for each in told}) == len(told) == 2


@pytest.mark.parametrize("how", ["draft", "deadline", "cancel"])
async def test_where_nobody_can_answer_nobody_is_reminded(
    morning: Morning, set_clock, how: str
) -> None:
    await morning.set()
    await morning.invited()
    if how == "draft":
        morning.meeting = await morning.world.meeting(morning.committee)
    elif how == "deadline":
        set_clock(CLOSES)
    else:
        await post(morning.world.administrator, f"{morning.path}/cancel")
    path = f"{morning.path}/invitations/remind"
    refused = await morning.world.administrator.post(path, json={"all_unanswered": True})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/nothing-to-remind-of")
    assert how != "deadline" or refused.json()["detail"].endswith("Z.")


@pytest.mark.parametrize(
    "body", [{}, {"all_unanswered": True, "invitations": [str(uuid4())]}, {"invitations": ["x"]}]
)
async def test_it_is_said_which_are_meant(morning: Morning, body: dict[str, Any]) -> None:
    await morning.set()
    path = f"{morning.path}/invitations/remind"
    assert (await morning.world.administrator.post(path, json=body)).status_code == 422


async def test_a_repeated_request_reminds_once(morning: Morning, set_clock) -> None:
    await morning.set()
    await morning.invited()
    set_clock(datetime(2021, 9, 2, tzinfo=UTC))
    path = f"{morning.path}/invitations/remind"
    key = {"Idempotency-Key": "once"}
    body = {"all_unanswered": True, "force": True}
    answers = [
        await morning.world.administrator.post(path, json=body, headers=key) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    await morning.follow()
    assert len(await morning.planned("reminder")) == 1
