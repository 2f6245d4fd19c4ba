"""Sittings over HTTP: kept by the clock on the wall, and what the timetable makes of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.sittings import wall_instant
from app.agenda.tables import Sitting
from app.events.tables import LogEntry
from app.meetings.lifecycle import MeetingStatus
from tests.agenda.planning import Planning, item, outline, slug
from tests.world import World, post

MORNING = {"local_start": "2021-10-08T10:00:00", "local_end": "2021-10-08T13:00:00"}
AFTERNOON = {"local_start": "2021-10-08T15:00:00", "local_end": "2021-10-08T18:00:00"}
NEXT_DAY = {"local_start": "2021-10-09T10:00:00", "local_end": "2021-10-09T13:00:00"}


async def put(planning: Planning, *sittings: dict[str, Any]) -> httpx.Response:
    path = f"{planning.path}/sittings"
    match = {"If-Match": (await planning.organizer.get(f"{path}?limit=1")).headers["etag"]}
    return await planning.organizer.put(path, json={"sittings": sittings}, headers=match)


async def kept(planning: Planning, *sittings: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await put(planning, *sittings)
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == (await planning.read())[1]["If-Match"]
    found: list[dict[str, Any]] = answer.json()["sittings"]
    return found


async def days(world: World, **members: Any) -> Planning:
    """A meeting of three days."""
    start = members.pop("start", datetime(2021, 10, 8, 14, tzinfo=UTC))
    end = start + timedelta(hours=56)
    local_end = (end - timedelta(hours=4)).replace(tzinfo=None)
    return await Planning.of(world, start=start, ends_at=end, local_end=local_end, **members)


async def test_items_flow_through_the_sittings(world: World) -> None:
    planning = await days(world)
    morning, afternoon, _ = await kept(planning, AFTERNOON, MORNING, NEXT_DAY)
    assert (morning["local_start"], morning["starts_at"], morning["day"]) == (
        "2021-10-08T10:00:00",
        "2021-10-08T14:00:00Z",
        0,
    )
    agenda = await planning.put(
        item("Opening", "opening", minutes=30),
        item("Debate", minutes=150),
        item("Lunch", "break", minutes=60),
        item("After lunch", minutes=200),
        item("Named", minutes=10, sitting_id=afternoon["id"]),
        item("Next day", minutes=10),
    )
    assert outline(agenda["items"]) == [
        ("1", "Opening", "10:00", "10:30"),
        ("2", "Debate", "10:30", "13:00"),
        (None, "Lunch", "13:00", "14:00"),
        ("3", "After lunch", "15:00", "18:20"),
        ("4", "Named", "10:00", "10:10"),
        ("5", "Next day", "10:10", "10:20"),
    ]
    ids = [each["id"] for each in agenda["items"]]
    assert [each["in_sitting_id"] for each in agenda["items"]][:2] == [morning["id"]] * 2
    found = [(p["kind"], p["item_id"], p["minutes"]) for p in agenda["problems"]]
    assert found == [("outside_sitting", ids[3], 20), ("outside_sitting", ids[4], 10)]
    assert [each["id"] for each in agenda["sittings"]] == [
        each["id"] for each in (await kept(planning, *agenda_sittings(agenda)))
    ]


def agenda_sittings(agenda: dict[str, Any]) -> list[dict[str, Any]]:
    """As they are put again."""
    names = ("id", "local_start", "local_end", "name", "longest_stretch")
    return [{name: each[name] for name in names} for each in agenda["sittings"]]


async def test_one_sitting_is_added_read_changed_and_deleted(planning: Planning) -> None:
    path = f"{planning.path}/sittings"
    made = await post(planning.organizer, path, MORNING | {"name": {"en": "Morning"}})
    later = await post(planning.organizer, path, AFTERNOON)
    listed = (await planning.organizer.get(path)).json()["items"]
    assert listed == [made, later]
    named = await planning.add(title="Named", sitting_id=later["id"])
    assert (named["sitting_id"], named["local_start"]) == (later["id"], "2021-10-08T15:00:00")
    one = f"{path}/{later['id']}"
    read = await planning.organizer.get(one)
    match = {"If-Match": read.headers["etag"]}
    early = {"local_start": "2021-10-08T12:59:00"}
    overlapping = await planning.organizer.patch(one, json=early, headers=match)
    assert (overlapping.status_code, slug(overlapping)) == (409, "sittings-overlap")
    body: dict[str, Any] = {"local_start": "2021-10-08T14:00:00", "longest_stretch": 120}
    changed = await planning.organizer.patch(one, json=body, headers=match)
    assert changed.json() == later | body | {"starts_at": "2021-10-08T18:00:00Z"}
    stale = await planning.organizer.patch(one, json=body, headers=match)
    assert stale.status_code == 412
    _, match = await planning.read()
    assert (await planning.organizer.delete(one)).status_code == 428
    assert (await planning.organizer.delete(one, headers=match)).status_code == 204
    agenda, _ = await planning.read()
    assert (agenda["items"][0]["sitting_id"], len(agenda["sittings"])) == (None, 1)
    assert (await planning.organizer.get(one)).status_code == 404


async def test_the_log_tells_of_sittings(planning: Planning, session: AsyncSession) -> None:
    path = f"{planning.path}/sittings"
    made = await post(planning.organizer, path, MORNING)
    _, match = await planning.read()
    body = {"local_end": "2021-10-08T12:00:00"}
    for _ in range(2):
        _, match = await planning.read()
        await planning.organizer.patch(f"{path}/{made['id']}", json=body, headers=match)
    _, match = await planning.read()
    await planning.organizer.delete(f"{path}/{made['id']}", headers=match)
    statement = select(LogEntry.data).where(LogEntry.name == "agenda.sittings_changed")  # type: ignore[call-overload]  # SQLModel's columns
    told = (await session.execute(statement.order_by(LogEntry.id))).scalars().all()
    assert told == [
        {"added": [made["id"]], "changed": {}, "removed": [], "revision": 1},
        {
            "added": [],
            "changed": {made["id"]: {"ends": {"before": 780, "after": 720}}},
            "removed": [],
            "revision": 2,
        },
        {"added": [], "changed": {}, "removed": [made["id"]], "revision": 3},
    ]


async def test_who_edits_an_outdated_agenda_is_told_of_sittings(planning: Planning) -> None:
    """As of items, in the refusal and in the feed; also of those that move with their meeting."""
    made = await post(planning.organizer, f"{planning.path}/sittings", MORNING)
    _, read = await planning.read()
    own, match = f"{planning.path}/sittings/{made['id']}", dict(read)
    await planning.organizer.patch(own, json={"local_end": "2021-10-08T12:00:00"}, headers=match)
    added = await planning.add()
    later = {"local_start": "2021-10-08T10:30:00", "local_end": "2021-10-08T13:30:00"}
    moved = await planning.organizer.post(f"{planning.path}/reschedule", json=later)
    assert moved.status_code == 200, moved.text
    late = await planning.organizer.delete(own, headers=read)
    assert (late.status_code, slug(late)) == (412, "agenda-outdated")
    told = [
        (each["revision"], each["added"], each["sittings"] and each["sittings"]["changed"])
        for each in late.json()["changes"]
    ]
    both = ["local_end", "local_start"]
    assert told == [
        (2, [], [{"sitting_id": made["id"], "members": ["local_end"]}]),
        (3, [added["id"]], None),
        (4, [], [{"sitting_id": made["id"], "members": both}]),
    ]
    feed = await planning.observer.get(f"{planning.agenda}/changes")
    assert feed.json()["items"][1:] == late.json()["changes"]
    assert feed.json()["items"][0]["sittings"] == {
        "added": [made["id"]],
        "changed": [],
        "removed": [],
    }
    agenda, _ = await planning.read()
    assert (agenda["revision"], agenda["sittings"][0]["local_start"]) == (4, later["local_start"])


async def test_times_that_cannot_be_are_refused(planning: Planning) -> None:
    cases = [
        ({"local_end": "2021-10-08T09:00:00"}, "/sittings/0/local_end"),
        ({"local_end": "2021-10-09T01:00:00"}, "/sittings/0/local_end"),
        ({"local_start": "2021-10-08T10:00:30"}, "/sittings/0/local_start"),
        (
            {"local_start": "2021-12-08T10:00:00", "local_end": "2021-12-08T11:00:00"},
            "/sittings/0/local_start",
        ),
    ]
    for members, pointer in cases:
        refused = await put(planning, MORNING | members)
        assert (refused.status_code, slug(refused)) == (422, "invalid"), members
        assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]
    refused = await put(planning, MORNING, MORNING)
    assert (refused.status_code, slug(refused)) == (409, "sittings-overlap")
    unknown = await put(planning, MORNING | {"id": str(planning.id)})
    assert (unknown.status_code, slug(unknown)) == (422, "sitting-unknown")
    to_midnight = {"local_start": "2021-10-08T23:00:00", "local_end": "2021-10-09T00:00:00"}
    (late,) = await kept(planning, to_midnight)
    assert (late["day"], late["local_end"]) == (0, "2021-10-09T00:00:00")
    _, match = await planning.read()
    path = f"{planning.agenda}/items"
    answer = await planning.organizer.post(path, json=item(sitting_id=str(planning.id)))
    assert answer.json()["errors"][0]["pointer"] == "/sitting_id"


async def test_the_database_keeps_sittings_apart(planning: Planning) -> None:
    caught = None
    try:
        async with planning.world.app.state.database.transaction() as session:
            for begins in (600, 700):
                session.add(
                    Sitting(meeting_id=planning.id, day=0, begins=begins, ends=begins + 120)
                )
    except IntegrityError as error:
        caught = str(error)
    assert caught is not None
    assert "ex_sittings_overlap" in caught


async def test_wall_times_stay_over_a_change_of_the_clocks(world: World) -> None:
    """The clocks of New York go back in the night before 7 November 2021."""
    planning = await days(world, status=MeetingStatus.SCHEDULED)
    (_, second) = await kept(planning, MORNING, NEXT_DAY)
    await planning.put(
        item("First", minutes=10),
        item("Second", minutes=10, sitting_id=second["id"]),
        item("Pinned", minutes=10, pinned_start="2021-10-09T11:00:00"),
    )
    body = {"local_start": "2021-11-06T09:00:00", "local_end": "2021-11-08T17:00:00"}
    await post(planning.organizer, f"{planning.path}/reschedule", body)
    agenda, _ = await planning.read()
    assert [(s["local_start"], s["starts_at"]) for s in agenda["sittings"]] == [
        ("2021-11-06T09:00:00", "2021-11-06T13:00:00Z"),
        ("2021-11-07T09:00:00", "2021-11-07T14:00:00Z"),
    ]
    assert [(each["local_start"], each["starts_at"]) for each in agenda["items"]] == [
        ("2021-11-06T09:00:00", "2021-11-06T13:00:00Z"),
        ("2021-11-07T09:00:00", "2021-11-07T14:00:00Z"),
        ("2021-11-07T10:00:00", "2021-11-07T15:00:00Z"),
    ]
    body = {"local_start": "2022-03-12T03:00:00", "local_end": "2022-03-14T17:00:00"}
    await post(planning.organizer, f"{planning.path}/reschedule", body)
    gap = [
        MORNING | {f"local_{end}": f"2022-03-13T0{hour}:00:00" for end, hour in pair}
        for pair in ((("start", 2), ("end", 4)),)
    ]
    refused = await put(planning, *gap)
    assert refused.json()["errors"][0]["pointer"] == "/sittings/0/local_start"
    assert "clocks jump over it" in refused.json()["errors"][0]["detail"]


async def test_what_would_lie_over_midnight_stays_where_it_is(world: World) -> None:
    planning = await days(world)
    late = {"local_start": "2021-10-08T20:00:00", "local_end": "2021-10-09T00:00:00"}
    await kept(planning, MORNING, late)
    for hour, first in ((9, 9), (15, 9), (12, 6), (5, 6)):
        body = {"local_start": f"2021-10-08T{hour:02}:00:00", "local_end": "2021-10-10T20:00:00"}
        await post(planning.organizer, f"{planning.path}/reschedule", body)
        sittings = (await planning.read())[0]["sittings"]
        starts = [each["local_start"] for each in sittings]
        assert starts == [f"2021-10-08T{n:02}:00:00" for n in (first, first + 10)], hour


def test_a_repeated_wall_time_is_the_first_that_is_not_over() -> None:
    """The clocks of New York show half past one twice in the night to 7 November 2021."""
    wall, zone = datetime(2021, 11, 7, 1, 30), "America/New_York"
    first = datetime(2021, 11, 7, 5, 30, tzinfo=UTC)
    for before, expected in ((None, 0), (timedelta(), 0), (timedelta(microseconds=1), 1)):
        not_before = None if before is None else first + before
        assert wall_instant(wall, zone, not_before) == first + timedelta(hours=expected)


async def test_a_reader_sees_the_times_of_their_own_zone(planning: Planning) -> None:
    await planning.put(item("Late", minutes=30, pinned_start="2021-10-08T22:00:00"))
    plain, match = await planning.read()
    path = f"{planning.agenda}?timezone=Asia/Tashkent"
    answer = await planning.organizer.get(path)
    shown = answer.json()
    assert (shown["timezone"], shown["shown_in"]) == ("America/New_York", "Asia/Tashkent")
    late = shown["items"][0]
    assert (late["local_start"], late["local_end"], late["pinned_start"]) == (
        "2021-10-09T07:00:00",
        "2021-10-09T07:30:00",
        "2021-10-08T22:00:00",
    )
    assert answer.headers["etag"] == match["If-Match"]
    again = await planning.organizer.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    one = f"{planning.agenda}/items/{late['id']}"
    assert (await planning.organizer.get(f"{one}?timezone=Asia/Tashkent")).json() == late
    body = {"minutes": 20}
    changed = await planning.organizer.patch(one, json=body, headers=match)
    assert changed.status_code == 200
    refused = await planning.organizer.get(f"{planning.agenda}?timezone=EST")
    assert refused.status_code == 422
