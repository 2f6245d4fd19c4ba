"""Presence as organizers record it and everybody may read it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.identity.lifecycle import Role
from app.invitations.lifecycle import InvitationStatus
from app.meetings.lifecycle import MeetingStatus
from app.registrations.lifecycle import RegistrationRole
from tests.attendance.sitting import START, Sitting, slug
from tests.statements import counted

S, R = MeetingStatus, RegistrationRole
CANARY = "Canary Nightingale"


async def test_a_list_is_checked_in_with_a_result_for_each(sitting: Sitting) -> None:
    entity = await sitting.invite(await sitting.member())
    one, two, gone = [await sitting.register(entity) for _ in range(3)]
    await sitting.withdraw(entity, gone)
    await sitting.becomes(S.IN_SESSION)
    stranger = uuid4()
    await sitting.check_in(two)
    body = {"registration_ids": [str(each) for each in (one, two, gone, stranger, one)]}
    path = f"{sitting.path}/attendance/check-ins"
    dry = (await sitting.organizer.post(f"{path}?dry_run=true", json=body)).json()
    assert len((await sitting.get("/attendance"))["items"]) == 1
    done = (await sitting.organizer.post(path, json=body)).json()
    outcomes = ["recorded", "unchanged", "refused", "refused", "unchanged"]
    assert [row["outcome"] for row in dry["rows"]] == outcomes
    assert [row["outcome"] for row in done["rows"]] == outcomes
    assert [row["problem"] for row in done["rows"]] == [
        None,
        None,
        "registration-not-confirmed",
        "not-found",
        None,
    ]
    assert {k: done[k] for k in ("dry_run", "recorded", "unchanged", "refused")} == {
        "dry_run": False,
        "recorded": 1,
        "unchanged": 2,
        "refused": 2,
    }
    listed = (await sitting.get("/attendance"))["items"]
    assert {item["registration_id"] for item in listed} == {str(one), str(two)}
    assert done["rows"][0]["attendance_id"] in {item["id"] for item in listed}


async def test_going_and_coming_back_are_two_intervals_of_one_person(
    sitting: Sitting, set_clock
) -> None:
    entity = await sitting.invite(await sitting.member())
    one = await sitting.register(entity)
    await sitting.becomes(S.IN_SESSION)
    await sitting.check_in(one)
    set_clock(START + timedelta(hours=1))
    out = await sitting.check_out(one)
    assert [row["outcome"] for row in out["rows"]] == ["recorded"]
    again = await sitting.check_out(one)
    assert [row["outcome"] for row in again["rows"]] == ["unchanged"]
    assert (await sitting.get("/attendance/by-entity"))["items"][0]["in_room"] == 0
    await sitting.check_in(one)
    first, second = (await sitting.get("/attendance"))["items"]
    assert (first["registration_id"], second["left_at"]) == (str(one), None)
    assert first["left_at"] <= second["joined_at"]
    assert [i["id"] for i in (await sitting.get("/attendance?in_room=true"))["items"]] == [
        second["id"]
    ]
    (row,) = (await sitting.get("/attendance/by-entity"))["items"]
    assert (row["present"], row["representatives"], row["in_room"]) == (1, 1, 1)


async def test_a_clock_set_back_ends_no_interval_before_it_began(
    sitting: Sitting, set_clock
) -> None:
    entity = await sitting.invite(await sitting.member())
    one = await sitting.register(entity)
    await sitting.becomes(S.IN_SESSION)
    await sitting.check_in(one)
    set_clock(START - timedelta(hours=1))
    await sitting.check_out(one)
    (interval,) = (await sitting.get("/attendance"))["items"]
    assert interval["left_at"] == interval["joined_at"]


async def test_the_adjournment_ends_what_is_open_and_the_forgotten_are_added(
    sitting: Sitting, set_clock
) -> None:
    entity = await sitting.invite(await sitting.member())
    stayed, forgotten = [await sitting.register(entity) for _ in range(2)]
    await sitting.becomes(S.IN_SESSION)
    await sitting.check_in(stayed)
    set_clock(START + timedelta(hours=3))
    await sitting.becomes(S.ADJOURNED)
    adjourned_at = (await sitting.get("/attendance"))["items"][0]["left_at"]
    assert adjourned_at.startswith("2021-10-08T17:00:0")
    added = await sitting.check_in(stayed, forgotten)
    assert [row["outcome"] for row in added["rows"]] == ["unchanged", "recorded"]
    intervals = (await sitting.get("/attendance?sort=-joined_at"))["items"]
    assert [(i["joined_at"], i["left_at"]) for i in intervals][0] == (adjourned_at, adjourned_at)
    assert (await sitting.get("/attendance?in_room=true"))["items"] == []
    assert len((await sitting.get("/attendance?in_room=false"))["items"]) == 2
    (row,) = (await sitting.get("/attendance/by-entity"))["items"]
    assert (row["present"], row["in_room"]) == (2, 0)
    late = await sitting.organizer.post(
        f"{sitting.path}/attendance/check-outs", json={"registration_ids": [str(stayed)]}
    )
    assert (late.status_code, slug(late)) == (409, "not-under-way")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (S.SCHEDULED, "not-under-way"),
        (S.POSTPONED, "not-under-way"),
        (S.CLOSED, "meeting-closed"),
        (S.CANCELLED, "meeting-closed"),
    ],
)
async def test_presence_is_recorded_only_while_there_is_a_meeting(
    sitting: Sitting, status, expected
) -> None:
    entity = await sitting.invite(await sitting.member())
    one = await sitting.register(entity)
    await sitting.becomes(status)
    for verb in ("check-ins", "check-outs"):
        answer = await sitting.organizer.post(
            f"{sitting.path}/attendance/{verb}", json={"registration_ids": [str(one)]}
        )
        assert (answer.status_code, slug(answer)) == (409, expected)


async def test_a_mistake_is_struck_until_the_meeting_is_closed(sitting: Sitting) -> None:
    entity = await sitting.invite(await sitting.member())
    one, two = [await sitting.register(entity) for _ in range(2)]
    await sitting.becomes(S.IN_SESSION)
    rows = (await sitting.check_in(one, two))["rows"]
    wrong, right = [f"{sitting.path}/attendance/{row['attendance_id']}" for row in rows]
    assert (await sitting.observer.delete(wrong)).status_code == 403
    assert (await sitting.organizer.delete(wrong)).status_code == 204
    assert (await sitting.organizer.delete(wrong)).status_code == 404
    (left,) = (await sitting.get("/attendance"))["items"]
    assert left["registration_id"] == str(two)
    await sitting.becomes(S.CLOSED)
    closed = await sitting.organizer.delete(right)
    assert (closed.status_code, slug(closed)) == (409, "meeting-closed")


async def test_entities_are_present_excused_absent_or_unaccounted(sitting: Sitting) -> None:
    there = await sitting.invite(await sitting.member(abbreviation="A-THERE"))
    await sitting.invite(await sitting.member(abbreviation="B-AWAY"), InvitationStatus.DECLINED)
    late = await sitting.invite(await sitting.member(abbreviation="C-LATE"))
    await sitting.invite(await sitting.member(abbreviation="D-SILENT"))
    watching = await sitting.invite(await sitting.member("observer", abbreviation="E-WATCHING"))
    guest = await sitting.invite(await sitting.world.entity(abbreviation="F-GUEST"))
    await sitting.member(abbreviation="G-UNASKED")
    await sitting.world.entity(abbreviation="H-STRANGER")
    boss = await sitting.register(there, R.HEAD_OF_DELEGATION)
    typist = await sitting.register(there, R.SUPPORT)
    await sitting.register(late)
    people = [await sitting.register(entity) for entity in (watching, guest)]
    await sitting.becomes(S.IN_SESSION)
    await sitting.check_in(boss, typist, *people)
    rows = (await sitting.get("/attendance/by-entity"))["items"]
    assert [
        (row["entity"]["abbreviation"], row["standing"], row["attendance"], row["present"])
        for row in rows
    ] == [
        ("A-THERE", "member", "present", 2),
        ("B-AWAY", "member", "excused", 0),
        ("C-LATE", "member", "absent", 0),
        ("D-SILENT", "member", "unaccounted", 0),
        ("E-WATCHING", "observer", "present", 1),
        ("F-GUEST", None, "present", 1),
        ("G-UNASKED", "member", "unaccounted", 0),
    ]
    assert (rows[0]["registered"], rows[0]["representatives"]) == (2, 1)
    shown = {name: there[name] for name in ("id", "handle", "abbreviation", "name")}
    assert rows[0]["entity"] == shown
    quorum = await sitting.get("/attendance/quorum")
    assert quorum == {
        "members": 5,
        "needed": 3,
        "present": 1,
        "reached": False,
        "present_now": 1,
        "reached_now": False,
    }
    await sitting.check_out(boss, typist)
    quorum = await sitting.get("/attendance/quorum")
    assert (quorum["present"], quorum["present_now"]) == (1, 0)


async def test_membership_counts_as_it_was_on_the_day(sitting: Sitting) -> None:
    left = await sitting.world.entity()
    await sitting.world.membership(sitting.committee, left, until="2021-10-08")
    stayed = await sitting.world.entity()
    await sitting.world.membership(sitting.committee, stayed, until="2021-10-09")
    joined = await sitting.world.entity()
    await sitting.world.membership(sitting.committee, joined, since="2021-10-09")
    rows = (await sitting.get("/attendance/by-entity"))["items"]
    assert [row["entity"]["id"] for row in rows] == [stayed["id"]]
    assert (await sitting.get("/attendance/quorum"))["members"] == 1


async def test_no_byte_about_another_entity_reaches_a_focal_point(sitting: Sitting) -> None:
    mine, other = [await sitting.invite(await sitting.member()) for _ in range(2)]
    own = await sitting.register(mine, name="Amina Rossi")
    foreign = await sitting.register(other, name=CANARY)
    await sitting.becomes(S.IN_SESSION)
    await sitting.check_in(own, foreign)
    focal_point = await sitting.world.focal_point_of(mine)
    paths = ["", f"?entity={other['id']}", f"?entity={other['handle']}", "/by-entity"]
    for path in paths:
        answer = await focal_point.get(f"{sitting.path}/attendance{path}")
        assert answer.status_code == 200
        assert CANARY not in answer.text
        assert other["id"] not in answer.text
        assert other["abbreviation"] not in answer.text
    listed = (await sitting.get("/attendance", focal_point))["items"]
    assert [item["person"]["name"] for item in listed] == ["Amina Rossi"]
    (row,) = (await sitting.get("/attendance/by-entity", focal_point))["items"]
    assert row["entity"]["id"] == mine["id"]
    assert (await sitting.get("/attendance/quorum", focal_point))["present"] == 2
    for verb in ("check-ins", "check-outs"):
        answer = await focal_point.post(
            f"{sitting.path}/attendance/{verb}", json={"registration_ids": [str(own)]}
        )
        assert answer.status_code == 403
    interval = f"{sitting.path}/attendance/{listed[0]['id']}"
    assert (await focal_point.delete(interval)).status_code == 403


async def test_nobody_reads_an_address_of_a_person_here(sitting: Sitting) -> None:
    entity = await sitting.invite(await sitting.member())
    one = await sitting.register(entity)
    await sitting.becomes(S.IN_SESSION)
    await sitting.check_in(one)
    for client in (sitting.organizer, sitting.observer, sitting.world.administrator):
        answer = await client.get(f"{sitting.path}/attendance")
        assert len(answer.json()["items"]) == 1
        assert "@" not in answer.text


async def test_strangers_learn_nothing(sitting: Sitting, anonymous) -> None:
    elsewhere = await sitting.world.organizer(await sitting.world.committee())
    outsider = await sitting.world.focal_point_of(await sitting.world.entity())
    nobody = await sitting.world.caller()
    for path in ("", "/by-entity", "/quorum"):
        for client in (elsewhere, outsider, nobody):
            answer = await client.get(f"{sitting.path}/attendance{path}")
            assert answer.status_code == 404
        assert (await anonymous.get(f"{sitting.path}/attendance{path}")).status_code == 401


async def test_a_focal_point_of_another_committee_sees_nobody(sitting: Sitting) -> None:
    entity = await sitting.invite(await sitting.member())
    one = await sitting.register(entity)
    await sitting.becomes(S.IN_SESSION)
    await sitting.check_in(one)
    elsewhere = await sitting.world.committee()
    limited = await sitting.world.caller(
        Role.FOCAL_POINT, entity_id=entity["id"], committee_id=elsewhere["id"]
    )
    assert (await limited.get(f"{sitting.path}/attendance")).status_code == 404


async def test_bad_lists_are_refused(sitting: Sitting) -> None:
    await sitting.becomes(S.IN_SESSION)
    bodies: list[dict[str, Any]] = [
        {},
        {"registration_ids": []},
        {"registration_ids": ["x"]},
        {"registration_ids": [str(uuid4()) for _ in range(501)]},
        {"registration_ids": [str(uuid4())], "source": "link"},
    ]
    for body in bodies:
        answer = await sitting.organizer.post(f"{sitting.path}/attendance/check-ins", json=body)
        assert (answer.status_code, slug(answer)) == (422, "invalid")


async def test_lists_take_as_many_statements_for_many_rows_as_for_one(sitting: Sitting) -> None:
    app = sitting.world.app
    entities = [await sitting.invite(await sitting.member()) for _ in range(3)]
    first, *others = [await sitting.register(entity) for entity in entities * 4]
    await sitting.becomes(S.IN_SESSION)
    costs = []
    for people in ([first], others):
        with counted(app) as checking:
            await sitting.check_in(*people)
        lists = []
        for path in ("", "/by-entity", "/quorum"):
            with counted(app) as reading:
                await sitting.get(f"/attendance{path}")
            lists.append(len(reading))
        with counted(app) as leaving:
            await sitting.check_out(*people)
        costs.append((len(checking), lists, len(leaving)))
    assert costs[0] == costs[1]
    assert max(costs[0][1]) <= 3
