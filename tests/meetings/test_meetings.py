"""Meetings over HTTP: made, listed, changed and deleted."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from tests.meetings.board import address, change, entries, meeting_in, pointers, refusal
from tests.statements import counted
from tests.world import World, post

BODY = {
    "title": {"en": "Sixth meeting"},
    "local_start": "2021-10-08T10:00:00",
    "local_end": "2021-10-08T13:00:00",
}


async def test_a_meeting_takes_its_committees_defaults(world: World) -> None:
    committee = await world.committee(
        handle="coordination-committee",
        timezone="America/New_York",
        languages=["en", "fr"],
        default_seat_quota=7,
    )
    body = BODY | {"committee": "coordination-committee", "number": 6}
    answer = await world.administrator.post("/v1/meetings", json=body)
    assert answer.status_code == 201
    meeting = answer.json()
    assert answer.headers["location"] == f"/v1/meetings/{meeting['id']}"
    assert meeting == {
        "id": meeting["id"],
        "handle": "coordination-committee-6",
        "committee_id": committee["id"],
        "committee": {name: committee[name] for name in ("id", "handle", "name")},
        "number": 6,
        "series_id": None,
        "status": "draft",
        "title": {"en": "Sixth meeting"},
        "description": {},
        "format": "virtual",
        "timezone": "America/New_York",
        "local_start": "2021-10-08T10:00:00",
        "start_offset": "-04:00",
        "local_end": "2021-10-08T13:00:00",
        "end_offset": "-04:00",
        "starts_at": "2021-10-08T14:00:00Z",
        "ends_at": "2021-10-08T17:00:00Z",
        "languages": ["en", "fr"],
        "venue": None,
        "contacts": [],
        "seat_quota": 7,
        "capacity": None,
        "decent_hours": {"earliest": "07:00", "latest": "22:00"},
        "briefers_due": None,
        "offer_window": None,
        "registration_opens_at": None,
        "registration_closes_at": None,
        "registration_deadline": None,
        "public": False,
        "needs_retention_days": 30,
        "form_version": None,
        "links_bound": None,
        "approval": None,
        "registration_rules": None,
        "substitution_freeze": None,
        "needs_credentials": False,
        "longest_stretch": None,
        "participants_list": "consented",
        "participants_published_at": None,
        "chatham_house": False,
        "protocol_order": None,
        "agenda_numbering": None,
        "calendar_sequence": 0,
        "opened_at": None,
        "retention_days": None,
        "anonymized_at": None,
        "adjourned_at": None,
        "closed_at": None,
        "created_at": meeting["created_at"],
        "allowed": ["schedule", "cancel"],
    }
    for ref in (meeting["id"], "coordination-committee-6"):
        read = await world.administrator.get(f"/v1/meetings/{ref}")
        assert (read.json(), read.headers["etag"]) == (meeting, answer.headers["etag"])
    assert (await world.meeting(committee))["handle"] == "coordination-committee-7"


async def test_everything_wrong_with_a_new_meeting_is_named_at_once(world: World) -> None:
    committee = await world.committee(timezone="America/New_York")
    body = BODY | {
        "committee": committee["id"],
        "title": {"fr": "Sixième"},
        "local_start": "2021-03-14T02:30:00",
        "registration_opens_at": "2021-03-02T00:00:00Z",
        "registration_closes_at": "2021-03-01T00:00:00Z",
    }
    refused = await world.administrator.post("/v1/meetings", json=body)
    assert refusal(refused) == (422, "invalid")
    assert sorted(pointers(refused)) == ["/local_start", "/registration_closes_at", "/title"]
    gap = next(e for e in refused.json()["errors"] if e["pointer"] == "/local_start")
    assert "2021-03-14T01:59:59" in gap["detail"] or "2021-03-14T01:30:00" in gap["detail"]
    assert "2021-03-14T03:" in gap["detail"]
    assert (await world.administrator.get("/v1/meetings")).json()["items"] == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"committee": "no-such-committee"}, "/committee"),
    ({"timezone": "Mars/Olympus"}, "/timezone"),
    ({"local_start": "2021-10-08T10:00:00Z"}, "/local_start"),
    ({"local_start": "2021-10-08T10:00:00.5"}, "/local_start"),
    ({"local_start": "1969-12-31T10:00:00"}, "/local_start"),
    ({"local_end": "2021-10-08T10:00:00"}, "/local_end"),
    ({"local_end": "2021-10-22T10:00:01"}, "/local_end"),
    ({"start_offset": "+02:00"}, "/start_offset"),
    ({"start_offset": "-4"}, "/start_offset"),
    ({"number": 0}, "/number"),
    ({"number": 2**31}, "/number"),
    ({"seat_quota": -1}, "/seat_quota"),
    ({"capacity": 2**31}, "/capacity"),
    ({"languages": []}, "/languages"),
    ({"languages": ["en", "EN"]}, "/languages"),
    ({"title": {}}, "/title"),
    ({"registration_closes_at": "2021-10-08T17:00:01Z"}, "/registration_closes_at"),
    ({"contacts": [{"name": "Press", "email": "nowhere"}]}, "/contacts/0/email"),
    ({"contacts": [{"name": "Press"}] * 21}, "/contacts"),
    ({"handle": "Not A Handle"}, "/handle"),
    ({"status": "scheduled"}, "/status"),
]


async def test_a_bad_member_is_refused_by_name(world: World) -> None:
    committee = await world.committee(timezone="America/New_York")
    for members, pointer in BAD:
        body = BODY | {"committee": committee["id"]} | members
        refused = await world.administrator.post("/v1/meetings", json=body)
        assert (refusal(refused), pointers(refused)) == ((422, "invalid"), [pointer]), members


async def test_a_repeated_hour_needs_its_offset_and_keeps_it(world: World) -> None:
    committee = await world.committee(timezone="America/New_York")
    night = {
        "committee": committee["id"],
        "title": {"en": "Night session"},
        "local_start": "2021-11-07T01:30:00",
        "local_end": "2021-11-07T06:00:00",
    }
    refused = await world.administrator.post("/v1/meetings", json=night)
    assert (refusal(refused), pointers(refused)) == ((422, "invalid"), ["/local_start"])
    assert "-04:00 or -05:00" in refused.json()["detail"]
    for offset, starts_at in (("-04:00", "05:30:00Z"), ("-05:00", "06:30:00Z")):
        meeting = await post(world.administrator, "/v1/meetings", night | {"start_offset": offset})
        assert meeting["starts_at"] == f"2021-11-07T{starts_at}"
        renamed = await change(world.administrator, meeting, title={"en": "Late session"})
        assert renamed.json() == meeting | {"title": {"en": "Late session"}}
        moved = await change(world.administrator, meeting, local_start="2021-11-07T01:45:00")
        assert pointers(moved) == ["/local_start"]
        later = await change(world.administrator, meeting, local_start="2021-11-07T03:00:00")
        assert later.json()["start_offset"] == "-05:00"


async def test_a_draft_is_changed_by_merge_patch(world: World, app: FastAPI) -> None:
    committee = await world.committee()
    meeting = await world.meeting(committee, contacts=[{"name": "Press"}], languages=["en"])
    members: dict[str, Any] = {
        "title": {"FR": "Sixième réunion"},
        "timezone": "Europe/Vienna",
        "venue": "Conference Room 4",
        "contacts": [{"name": "Amina Rossi", "email": "amina.rossi@example.org"}],
    }
    changed = await change(world.administrator, meeting, **members)
    assert changed.json() == meeting | {
        "title": meeting["title"] | {"fr": "Sixième réunion"},
        "timezone": "Europe/Vienna",
        "start_offset": "+02:00",
        "end_offset": "+02:00",
        "starts_at": "2021-10-08T08:00:00Z",
        "ends_at": "2021-10-08T11:00:00Z",
        "venue": "Conference Room 4",
        "contacts": [
            {"name": "Amina Rossi", "role": None, "email": "amina.rossi@example.org"},
        ],
    }
    name, data = (await entries(app, meeting))[-1]
    assert name == "meeting.changed"
    assert data["changes"] == {
        "title": {"before": meeting["title"], "after": changed.json()["title"]},
        "timezone": {"before": "America/New_York", "after": "Europe/Vienna"},
        "start_offset": {"before": "-04:00", "after": "+02:00"},
        "end_offset": {"before": "-04:00", "after": "+02:00"},
        "venue": {"before": None, "after": "Conference Room 4"},
        "contacts": {"before": 1, "after": 1},
    }
    count = len(await entries(app, meeting))
    same = await change(world.administrator, meeting, **members)
    assert (same.json(), len(await entries(app, meeting))) == (changed.json(), count)
    broken = await change(world.administrator, meeting, title={"en": None}, timezone=None)
    assert pointers(broken) == ["/timezone"]
    untitled = await change(world.administrator, meeting, title={"en": None})
    assert pointers(untitled) == ["/title"]


async def test_a_change_needs_the_tag_of_what_was_read(world: World) -> None:
    meeting = await world.meeting(await world.committee())
    read = await world.administrator.get(address(meeting))
    path, body = address(meeting), {"venue": "Room 1"}
    without = await world.administrator.patch(path, json=body)
    assert refusal(without) == (428, "precondition-required")
    assert refusal(await world.administrator.delete(path)) == (428, "precondition-required")
    done = await change(world.administrator, meeting, read.headers["etag"], **body)
    assert done.status_code == 200
    assert done.headers["etag"] == (await world.administrator.get(path)).headers["etag"]
    stale = await change(world.administrator, meeting, read.headers["etag"], venue="Room 2")
    assert refusal(stale) == (412, "precondition-failed")


async def test_of_two_organizers_with_one_tag_one_changes(world: World) -> None:
    committee = await world.committee()
    meeting = await world.meeting(committee)
    organizers = [await world.organizer(committee), await world.organizer(committee)]
    etag = (await organizers[0].get(address(meeting))).headers["etag"]
    answers = await asyncio.gather(
        *(change(o, meeting, etag, venue=f"Room {n}") for n, o in enumerate(organizers))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    (done,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await organizers[0].get(address(meeting))).json() == done


async def test_announced_times_move_by_reschedule_only(world: World, app: FastAPI) -> None:
    committee = await world.committee()
    for state in ("scheduled", "postponed", "in_session", "suspended", "adjourned"):
        meeting = await meeting_in(world, committee, state)
        count = len(await entries(app, meeting))
        refused = await change(world.administrator, meeting, timezone="Asia/Tashkent")
        assert refusal(refused) == (409, "times-announced")
        assert pointers(refused) == ["/timezone", "/start_offset", "/end_offset"]
        assert (refused.json()["state"], refused.json()["allowed"]) == (state, meeting["allowed"])
        assert (await world.administrator.get(address(meeting))).json() == meeting
        assert len(await entries(app, meeting)) == count
        same = await change(
            world.administrator, meeting, local_start=meeting["local_start"], venue="Room 4"
        )
        raised = meeting["calendar_sequence"] + (state != "adjourned")
        assert same.json() == meeting | {"venue": "Room 4", "calendar_sequence": raised}


@pytest.mark.parametrize("state", ["closed", "cancelled"])
async def test_nothing_of_a_closed_meeting_changes(world: World, app: FastAPI, state: str) -> None:
    meeting = await meeting_in(world, await world.committee(), state)
    log = await entries(app, meeting)
    etag = (await world.administrator.get(address(meeting, "/room"))).headers["etag"]
    room = {"label": "Other", "join_address": "https://conference.example.org/j/7"}
    path, match = address(meeting, "/room"), {"If-Match": etag}
    for answer in (
        await change(world.administrator, meeting, venue="Room 4"),
        await change(world.administrator, meeting),
        await world.administrator.put(path, json=room, headers=match),
        await world.administrator.delete(path, headers=match),
    ):
        assert refusal(answer) == (409, "meeting-closed")
        assert answer.json()["state"] == state
    assert (await world.administrator.get(address(meeting))).json() == meeting
    assert (await world.administrator.get(path)).headers["etag"] == etag
    assert await entries(app, meeting) == log


async def test_capacity_never_falls_below_the_seats_taken(world: World, app: FastAPI) -> None:
    meeting = await world.meeting(await world.committee(), capacity=10)
    async with app.state.database.engine.begin() as connection:
        await connection.execute(text("UPDATE meetings SET seats_taken = 4"))
    refused = await change(world.administrator, meeting, capacity=3)
    assert refusal(refused) == (409, "capacity-below-taken")
    assert (await change(world.administrator, meeting, capacity=4)).json()["capacity"] == 4
    assert (await change(world.administrator, meeting, capacity=None)).json()["capacity"] is None


async def test_only_a_draft_without_invitations_is_deleted(world: World, app: FastAPI) -> None:
    committee, entity = await world.committee(), await world.entity()
    draft = await world.meeting(committee)
    await world.room(draft)
    invited = await world.meeting(committee)
    await world.invitation(invited, entity, sent=False)
    announced = await world.scheduled(await world.meeting(committee))
    answers = [
        await world.administrator.delete(address(meeting), headers={"If-Match": "*"})
        for meeting in (draft, invited, announced)
    ]
    assert answers[0].status_code == 204
    assert refusal(answers[1]) == (409, "still-in-use")
    assert refusal(answers[2]) == (409, "move-forbidden")
    assert answers[2].json()["allowed"] == announced["allowed"]
    assert (await world.administrator.get(address(draft))).status_code == 404
    assert (await entries(app, draft))[-1] == ("meeting.deleted", {"handle": draft["handle"]})
    for meeting in (invited, announced):
        assert (await world.administrator.get(address(meeting))).json() == meeting


async def test_many_meetings_made_at_once_are_numbered_one_by_one(world: World) -> None:
    committee = await world.committee()
    organizer = await world.organizer(committee)
    body = BODY | {"committee": committee["id"]}
    answers = await asyncio.gather(*(organizer.post("/v1/meetings", json=body) for _ in range(12)))
    assert [answer.status_code for answer in answers] == [201] * 12
    assert sorted(answer.json()["number"] for answer in answers) == list(range(1, 13))
    for taken in ({"number": 12}, {"handle": f"{committee['handle']}-3"}):
        twice = await organizer.post("/v1/meetings", json=body | taken)
        assert refusal(twice) == (409, "already-exists")
    same = await asyncio.gather(
        *(organizer.post("/v1/meetings", json=body | {"number": 40}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in same) == [201, 409, 409, 409]


async def test_a_handle_that_cannot_be_made_is_asked_for(world: World) -> None:
    committee = await world.committee(handle="c" * 80)
    body = BODY | {"committee": committee["id"]}
    refused = await world.administrator.post("/v1/meetings", json=body)
    assert (refusal(refused), pointers(refused)) == ((422, "invalid"), ["/handle"])
    given = await post(world.administrator, "/v1/meetings", body | {"handle": "first-meeting"})
    assert given["handle"] == "first-meeting"


async def test_a_list_is_filtered_and_sorted(world: World) -> None:
    committee, other = await world.committee(handle="aaa"), await world.committee(handle="bbb")
    days = {
        day: await world.meeting(
            committee,
            local_start=f"2021-10-{day:02}T10:00:00",
            local_end=f"2021-10-{day:02}T13:00:00",
        )
        for day in (8, 1, 15)
    }
    hybrid = await world.meeting(other, format="hybrid", local_end="2021-10-08T12:00:00")
    days[1] = await world.scheduled(days[1])

    async def handles(query: str) -> list[str]:
        answer = await world.administrator.get(f"/v1/meetings?{query}")
        assert answer.status_code == 200, answer.text
        return [meeting["handle"] for meeting in answer.json()["items"]]

    first, sixth, last = (days[day]["handle"] for day in (1, 8, 15))
    assert await handles("") == [first, sixth, hybrid["handle"], last]
    assert await handles("sort=-starts_at") == [last, hybrid["handle"], sixth, first]
    assert await handles("sort=-handle") == [hybrid["handle"], "aaa-3", "aaa-2", "aaa-1"]
    assert await handles(f"committee={other['id']}") == [hybrid["handle"]]
    assert await handles("committee=aaa&status=draft") == [sixth, last]
    assert await handles("format=hybrid") == [hybrid["handle"]]
    window = "starts_after=2021-10-01T14:00:00Z&starts_before=2021-10-15T14:00:00Z"
    assert await handles(window) == [sixth, hybrid["handle"]]
    assert await handles("committee=no-such") == []
    pages: list[str] = []
    url = "/v1/meetings?limit=1&sort=-starts_at"
    while url:
        page = await world.administrator.get(url)
        pages += [meeting["handle"] for meeting in page.json()["items"]]
        url = page.links.get("next", {}).get("url", "")
    assert pages == [last, hybrid["handle"], sixth, first]


@pytest.mark.parametrize("path", ["/v1/meetings", "/v1/public/meetings"])
async def test_a_list_takes_as_many_statements_for_fifty_rows_as_for_one(
    world: World, app: FastAPI, path: str
) -> None:
    committee = await world.committee()
    await world.scheduled(await world.meeting(committee, public=True))
    observer = await world.observer(committee)
    with counted(app) as for_one:
        assert len((await observer.get(path)).json()["items"]) == 1
    for _ in range(49):
        await world.meeting(committee, public=True)
    async with app.state.database.engine.begin() as connection:
        await connection.execute(text("UPDATE meetings SET status = 'scheduled'"))
    with counted(app) as for_fifty:
        assert len((await observer.get(path)).json()["items"]) == 50
    assert for_fifty == for_one
    assert len(for_one) == 2, "one for the caller, one for the list"


async def test_a_closed_window_is_seen_by_the_services_clock(
    world: World, set_clock: Callable[[datetime], None]
) -> None:
    set_clock(datetime(2021, 9, 1, tzinfo=UTC))
    meeting = await world.meeting(
        await world.committee(), registration_closes_at="2021-10-05T22:00:00Z"
    )

    async def codes() -> set[str]:
        found = await world.administrator.get(address(meeting, "/readiness"))
        return {missing["code"] for missing in found.json()["missing"]}

    before = await codes()
    set_clock(datetime(2021, 10, 8, 14, tzinfo=UTC))
    assert await codes() == before | {"registration_over", "start_passed"}
