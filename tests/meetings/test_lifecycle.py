"""The life of a meeting over HTTP: every state with every verb, and moves at once."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI

from app.meetings.lifecycle import MEETING, TRANSITIONS, MeetingStatus, MeetingVerb
from tests.meetings.board import NEW_TIMES, address, entries, meeting_in, pointers, refusal
from tests.world import World, post

EVENTS = {
    "schedule": "meeting.scheduled",
    "postpone": "meeting.postponed",
    "reschedule": "meeting.rescheduled",
    "cancel": "meeting.cancelled",
    "open": "meeting.opened",
    "suspend": "meeting.suspended",
    "resume": "meeting.resumed",
    "adjourn": "meeting.adjourned",
    "close": "meeting.closed",
}
STAMPS = {"open": "opened_at", "adjourn": "adjourned_at", "close": "closed_at"}
ALTERING = {"postpone", "reschedule", "cancel"}


async def make(client: httpx.AsyncClient, meeting: dict[str, Any], verb: str) -> httpx.Response:
    body = NEW_TIMES if verb == "reschedule" else None
    return await client.post(address(meeting, f"/{verb}"), json=body)


async def test_what_the_table_does_not_allow_changes_nothing(world: World, app: FastAPI) -> None:
    committee = await world.committee()
    for state in MeetingStatus:
        await refuses_the_rest(world, app, await meeting_in(world, committee, state), state)


async def refuses_the_rest(
    world: World, app: FastAPI, meeting: dict[str, Any], state: MeetingStatus
) -> None:
    allowed = MEETING.allowed(state)
    assert meeting["allowed"] == allowed
    log = await entries(app, meeting)
    for verb in MeetingVerb:
        if verb.value in allowed:
            continue
        refused = await make(world.administrator, meeting, verb)
        assert refusal(refused) == (409, "move-forbidden")
        assert (refused.json()["state"], refused.json()["allowed"]) == (state, allowed)
    assert (await world.administrator.get(address(meeting))).json() == meeting
    assert await entries(app, meeting) == log


async def test_what_the_table_allows_moves(world: World, app: FastAPI) -> None:
    committee = await world.committee()
    for state, verb in TRANSITIONS:
        await moves(world, app, await meeting_in(world, committee, state), verb)


async def moves(world: World, app: FastAPI, meeting: dict[str, Any], verb: MeetingVerb) -> None:
    state = MeetingStatus(meeting["status"])
    log = await entries(app, meeting)
    answer = await make(world.administrator, meeting, verb)
    assert answer.status_code == 200
    after = TRANSITIONS[state, verb]
    raised = int(verb.value in ALTERING and state is not MeetingStatus.DRAFT)
    expected = meeting | {
        "status": after,
        "allowed": MEETING.allowed(after),
        "calendar_sequence": meeting["calendar_sequence"] + raised,
    }
    if verb is MeetingVerb.RESCHEDULE:
        instants = {"starts_at": "2021-10-15T14:00:00Z", "ends_at": "2021-10-15T17:00:00Z"}
        expected |= NEW_TIMES | instants
    if (stamp := STAMPS.get(verb)) is not None:
        assert answer.json()[stamp] is not None
        expected[stamp] = answer.json()[stamp]
    assert answer.json() == expected
    read = await world.administrator.get(address(meeting))
    assert (read.json(), read.headers["etag"]) == (expected, answer.headers["etag"])
    *earlier, (name, data) = await entries(app, meeting)
    assert (earlier, name) == (log, EVENTS[verb])
    assert (data["before"], data["after"], data["note"]) == (state, after, None)
    assert data["calendar_sequence"] == expected["calendar_sequence"]


async def test_a_move_may_say_why(world: World, app: FastAPI) -> None:
    meeting = await world.scheduled(await world.meeting(await world.committee()))
    reason = {"note": "The room is needed elsewhere.\nWe shall write again."}
    await post(world.administrator, address(meeting, "/postpone"), reason)
    assert (await entries(app, meeting))[-1][1]["note"] == reason["note"]
    moved = await world.administrator.post(
        address(meeting, "/reschedule"), json=NEW_TIMES | {"timezone": "Europe/Vienna"} | reason
    )
    assert (moved.json()["timezone"], moved.json()["starts_at"]) == (
        "Europe/Vienna",
        "2021-10-15T08:00:00Z",
    )
    name, data = (await entries(app, meeting))[-1]
    assert (name, data["note"]) == ("meeting.rescheduled", reason["note"])
    assert data["changes"]["starts_at"] == {
        "before": "2021-10-08T14:00:00+00:00",
        "after": "2021-10-15T08:00:00+00:00",
    }


BAD: list[tuple[dict[str, Any], str]] = [
    ({"note": "no times"}, "/local_start"),
    (NEW_TIMES | {"local_end": "2021-10-15T09:00:00"}, "/local_end"),
    (NEW_TIMES | {"local_start": "2021-10-01T09:00:00"}, "/local_end"),
    (NEW_TIMES | {"timezone": "Nowhere/At_All"}, "/timezone"),
    (NEW_TIMES | {"end_offset": "+00:00"}, "/end_offset"),
    (
        {"local_start": "2021-10-04T10:00:00", "local_end": "2021-10-04T13:00:00"},
        "/local_end",
    ),
]


async def test_new_times_are_checked_like_the_first(world: World, app: FastAPI) -> None:
    draft = await world.meeting(
        await world.committee(), registration_closes_at="2021-10-05T22:00:00Z"
    )
    meeting = await world.scheduled(draft)
    log = await entries(app, meeting)
    for body, pointer in BAD:
        refused = await world.administrator.post(address(meeting, "/reschedule"), json=body)
        assert (refusal(refused), pointers(refused)[0]) == ((422, "invalid"), pointer), body
    assert (await world.administrator.get(address(meeting))).json() == meeting
    assert await entries(app, meeting) == log


async def test_a_draft_is_not_announced_while_something_blocking_is_missing(
    world: World, app: FastAPI
) -> None:
    meeting = await world.meeting(await world.committee(), format="hybrid")
    refused = await world.administrator.post(address(meeting, "/schedule"))
    assert refusal(refused) == (409, "not-ready")
    assert pointers(refused) == ["readiness/conference_room", "readiness/venue"]
    assert [name for name, _ in await entries(app, meeting)] == ["meeting.created"]
    found = (await world.administrator.get(address(meeting, "/readiness"))).json()
    assert (found["ready_to_schedule"], found["ready_to_open"]) == (False, False)
    base = f"/v1/meetings/{meeting['id']}"
    assert [(m["code"], m["severity"], m["mend"]) for m in found["missing"]] == [
        ("conference_room", "blocking", {"method": "PUT", "path": f"{base}/room"}),
        ("venue", "blocking", {"method": "PATCH", "path": base}),
        ("contacts", "advisory", {"method": "PATCH", "path": base}),
        ("start_passed", "advisory", {"method": "PATCH", "path": base}),
        ("registration_window", "advisory", {"method": "PATCH", "path": base}),
        ("agenda_items", "advisory", {"method": "PUT", "path": f"{base}/agenda"}),
        ("invitations", "advisory", {"method": "POST", "path": f"{base}/invitations"}),
    ]
    await world.room(meeting)
    tag = (await world.administrator.get(base)).headers["etag"]
    patched = await world.administrator.patch(
        base, json={"venue": "Room 4"}, headers={"If-Match": tag}
    )
    assert patched.status_code == 200
    ready = (await world.administrator.get(address(meeting, "/readiness"))).json()
    assert (ready["ready_to_schedule"], ready["ready_to_open"]) == (True, False)
    await post(world.administrator, address(meeting, "/schedule"))
    open_now = (await world.administrator.get(address(meeting, "/readiness"))).json()
    assert (open_now["ready_to_schedule"], open_now["ready_to_open"]) == (False, True)


async def test_readiness_counts_invitations_by_what_became_of_them(world: World) -> None:
    committee = await world.committee()
    meeting = await world.scheduled(await world.meeting(committee))

    async def invitations() -> list[str]:
        found = await world.administrator.get(address(meeting, "/readiness"))
        details = {m["code"]: m["detail"] for m in found.json()["missing"]}
        return [details[code] for code in details if code.startswith("invitations")]

    assert await invitations() == ["Nobody is invited."]
    for _ in range(2):
        await world.invitation(meeting, await world.entity(), sent=False)
    await world.invitation(meeting, await world.entity())
    assert await invitations() == [
        "Invitations drafted and not sent: 2.",
        "Invitations not answered: 1.",
    ]


async def test_a_move_honours_the_tag_that_comes_with_it(world: World) -> None:
    committee = await world.committee()
    meeting = await world.scheduled(await world.meeting(committee))
    organizers = [await world.organizer(committee), await world.organizer(committee)]
    etag = (await organizers[0].get(address(meeting))).headers["etag"]
    answers = await asyncio.gather(
        *(
            o.post(address(meeting, "/reschedule"), json=NEW_TIMES, headers={"If-Match": etag})
            for o in organizers
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    read = (await organizers[0].get(address(meeting))).json()
    assert read["calendar_sequence"] == 1


async def test_cancelling_and_rescheduling_at_once_end_in_a_legal_state(
    world: World, app: FastAPI
) -> None:
    committee = await world.committee()
    for _ in range(4):
        meeting = await world.scheduled(await world.meeting(committee))
        verbs = ["reschedule", "cancel", "reschedule", "postpone"]
        answers = await asyncio.gather(
            *(make(world.administrator, meeting, verb) for verb in verbs)
        )
        assert {answer.status_code for answer in answers} <= {200, 409}
        told = (await entries(app, meeting))[3:]
        done = [answer.json() for answer in answers if answer.status_code == 200]
        sequences = [data["calendar_sequence"] for _, data in told]
        assert sequences == list(range(1, len(done) + 1))
        state = "scheduled"
        for _, data in told:
            assert data["before"] == state
            state = data["after"]
        final = (await world.administrator.get(address(meeting))).json()
        assert (final["status"], state) == ("cancelled", "cancelled")
        assert final["calendar_sequence"] == len(done)
