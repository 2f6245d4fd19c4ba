"""The conference room: secrets, for organizers only."""

import asyncio
import json

from fastapi import FastAPI
from sqlalchemy import text

from tests.meetings.board import address, entries, pointers, refusal
from tests.world import World

ROOM = {
    "label": "Main room",
    "join_address": "https://conference.example.org/j/6?pwd=canary",
    "passcode": "canary-4711",
    "dial_in": "+1 555 0100, then canary",
}
UNSAID = {"note": None, "silent": False}


async def test_a_room_is_set_read_replaced_and_removed(world: World, app: FastAPI) -> None:
    committee = await world.committee()
    organizer = await world.organizer(committee)
    meeting = await world.meeting(committee)
    path = address(meeting, "/room")
    assert refusal(await organizer.get(path)) == (404, "not-found")
    assert refusal(await organizer.delete(path)) == (404, "not-found")
    early = await organizer.put(path, json=ROOM, headers={"If-Match": '"something"'})
    assert refusal(early) == (412, "precondition-failed")
    made = await organizer.put(path, json=ROOM, headers={"If-None-Match": "*"})
    assert (made.status_code, made.json()) == (201, ROOM)
    read = await organizer.get(path)
    assert (read.json(), read.headers["etag"]) == (ROOM, made.headers["etag"])
    assert read.headers["cache-control"] == "private, no-store"
    assert refusal(await organizer.put(path, json=ROOM)) == (428, "precondition-required")
    twice = await organizer.put(path, json=ROOM, headers={"If-None-Match": "*"})
    assert refusal(twice) == (412, "precondition-failed")
    match = {"If-Match": made.headers["etag"]}
    other = ROOM | {"passcode": None, "label": "Room 2"}
    replaced = await organizer.put(path, json=other, headers=match)
    assert (replaced.status_code, replaced.json()) == (200, other)
    same = await organizer.put(path, json=other, headers={"If-Match": "*"})
    assert same.status_code == 200
    stale = await organizer.put(path, json=ROOM, headers=match)
    assert refusal(stale) == (412, "precondition-failed")
    assert refusal(await organizer.delete(path)) == (428, "precondition-required")
    gone = await organizer.delete(path, headers={"If-Match": same.headers["etag"]})
    assert gone.status_code == 204
    assert (await organizer.get(path)).status_code == 404
    assert [entry for entry in await entries(app, meeting) if entry[0] != "meeting.created"] == [
        ("meeting.room_changed", UNSAID | {"members": list(ROOM), "calendar_sequence": None}),
        (
            "meeting.room_changed",
            UNSAID | {"members": ["label", "passcode"], "calendar_sequence": None},
        ),
        (
            "meeting.room_changed",
            UNSAID | {"members": ["dial_in", "join_address", "label"], "calendar_sequence": None},
        ),
    ]


async def test_a_rooms_secrets_stand_nowhere_else(world: World, app: FastAPI) -> None:
    committee = await world.committee()
    entity = await world.entity()
    await world.membership(committee, entity)
    draft = await world.meeting(committee, public=True)
    await world.administrator.put(address(draft, "/room"), json=ROOM)
    meeting = await world.scheduled(draft)
    observer, focal_point = await world.observer(committee), await world.focal_point_of(entity)
    for caller in (observer, focal_point):
        assert (await caller.get(address(meeting))).status_code == 200
        assert refusal(await caller.get(address(meeting, "/room"))) == (403, "not-permitted")
        put = await caller.put(address(meeting, "/room"), json=ROOM)
        assert refusal(put) == (403, "not-permitted")
    stranger = await world.caller()
    assert refusal(await stranger.get(address(meeting, "/room"))) == (404, "not-found")
    everywhere = [
        (await caller.get(path)).text
        for caller in (world.administrator, observer, focal_point)
        for path in (
            "/v1/meetings",
            address(meeting),
            address(meeting, "/readiness"),
            f"/v1/public/meetings/{meeting['id']}",
        )
    ]
    assert "canary" not in "".join(everywhere)
    async with app.state.database.engine.connect() as connection:
        log = await connection.execute(text("SELECT name, data FROM events"))
        assert "canary" not in json.dumps([list(entry) for entry in log])


async def test_an_address_is_one_of_the_web_and_measured_as_it_is_kept(world: World) -> None:
    meeting = await world.meeting(await world.committee())
    path = address(meeting, "/room")
    for bad in ("javascript:alert(1)", "ftp://example.org/", "conference", "https://"):
        refused = await world.administrator.put(path, json=ROOM | {"join_address": bad})
        assert (refusal(refused), pointers(refused)) == ((422, "invalid"), ["/join_address"])
    long, longer = (f"https://conference.example.org/{'é' * number}" for number in (328, 329))
    refused = await world.administrator.put(path, json=ROOM | {"join_address": longer})
    assert (refusal(refused), pointers(refused)) == ((422, "invalid"), ["/join_address"])
    made = await world.administrator.put(path, json=ROOM | {"join_address": long})
    assert made.status_code == 201
    assert made.json()["join_address"] == "https://conference.example.org/" + "%C3%A9" * 328
    assert (await world.administrator.get(path)).json() == made.json()


async def test_of_two_first_rooms_at_once_one_is_set(world: World) -> None:
    meeting = await world.meeting(await world.committee())
    answers = await asyncio.gather(
        *(
            world.administrator.put(address(meeting, "/room"), json=ROOM | {"label": f"Room {n}"})
            for n in range(4)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 428, 428, 428]
