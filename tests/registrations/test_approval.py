"""Registrations that need a decision: no seat before it, the usual one with it, the way back."""

from typing import Any

import pytest

from tests.meetings.board import entries, refusal
from tests.questions.conftest import question
from tests.registrations.approving import AFTER, ALL, EARLY, Office
from tests.world import World, named, post

REASON = {"reason": "The meeting is for heads of delegation."}


@pytest.fixture(autouse=True)
def early(set_clock) -> None:
    set_clock(EARLY)


async def test_whoever_waits_for_a_decision_has_a_place_and_no_seat(world: World) -> None:
    office = await Office.of(world, **ALL)
    made = await office.register(0)
    assert {name: made[name] for name in ("status", "pending_because", "decision", "allowed")} == {
        "status": "pending",
        "pending_because": ["all"],
        "decision": None,
        "allowed": ["withdraw", "substitute"],
    }
    assert made["pending_since"] == made["created_at"]
    board = await office.board()
    assert (board["status"], board["seats_taken"], board["pending"]) == ("accepted", 0, 1)
    names = [name for name, _ in await entries(world.app, office.meeting)]
    assert names[-2:] == ["registration.pending", "invitation.answered"]
    assert (await office.organizer.get(f"{office.path}/{made['id']}")).json()["allowed"] == [
        "approve",
        "reject",
        "withdraw",
        "substitute",
    ]
    missing = (await office.organizer.get(f"{office.meeting_path}/readiness")).json()["missing"]
    assert "registrations_pending" in [each["code"] for each in missing]
    assert await office.wrongs() == []


async def test_a_yes_gives_a_seat_while_one_is_free_and_else_a_place_in_the_list(
    world: World,
) -> None:
    office = await Office.of(world, seats=1, **ALL)
    made = [await office.register(number) for number in range(3)]
    second = (await office.decide(made[1], "approve")).json()
    assert (second["status"], second["decision"]["decision"]) == ("confirmed", "approved")
    me = (await office.organizer.get("/v1/me")).json()
    assert second["decision"]["decided_by"]["name"] == me["name"]
    first = (await office.decide(made[0], "approve")).json()
    assert (first["status"], first["waiting_position"]) == ("waiting", 1)
    seen = (await office.focal_point.get(f"{office.path}/{made[1]['id']}")).json()
    assert seen["decision"]["decided_by"] is None, "which organizer is the organizers' matter"
    await post(office.focal_point, f"{office.path}/{made[1]['id']}/withdraw")
    assert await office.standing() == [
        ("Delegate 0", "confirmed"),
        ("Delegate 1", "withdrawn"),
        ("Delegate 2", "pending"),
    ]
    told = [name for name, _ in await entries(world.app, office.meeting)]
    assert told[-5:-2] == [
        "registration.confirmed",
        "registration.approved",
        "registration.waiting",
    ]
    assert await office.wrongs() == []


async def test_a_no_has_a_reason_and_a_way_back_to_the_old_place(world: World) -> None:
    office = await Office.of(world, seats=1, **ALL)
    made = [await office.register(number) for number in range(2)]
    assert refusal(await office.decide(made[0], "reject", {"reason": " "})) == (422, "invalid")
    rejected = (await office.decide(made[0], "reject", REASON)).json()
    assert (rejected["status"], rejected["decision"]["reason"], rejected["allowed"]) == (
        "rejected",
        REASON["reason"],
        ["reconsider"],
    )
    assert (await entries(world.app, office.meeting))[-1][1]["note"] == REASON["reason"]
    again = (await office.decide(made[0], "reconsider")).json()
    assert (again["status"], again["decision"]) == ("pending", None)
    queue = (await office.organizer.get(f"{office.meeting_path}/approvals")).json()["items"]
    assert [each["registration"]["person"]["name"] for each in queue] == [
        "Delegate 0",
        "Delegate 1",
    ]
    assert await office.wrongs() == []


async def test_nobody_comes_back_who_is_registered_again(world: World) -> None:
    office = await Office.of(world, **ALL)
    made = await office.register(0)
    await office.decide(made, "reject", REASON)
    await office.register(0)
    refused = await office.decide(made, "reconsider")
    assert refusal(refused) == (409, "already-registered")
    assert await office.standing() == [("Delegate 0", "rejected"), ("Delegate 0", "pending")]


async def test_the_queue_says_what_is_needed_to_decide(world: World, set_clock) -> None:
    office = await Office.of(
        world, seats=1, approval={"roles": ["adviser"]}, needs_credentials=True
    )
    await office.register(0)
    await office.register(1, role="adviser")
    await office.register(2, role="adviser")
    set_clock(EARLY.replace(day=21, hour=14, minute=30))
    queue = (await office.organizer.get(f"{office.meeting_path}/approvals?limit=1")).json()
    (row,) = queue["items"]
    assert {name: row[name] for name in row if name != "registration"} == {
        "would_be": "waiting",
        "seats_taken": 1,
        "seat_quota": 1,
        "credentials": "missing",
        "pending_hours": 26,
    }
    assert row["registration"]["pending_because"] == ["role"]
    assert (row["registration"]["needs"], row["registration"]["answers_missing"]) == (None, [])
    assert queue["next_cursor"] is not None
    assert refusal(await office.focal_point.get(f"{office.meeting_path}/approvals")) == (
        403,
        "not-permitted",
    )


async def test_many_are_decided_at_once_each_with_its_result(world: World) -> None:
    office = await Office.of(world, seats=1, **ALL)
    made = [await office.register(number) for number in range(4)]
    other = await Office.of(world, **ALL)
    foreign = await other.register(9)
    decisions: list[dict[str, Any]] = [
        {"registration_id": made[0]["id"], "decision": "approve"},
        {"registration_id": made[1]["id"], "decision": "approve"},
        {"registration_id": made[2]["id"], "decision": "reject", **REASON},
        {"registration_id": made[0]["id"], "decision": "reject", **REASON},
        {"registration_id": foreign["id"], "decision": "approve"},
        {"registration_id": made[2]["id"], "decision": "reconsider"},
    ]
    path = f"{office.path}/decisions"
    told = await entries(world.app, office.meeting)
    rehearsed = await post(office.organizer, f"{path}?dry_run=true", decisions)
    assert await office.standing() == [(f"Delegate {n}", "pending") for n in range(4)]
    assert await entries(world.app, office.meeting) == told
    done = await post(office.organizer, path, decisions)
    for row in (rehearsed["rows"][3], done["rows"][3]):
        assert row.pop("detail").startswith("It was approved at ")
    assert rehearsed == done | {"dry_run": True}
    assert [(row["outcome"], row["problem"]) for row in done["rows"]] == [
        ("confirmed", None),
        ("waiting", None),
        ("rejected", None),
        ("refused", "already-decided"),
        ("refused", "not-found"),
        ("pending", None),
    ]
    counts = ("confirmed", "waiting", "rejected", "pending", "refused")
    assert [done[name] for name in counts] == [1, 1, 1, 1, 2]
    assert [status for _, status in await office.standing()] == [
        "confirmed",
        "waiting",
        "pending",
        "pending",
    ]
    bare = [{"registration_id": made[3]["id"], "decision": "reject"}]
    assert refusal(await office.organizer.post(path, json=bare)) == (422, "invalid")
    assert await office.wrongs() == []


async def test_organizers_need_nobodys_approval_and_only_they_decide(world: World) -> None:
    office = await Office.of(world, **ALL)
    body = named(0, entity=office.entity["handle"])
    assert (await post(office.organizer, office.path, body))["status"] == "confirmed"
    made = await office.register(1)
    for verb, said in (("approve", None), ("reject", REASON), ("reconsider", None)):
        path = f"{office.path}/{made['id']}/{verb}"
        assert refusal(await office.focal_point.post(path, json=said)) == (403, "not-permitted")
    await post(world.administrator, f"{office.meeting_path}/cancel")
    late = await office.decide(made, "approve")
    assert refusal(late) == (409, "registration-closed")


async def test_what_needs_approval_is_data_of_the_meeting(world: World, set_clock) -> None:
    office = await Office.of(world, seats=9)
    member = await world.membership({"id": office.meeting["committee_id"]}, office.entity)
    cases: dict[str, tuple[Any, str, str, list[str]]] = {
        "nothing": (None, "adviser", "confirmed", []),
        "another role": ({"roles": ["observer"]}, "adviser", "confirmed", []),
        "the role": ({"roles": ["observer"]}, "observer", "pending", ["role"]),
        "no members": ({"standings": ["none"]}, "adviser", "confirmed", []),
        "members": ({"standings": ["member"]}, "adviser", "pending", ["standing"]),
        "in time": ({"late": True}, "adviser", "confirmed", []),
        "both": ({"all": True, "roles": ["adviser"]}, "adviser", "pending", ["all", "role"]),
    }
    for number, (case, (rule, role, status, because)) in enumerate(cases.items()):
        await office.change(approval=None)
        await office.change(approval=rule)
        made = await office.register(number, role=role)
        assert (made["status"], made["pending_because"]) == (status, because), case
    assert member["standing"] == "member"
    rules = {"changes": {"add": {"afterwards": "focal_point"}}}
    await office.change(approval=None)
    await office.change(approval={"late": True}, registration_rules=rules)
    set_clock(AFTER)
    made = await office.register(20)
    assert (made["status"], made["pending_because"]) == ("pending", ["late"])


async def test_nobody_gets_around_an_approval_by_another_role_or_a_substitute(
    world: World,
) -> None:
    office = await Office.of(world, approval={"roles": ["observer"], "substitutes": True})
    made = await office.register(0)
    one = f"{office.path}/{made['id']}"
    turned = await office.focal_point.patch(one, json={"role": "observer"})
    assert (refusal(turned), turned.json()["rule"]) == ((409, "approval-needed"), "approval")
    assert (await office.organizer.patch(one, json={"role": "observer"})).status_code == 200
    swapped = await office.focal_point.post(f"{one}/substitute", json=named(9))
    assert refusal(swapped) == (409, "approval-needed")
    assert (await office.organizer.post(f"{one}/substitute", json=named(9))).status_code == 201


async def test_a_substitute_waits_for_the_decision_in_the_same_place(world: World) -> None:
    office = await Office.of(world, **ALL)
    made = [await office.register(number) for number in range(2)]
    path = f"{office.path}/{made[0]['id']}/substitute"
    comes = await post(office.focal_point, path, named(9))
    assert (comes["status"], comes["pending_since"]) == ("pending", made[0]["pending_since"])
    assert comes["pending_because"] == ["all"]
    assert await office.standing() == [
        ("Delegate 0", "substituted"),
        ("Delegate 9", "pending"),
        ("Delegate 1", "pending"),
    ]
    changed = await office.focal_point.patch(
        f"{office.path}/{made[1]['id']}", json={"role": "support"}
    )
    assert (changed.status_code, changed.json()["status"]) == (200, "pending")
    assert await office.wrongs() == []


async def test_the_queue_shows_needs_and_what_is_not_answered(world: World) -> None:
    office = await Office.of(world, **ALL, needs_credentials=True)
    form = {"questions": [question("diet", required="before_deadline"), question("note")]}
    headers = {"If-Match": "*"}
    put = await office.organizer.put(f"{office.meeting_path}/form", json=form, headers=headers)
    assert put.is_success, put.text
    letter = {"reference": "Note verbale 7"}
    sent = await office.focal_point.put(f"{office.invited}/credentials", json=letter)
    assert sent.is_success, sent.text
    await office.register(0, needs={"captioning": True}, answers={"note": "Kept."})
    await office.register(1, answers={"diet": "None."})
    queue = (await office.organizer.get(f"{office.meeting_path}/approvals")).json()["items"]
    told = [
        (
            row["credentials"],
            row["registration"]["answers_missing"],
            (row["registration"]["needs"] or {}).get("captioning"),
        )
        for row in queue
    ]
    assert told == [("presented", ["diet"], True), ("presented", [], None)]
