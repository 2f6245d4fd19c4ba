"""Calendar files over HTTP, read by two parsers."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import icalendar
import pytest
import vobject
from fastapi import FastAPI

from app.agenda.lifecycle import VersionStatus
from app.agenda.tables import AgendaVersion
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting
from tests.mail.stage import DAY, JOIN_ADDRESS, PASSCODE, Stage
from tests.world import World

PUBLIC = "/v1/public/meetings/coordination-committee-6/calendar.ics"
OWN = "/v1/meetings/coordination-committee-6/calendar.ics"


@pytest.fixture
async def stage(app: FastAPI, set_clock) -> Stage:
    set_clock(DAY)
    return await Stage.set(app.state.database)


async def change(stage: Stage, **members: Any) -> None:
    async with stage.database.transaction() as session:
        meeting = await session.get_one(Meeting, stage.meeting.id)
        for name, value in members.items():
            setattr(meeting, name, value)


def entry_of(answer: httpx.Response) -> tuple[Any, Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    (entry,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    return entry, vobject.readOne(answer.text).vevent


async def test_anybody_reads_the_calendar_of_a_public_meeting(
    stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    answer = await anonymous.get(PUBLIC)
    entry, other = entry_of(answer)
    assert entry["UID"] == other.uid.value == f"{stage.meeting.id}@example.org"
    assert entry["SUMMARY"] == other.summary.value == "6th meeting of the committee"
    starts = datetime(2021, 10, 8, 14, tzinfo=UTC)
    assert entry["DTSTART"].dt.astimezone(UTC) == other.dtstart.value.astimezone(UTC) == starts
    assert (int(entry["SEQUENCE"]), entry["STATUS"]) == (0, "CONFIRMED")
    assert icalendar.Calendar.from_ical(answer.content)["METHOD"] == "PUBLISH"
    assert answer.headers["cache-control"] == "public, max-age=300"
    again = await anonymous.get(PUBLIC, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await anonymous.get(PUBLIC)).content == answer.content
    french = await anonymous.get(PUBLIC, headers={"Accept-Language": "fr-CA, en;q=0.5"})
    assert entry_of(french)[0]["SUMMARY"] == "6e réunion du comité"
    assert french.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize("members", [{"public": False}, {"status": MeetingStatus.DRAFT}])
async def test_what_is_not_public_is_not_there(
    stage: Stage, anonymous: httpx.AsyncClient, members: dict[str, Any]
) -> None:
    await change(stage, **members)
    assert (await anonymous.get(PUBLIC)).status_code == 404
    assert (await anonymous.get("/v1/public/meetings/nothing/calendar.ics")).status_code == 404


async def test_the_issued_agenda_is_in_it_and_the_room_is_not(
    stage: Stage, anonymous: httpx.AsyncClient, world: World
) -> None:
    items = [
        {"number": "1", "title": {"en": "Opening", "fr": "Ouverture"}, "items": []},
        {
            "number": "2",
            "title": {"en": "Panel; with, signs"},
            "items": [{"number": "2(a)", "title": {"en": "First"}, "items": []}],
        },
        {"number": None, "title": {"en": "Break"}, "items": []},
    ]
    body = json.dumps({"items": items}).encode()
    async with stage.database.transaction() as session:
        session.add(
            AgendaVersion(
                meeting_id=stage.meeting.id,
                number=1,
                revision=0,
                status=VersionStatus.PROVISIONAL,
                symbol="CC/6/1",
                issued_at=DAY,
                public_body=body,
                public_etag="x",
                full_body=body,
                full_etag="x",
            )
        )
    answer = await anonymous.get(PUBLIC)
    entry, other = entry_of(answer)
    assert entry["DESCRIPTION"] == "1 Opening\n2 Panel; with, signs\n2(a) First\nBreak"
    assert other.description.value == entry["DESCRIPTION"]
    own = await world.administrator.get(OWN)
    for text in (answer.text, own.text):
        unfolded = text.replace("\r\n ", "")
        assert [s in unfolded for s in (JOIN_ADDRESS, "conference.example", PASSCODE)] == [
            False
        ] * 3


async def test_sequence_and_status_follow_the_meeting(stage: Stage, world: World) -> None:
    seen = []
    for move in (stage.postpone, stage.reschedule, stage.cancel):
        await (move(days=7) if move == stage.reschedule else move())
        entry, _ = entry_of(await world.administrator.get(OWN))
        seen.append((int(entry["SEQUENCE"]), str(entry["STATUS"]), entry["DTSTART"].dt.day))
    assert seen == [(1, "TENTATIVE", 8), (2, "CONFIRMED", 15), (3, "CANCELLED", 15)]


async def test_a_registered_person_has_an_entry_without_the_personal_link(
    stage: Stage, world: World
) -> None:
    await stage.send()
    people = [await stage.register() for _ in range(3)]
    await stage.follow()
    focal_point = await world.focal_point_of({"id": stage.entity.id})
    base = f"/v1/meetings/{stage.meeting.id}/registrations"
    answers = [await focal_point.get(f"{base}/{each}/calendar.ics") for each in people]
    entries = [entry_of(answer)[0] for answer in answers]
    assert [entry["UID"] for entry in entries] == [f"{each}@example.org" for each in people]
    assert [str(entry["STATUS"]) for entry in entries] == ["CONFIRMED", "CONFIRMED", "TENTATIVE"]
    for answer in answers:
        shown = answer.text.replace("\r\n ", "")
        assert [s in shown for s in ("ATTENDEE", "/join", "CONFERENCE", "person1@")] == [False] * 4
    await stage.withdraw(people[0])
    entry, _ = entry_of(await focal_point.get(f"{base}/{people[0]}/calendar.ics"))
    assert (int(entry["SEQUENCE"]), entry["STATUS"]) == (1, "CANCELLED")


async def test_calendars_are_for_those_who_may_know_of_them(
    stage: Stage, world: World, anonymous: httpx.AsyncClient
) -> None:
    await stage.send()
    registered = await stage.register()
    other = await world.focal_point_of(await world.entity())
    path = f"/v1/meetings/{stage.meeting.id}/registrations/{registered}/calendar.ics"
    assert [(await other.get(p)).status_code for p in (OWN, path)] == [404, 404]
    assert [(await anonymous.get(p)).status_code for p in (OWN, path)] == [401, 401]
    organizer = await world.organizer({"id": stage.committee.id})
    assert [(await organizer.get(p)).status_code for p in (OWN, path)] == [200, 200]
    wrong = f"/v1/meetings/{stage.meeting.id}/registrations/{stage.meeting.id}/calendar.ics"
    assert (await organizer.get(wrong)).status_code == 404
