"""Acts on a whole series: all of it or nothing, and what cannot move is left and named."""

from datetime import UTC, datetime

from sqlalchemy import text

from tests.series.stage import TUESDAYS, Stage
from tests.world import post

MIDNIGHT = "2021-10-12T00:00:00"


async def starts(stage: Stage, series: dict) -> list[str]:
    return [meeting["local_start"] for meeting in await stage.meetings(series)]


async def test_all_drafts_are_announced_or_none(stage: Stage) -> None:
    series = await stage.series()
    made = await stage.made(series, 2)
    await post(stage.organizer, f"{stage.path}/{series['id']}/meetings", {"count": 3})
    path = f"{stage.path}/{series['id']}/schedule"
    refused = await stage.organizer.post(path)
    handle = f"{stage.committee['handle']}-3"
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "not-ready")
    assert [e["pointer"] for e in refused.json()["errors"]] == [
        f"meetings/{handle}/readiness/conference_room"
    ]
    assert {m["status"] for m in await stage.meetings(series)} == {"draft"}
    room = {"label": "R", "join_address": "https://conference.example.org/j/7"}
    await stage.organizer.put(f"/v1/meetings/{handle}/room", json=room)
    first = made["dates"][0]["meeting"]["id"]
    await post(stage.organizer, f"/v1/meetings/{first}/schedule")
    done = await stage.act(series, "schedule")
    assert [m["number"] for m in done["changed"]] == [2, 3]
    assert [(m["number"], m["reason"]) for m in done["left"]] == [(1, "The meeting is scheduled.")]
    assert {m["status"] for m in await stage.meetings(series)} == {"scheduled"}


async def test_this_and_following_are_shifted_to_another_weekday_and_time(stage: Stage) -> None:
    series, (_, second, _) = await stage.scheduled()
    done = await stage.act(
        series, "reschedule", from_meeting=second["handle"], weekday="TH", start_time="15:30"
    )
    assert [m["number"] for m in done["changed"]] == [2, 3]
    assert await starts(stage, series) == [
        "2021-09-14T10:00:00",
        "2021-10-14T15:30:00",
        "2021-11-11T15:30:00",
    ]
    moved = (await stage.organizer.get(f"/v1/meetings/{second['id']}")).json()
    assert moved["calendar_sequence"] == 1
    assert moved["registration_closes_at"] == "2021-10-11T22:00:00Z"
    shown = (await stage.organizer.get(f"{stage.path}/{series['id']}")).json()
    assert (shown["start_time"], shown["rule"]) == ("15:30", series["rule"])
    assert [m["date"] for m in await stage.meetings(series)] == TUESDAYS[:3]


async def test_a_shift_onto_a_day_off_goes_to_the_next_working_day(stage: Stage) -> None:
    await stage.holidays("2021-10-13")
    series, _ = await stage.scheduled(on_day_off="next_working_day")
    await stage.act(series, "reschedule", shift_days=1)
    assert [each[:10] for each in await starts(stage, series)] == [
        "2021-09-15",
        "2021-10-14",
        "2021-11-10",
    ]


async def test_a_draft_is_shifted_with_its_deadline_and_told_to_nobody(stage: Stage) -> None:
    series = await stage.series()
    await stage.made(series, 1)
    await stage.act(series, "reschedule", start_time="09:00", minutes=60)
    (draft,) = await stage.meetings(series)
    meeting = (await stage.organizer.get(f"/v1/meetings/{draft['id']}")).json()
    assert (meeting["local_end"], meeting["calendar_sequence"]) == ("2021-09-14T10:00:00", 0)
    again = await stage.act(series, "reschedule", start_time="09:00")
    assert [m["reason"] for m in again["left"]] == ["It has these times already."]


async def test_nothing_is_shifted_where_one_meeting_cannot_be(stage: Stage) -> None:
    series, (_, second, third) = await stage.scheduled(
        template={"title": {"en": "Meeting {number}"}, "registration_deadline": None}
    )
    path = f"/v1/meetings/{third['id']}"
    closes = {"registration_closes_at": "2021-11-09T15:00:00Z"}
    etag = (await stage.organizer.get(path)).headers["etag"]
    await stage.organizer.patch(path, json=closes, headers={"If-Match": etag})
    before = await starts(stage, series)
    answer = await stage.organizer.post(
        f"{stage.path}/{series['id']}/reschedule", json={"start_time": "06:00"}
    )
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [f"meetings/{third['handle']}"]
    assert await starts(stage, series) == before
    assert second["local_start"] == before[1]


async def test_a_shift_into_a_gap_is_refused_or_decided_by_the_series(stage: Stage) -> None:
    members = {"rule": None, "dates": ["2022-03-12"], "start_time": "02:30"}
    refusing = await stage.series(**members)
    await stage.made(refusing, 1)
    path = f"{stage.path}/{refusing['id']}/reschedule"
    answer = await stage.organizer.post(path, json={"shift_days": 1})
    assert (answer.status_code, "2022-03-13T02:30" in answer.text) == (422, True)
    later = await stage.series(at_clock_change="later", **members)
    await stage.made(later, 1)
    await stage.act(later, "reschedule", shift_days=1)
    assert await starts(stage, later) == ["2022-03-13T03:30:00"]


async def test_what_is_in_session_over_postponed_or_past_stays(stage: Stage, set_clock) -> None:
    series = await stage.series()
    await stage.made(series, 5)
    await stage.act(series, "schedule")
    listed = await stage.meetings(series)
    paths = [f"/v1/meetings/{meeting['id']}" for meeting in listed]
    set_clock(datetime(2021, 10, 12, 15, tzinfo=UTC))
    await post(stage.organizer, f"{paths[1]}/open")
    await post(stage.organizer, f"{paths[2]}/postpone")
    await post(stage.organizer, f"{paths[3]}/cancel")
    done = await stage.act(series, "reschedule", start_time="11:00", note="Later, please.")
    assert [m["number"] for m in done["changed"]] == [5]
    assert [(m["number"], m["reason"]) for m in done["left"]] == [
        (1, "The time of its start has passed."),
        (2, "The meeting is in_session."),
        (3, "The meeting is postponed."),
        (4, "The meeting is cancelled."),
    ]
    gone = await stage.act(series, "cancel")
    assert [m["number"] for m in gone["changed"]] == [3, 5]


async def test_one_act_is_one_fact_beside_those_of_its_meetings(stage: Stage) -> None:
    series, meetings = await stage.scheduled()
    await stage.act(series, "cancel", note="No budget.")
    statement = text(
        "SELECT name, data->>'act', data->>'note', subject_id::text FROM events "
        "WHERE name IN ('meeting.cancelled', 'series.cancelled') ORDER BY id"
    )
    async with stage.world.app.state.database.transaction() as session:
        rows = (await session.execute(statement)).all()
    assert [row[0] for row in rows] == ["meeting.cancelled"] * 3 + ["series.cancelled"]
    assert len({row[1] for row in rows}) == 1
    assert {row[2] for row in rows} == {"No budget."}
    assert [row[3] for row in rows] == [*(m["id"] for m in meetings), series["id"]]


async def test_an_act_honours_the_tag_of_the_series(stage: Stage) -> None:
    series, _ = await stage.scheduled()
    path = f"{stage.path}/{series['id']}"
    answer = await stage.organizer.post(f"{path}/cancel", headers={"If-Match": '"stale"'})
    assert answer.status_code == 412
    unknown = await stage.organizer.post(f"{path}/cancel", json={"from_meeting": "nothing"})
    assert [e["pointer"] for e in unknown.json()["errors"]] == ["/from_meeting"]
