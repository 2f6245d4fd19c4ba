"""Edits of many times at once, what mends a timetable, and what happens of it, over HTTP."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting
from tests.agenda.planning import START, Planning, item, outline, slug
from tests.agenda.test_sittings import AFTERNOON, MORNING, days, kept, put
from tests.world import World, post


async def retime(
    planning: Planning, name: str, body: dict[str, Any], *, dry: bool = False, ok: bool = True
) -> Any:
    _, match = await planning.read()
    path = f"{planning.agenda}/{name}" + ("?dry_run=true" if dry else "")
    answer = await planning.organizer.post(path, json=body, headers=match)
    assert answer.is_success is ok, answer.text
    if not ok:
        return answer
    _, now = await planning.read()
    assert answer.headers["etag"] == now["If-Match"]  # so that the next edit may follow at once
    return answer.json()


async def lines(planning: Planning) -> list[tuple[Any, ...]]:
    return [line[1:] for line in outline((await planning.read())[0]["items"])]


async def test_items_are_fitted_into_the_meeting_after_a_preview(planning: Planning) -> None:
    agenda = await planning.put(
        item("One", minutes=60),
        item("Coffee", "break", minutes=20),
        item("Two", minutes=90),
        item("Pinned", minutes=30, pinned_start="2021-10-08T12:00:00"),
        item("Last", minutes=50),
    )
    before = await lines(planning)
    tried = await retime(planning, "fit", {}, dry=True)
    assert await lines(planning) == before
    done = await retime(planning, "fit", {})
    assert tried == done | {"dry_run": True}
    assert await lines(planning) == [
        ("One", "10:00", "10:40"),
        ("Coffee", "10:40", "11:00"),
        ("Two", "11:00", "12:00"),
        ("Pinned", "12:00", "12:23"),
        ("Last", "12:23", "13:00"),
    ]
    changed = [(each["before"]["minutes"], each["after"]["minutes"]) for each in done["items"]]
    assert changed == [(60, 40), (20, 20), (90, 60), (30, 23), (50, 37)]
    assert (done["problems"], done["ends_after"]) == ([], "2021-10-08T17:00:00Z")
    assert await retime(planning, "fit", {"fill": True}) == done | {
        "items": [],
        "ends_before": done["ends_after"],
    }
    _, match = await planning.read()
    path = f"{planning.agenda}/items/{agenda['items'][1]['id']}"
    await planning.organizer.patch(path, json={"minutes": 119}, headers=match)
    refused = await retime(planning, "fit", {}, ok=False)
    assert (refused.status_code, slug(refused)) == (409, "cannot-fit")
    assert refused.json()["errors"][0]["pointer"] == f"items/{agenda['items'][0]['id']}"
    unknown = await retime(planning, "fit", {"sitting_id": str(planning.id)}, ok=False)
    assert (unknown.status_code, slug(unknown)) == (422, "sitting-unknown")


async def test_the_rest_is_shifted_with_its_pins(planning: Planning) -> None:
    agenda = await planning.put(
        item("One", minutes=30),
        item("Two", minutes=30),
        item("Pinned", minutes=30, pinned_start="2021-10-08T11:30:00"),
    )
    _, two, pinned = (each["id"] for each in agenda["items"])
    shifted = await retime(planning, "shift", {"item_id": two, "minutes": 15})
    assert [(each["id"], each["after"]["pinned_start"]) for each in shifted["items"]] == [
        (two, "2021-10-08T10:45:00"),
        (pinned, "2021-10-08T11:45:00"),
    ]
    assert await lines(planning) == [
        ("One", "10:00", "10:30"),
        ("Two", "10:45", "11:15"),
        ("Pinned", "11:45", "12:15"),
    ]
    await retime(planning, "shift", {"item_id": two, "minutes": -15})
    assert await lines(planning) == [line[1:] for line in outline(agenda["items"])]
    await kept(planning, MORNING, AFTERNOON)
    afternoon = item("Later", minutes=5, pinned_start="2021-10-08T16:00:00")
    later = await post(planning.organizer, f"{planning.agenda}/items", afternoon)
    here = await retime(planning, "shift", {"item_id": two, "minutes": 10}, dry=True)
    reach = {"item_id": two, "minutes": 10, "reach": "meeting"}
    everywhere = await retime(planning, "shift", reach, dry=True)
    assert [each["id"] for each in here["items"]] == [two, pinned]
    assert [each["id"] for each in everywhere["items"]] == [two, pinned, later["id"]]
    for body, name in (
        ({"item_id": str(planning.id), "minutes": 1}, "item-unknown"),
        ({"item_id": two, "minutes": 1441}, "invalid"),
    ):
        assert slug(await retime(planning, "shift", body, ok=False)) == name


async def test_two_items_change_places_and_back(planning: Planning) -> None:
    agenda = await planning.put(
        item("Parent", items=[item("Child", minutes=20, pinned_start="2021-10-08T10:10:00")]),
        item("Other", minutes=40, items=[item("Under", minutes=10)]),
    )
    parent, other = agenda["items"]
    child = parent["items"][0]
    body = {"item_id": child["id"], "other_item_id": other["id"]}
    swapped = await retime(planning, "swap", body)
    assert [line[:2] for line in outline((await planning.read())[0]["items"])] == [
        ("1", "Parent"),
        ("1(a)", "Other"),
        ("1(a)(i)", "Under"),
        ("2", "Child"),
    ]
    times = {each["id"]: each["after"]["local_start"][11:16] for each in swapped["items"]}
    assert (times[other["id"]], times[child["id"]]) == ("10:10", "11:00")
    await retime(planning, "swap", body)
    assert (await planning.read())[0] == agenda | {"revision": 3}
    family = {"item_id": parent["id"], "other_item_id": child["id"]}
    assert slug(await retime(planning, "swap", family, ok=False)) == "item-under-itself"
    alone = body | {"other_item_id": body["item_id"]}
    itself = (await retime(planning, "swap", alone, ok=False)).json()
    assert itself["detail"] == "An item does not change places with itself."
    stale = await planning.organizer.post(
        f"{planning.agenda}/swap", json=body, headers={"If-Match": '"old"'}
    )
    bare = await planning.organizer.post(f"{planning.agenda}/swap", json=body)
    assert (stale.status_code, bare.status_code) == (412, 428)


async def send(planning: Planning, mend: dict[str, Any]) -> httpx.Response:
    """As it is, with the tag that it names."""
    headers = {}
    if mend["if_match"] is not None:
        headers["If-Match"] = (await planning.organizer.get(mend["if_match"])).headers["etag"]
    return await planning.organizer.request(
        mend["method"], mend["path"], json=mend["body"], headers=headers
    )


PROGRAMMES: dict[str, list[dict[str, Any]]] = {
    "overrun": [
        item("Long", minutes=90),
        item("Early", minutes=15, pinned_start="2021-10-08T11:00:00"),
        item("Rest", minutes=15),
    ],
    "gap": [
        item("Short", minutes=30),
        item("Late", minutes=15, pinned_start="2021-10-08T11:00:00"),
    ],
    "outside_meeting": [item("One", minutes=100), item("Two", minutes=100)],
    "missing_duration": [item("One", minutes=20), item("Two")],
    "nothing_left": [
        item("Long", minutes=170),
        item("More", minutes=10),
        item("Flexible", flexible=True),
    ],
    "break_missing": [item("One", minutes=70), item("Two", minutes=70)],
    "lunch_missing": [item("One", minutes=200), item("Two", minutes=200)],
    "room_twice": [
        item(
            "Both",
            children_run="in_parallel",
            items=[item("A", minutes=9, room="R"), item("B", minutes=9, room=" r ")],
        )
    ],
}


@pytest.mark.parametrize("kind", PROGRAMMES)
async def test_every_mend_can_be_sent_as_it_is(world: World, kind: str) -> None:
    """The problem is gone, or smaller, after any one of them."""
    planning = await Planning.of(world, status=MeetingStatus.DRAFT, longest_stretch=120)
    if kind == "lunch_missing":
        end = START + timedelta(hours=9)
        planning = await Planning.of(
            world,
            handle="long",
            status=MeetingStatus.DRAFT,
            ends_at=end,
            local_end=(end - timedelta(hours=4)).replace(tzinfo=None),
        )
    await planning.put(*PROGRAMMES[kind])
    count = len(problem(await planning.read(), kind)["mend"])
    assert count > 0
    for number in range(count):
        await planning.put(*PROGRAMMES[kind])
        found = problem(await planning.read(), kind)
        mend = found["mend"][number]
        answer = await send(planning, mend)
        assert answer.is_success, (mend, answer.text)
        left = problem(await planning.read(), kind)
        assert left is None or left["minutes"] < found["minutes"], mend
        if mend["verb"] == "extend_meeting":
            body = {"local_end": "2021-10-08T13:00:00", "end_offset": "-04:00"}
            await planning.organizer.patch(planning.path, json=body, headers={"If-Match": "*"})


def problem(read: tuple[Any, Any], kind: str) -> Any:
    return next((each for each in read[0]["problems"] if each["kind"] == kind), None)


async def test_mends_of_sittings(world: World) -> None:
    planning = await days(world)
    (morning, *_) = await kept(planning, MORNING, AFTERNOON)
    await planning.put(item("Debate", minutes=200))
    found = problem(await planning.read(), "outside_sitting")
    assert (found["minutes"], found["sitting_id"]) == (20, morning["id"])
    verbs = {mend["verb"]: mend for mend in found["mend"]}
    assert list(verbs) == ["shorten", "extend_sitting", "fit", "move_to_sitting"]
    assert (await send(planning, verbs["extend_sitting"])).is_success
    agenda, _ = await planning.read()
    assert (agenda["problems"], agenda["sittings"][0]["local_end"]) == ([], "2021-10-08T13:20:00")
    early = {"local_start": "2021-10-08T08:00:00", "local_end": "2021-10-08T10:30:00"}
    assert (await put(planning, early)).is_success
    found = problem(await planning.read(), "sitting_outside_meeting")
    assert (found["item_id"], found["minutes"]) == (None, 120)
    for mend in found["mend"][::-1]:
        assert (await send(planning, mend)).is_success, mend
    assert problem(await planning.read(), "sitting_outside_meeting") is None


ACROSS: list[tuple[str, list[str], list[dict[str, Any]]]] = [
    (  # lengthening what is in the morning fills no afternoon, nor does a break behind it
        "gap",
        ["shift", "insert_break"],
        [item("Talk", minutes=60), item("Late", minutes=9, pinned_start="2021-10-08T15:30:00")],
    ),
    (  # a break among branches would be one more
        "break_missing",
        ["shorten"],
        [
            item(
                "Rooms",
                minutes=5,
                children_run="in_parallel",
                items=[item("A", minutes=160), item("B", minutes=9)],
            )
        ],
    ),
    (  # what begins in the afternoon is not helped by a longer morning
        "outside_sitting",
        ["fit"],
        [item("Talk", minutes=180), item("Named", minutes=30, sitting_id="morning")],
    ),
    (  # pins in the wrong order are not mended by cutting, nor by shifting for more than a day
        "overrun",
        ["move_pin"],
        [
            item("Last", minutes=5, pinned_start="2021-10-10T15:00:00"),
            item("First", minutes=5, pinned_start="2021-10-08T10:00:00"),
        ],
    ),
]


async def test_what_would_mend_nothing_is_not_offered(world: World) -> None:
    planning = await days(world, longest_stretch=120)
    (morning, *_) = await kept(planning, MORNING, AFTERNOON)
    named = {"sitting_id": morning["id"]}
    for kind, verbs, programme in ACROSS:
        items = [each | named if "sitting_id" in each else each for each in programme]
        await planning.put(*items)
        found = problem(await planning.read(), kind)
        offered = [mend["verb"] for mend in found["mend"]]
        assert [verb for verb in offered if verb != "move_to_sitting"] == verbs, kind
        for verb in verbs:
            await planning.put(*items)
            mends = problem(await planning.read(), kind)["mend"]
            mend = next(each for each in mends if each["verb"] == verb)
            assert (await send(planning, mend)).is_success, (kind, mend)
            left = problem(await planning.read(), kind)
            assert left is None or left["minutes"] < found["minutes"], (kind, mend)


async def test_what_mends_gaps_and_overruns_across_sittings(world: World) -> None:
    """Each of the mends does; none touches what lies in the sitting before without need."""
    planning = await days(world)
    (_, afternoon) = await kept(planning, MORNING, AFTERNOON)
    pin = {"pinned_start": "2021-10-08T15:40:00"}
    side = [item("Left", minutes=9), item("Right", minutes=9, pinned_start="2021-10-08T15:50:00")]
    programmes: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
        "gap": (
            [item("Talk", minutes=60), item("Late", minutes=9, **pin)],
            ["shift", "insert_break"],
        ),
        "overrun": (
            [item("Long", minutes=390), item("Late", minutes=9, **pin)],
            ["shorten", "move_pin", "shift", "fit"],
        ),
    }
    for kind, (items, verbs) in programmes.items():
        for verb in verbs:
            await planning.put(*items)
            found = problem(await planning.read(), kind)
            assert [mend["verb"] for mend in found["mend"]] == verbs
            mend = next(each for each in found["mend"] if each["verb"] == verb)
            if verb == "insert_break":
                assert mend["body"]["sitting_id"] == afternoon["id"]
            assert (await send(planning, mend)).is_success, mend
            assert problem(await planning.read(), kind) is None, mend
    await planning.put(item("Beside", children_run="in_parallel", items=side))
    assert [each["verb"] for each in problem(await planning.read(), "gap")["mend"]] == ["shift"]


async def opened(planning: Planning, set_clock: Any, minutes: int = 0) -> None:
    set_clock(START + timedelta(minutes=minutes))
    await planning.becomes(MeetingStatus.IN_SESSION)


async def projection(planning: Planning) -> tuple[Any, list[tuple[Any, ...]]]:
    answer = await planning.organizer.get(f"{planning.agenda}/projection")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    titles = {line[0]: line[1] for line in outline((await planning.read())[0]["items"])}
    return found, [
        (
            titles[each["number"]],
            each["progress"],
            each["local_start"] and each["local_start"][11:16],
            each["local_end"] and each["local_end"][11:16],
        )
        for each in found["items"]
    ]


async def test_what_happens_moves_what_is_to_come(planning: Planning, set_clock: Any) -> None:
    agenda = await planning.put(
        item("Opening", "opening", minutes=10),
        item("Skipped", minutes=10),
        item("Debate", items=[item("One", minutes=20), item("Two", minutes=20)]),
        item("Panel", "panel", minutes=60, pinned_start="2021-10-08T11:30:00"),
        item("Open end", flexible=True),
        item("Closing", "closing", minutes=10),
    )
    opening, _, debate, *_ = (each["id"] for each in agenda["items"])
    one = agenda["items"][2]["items"][0]["id"]
    found, planned = await projection(planning)
    assert (found["in_session"], found["late_minutes"], found["running_ids"]) == (False, 0, [])
    assert [(start, end) for *_, start, end in planned] == [
        line[2:] for line in outline(agenda["items"])
    ]
    path = f"{planning.agenda}/items"
    early = await planning.organizer.post(f"{path}/{opening}/start")
    assert (early.status_code, slug(early), early.json()["state"]) == (
        409,
        "not-in-session",
        "scheduled",
    )
    await opened(planning, set_clock, 7)
    started = await post(planning.organizer, f"{path}/{opening}/start")
    assert started["actual_start"][:16] == "2021-10-08T14:07"
    _, match = await planning.read()
    set_clock(START + timedelta(minutes=30))
    assert (await planning.read())[1] == match
    await post(planning.organizer, f"{path}/{one}/start")
    set_clock(START + timedelta(minutes=65))
    found, rows = await projection(planning)
    assert rows == [
        ("Opening", "over", "10:07", "10:30"),
        ("Skipped", "passed_over", None, None),
        ("Debate", "running", "10:30", "11:25"),
        ("One", "running", "10:30", "11:05"),
        ("Two", "to_come", "11:05", "11:25"),
        ("Panel", "to_come", "11:30", "12:30"),
        ("Open end", "to_come", "12:30", "12:50"),
        ("Closing", "to_come", "12:50", "13:00"),
    ]
    assert (found["running_ids"], found["late_minutes"]) == ([debate, one], 0)
    ended = await post(planning.organizer, f"{path}/{debate}/end", {"at": "2021-10-08T15:00:00Z"})
    assert [each["actual_end"] for each in (ended, ended["items"][0])] == [
        "2021-10-08T15:00:00Z"
    ] * 2
    for verb, name in (("end", "item-ended"), ("start", "item-ended")):
        refused = await planning.organizer.post(f"{path}/{one}/{verb}")
        assert (refused.status_code, slug(refused)) == (409, name)
    again = await post(planning.organizer, f"{path}/{debate}/reset")
    assert (again["actual_start"], again["items"][0]["actual_end"]) == (None, None)
    refused = await planning.organizer.post(f"{path}/{one}/end")
    assert slug(refused) == "item-not-started"
    future = {"at": "2021-10-08T16:00:00Z"}
    refused = await planning.organizer.post(f"{path}/{one}/start", json=future)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/at")
    _, match = await planning.read()
    await planning.organizer.patch(f"{path}/{opening}", json={"minutes": 5}, headers=match)
    kept_times = await planning.organizer.get(f"{path}/{opening}")
    assert kept_times.json()["actual_start"] == started["actual_start"]


async def test_what_runs_beside_goes_on(planning: Planning, set_clock: Any) -> None:
    agenda = await planning.put(
        item(
            "Groups",
            children_run="in_parallel",
            items=[item("A", minutes=30), item("B", items=[item("B1", minutes=20)])],
        ),
        item("Plenary", minutes=10),
    )
    groups, plenary = agenda["items"]
    a, b1 = groups["items"][0]["id"], groups["items"][1]["items"][0]["id"]
    await opened(planning, set_clock)
    path = f"{planning.agenda}/items"
    for item_id in (a, b1):
        await post(planning.organizer, f"{path}/{item_id}/start")
    _, rows = await projection(planning)
    assert [row[:2] for row in rows] == [
        ("Groups", "running"),
        ("A", "running"),
        ("B", "running"),
        ("B1", "running"),
        ("Plenary", "to_come"),
    ]
    set_clock(START + timedelta(minutes=40))
    await post(planning.organizer, f"{path}/{plenary['id']}/start")
    _, rows = await projection(planning)
    assert [row[1] for row in rows] == ["over"] * 4 + ["running"]
    repeated = await planning.organizer.post(f"{path}/{plenary['id']}/start")
    assert slug(repeated) == "item-started"


async def test_a_moment_lies_between_the_opening_and_now_and_what_was_on_has_lasted(
    planning: Planning, set_clock: Any
) -> None:
    agenda = await planning.put(item("One", minutes=10), item("Other", minutes=10))
    one, other = (f"{planning.agenda}/items/{each['id']}" for each in agenda["items"])
    await opened(planning, set_clock, 7)
    async with planning.world.app.state.database.transaction() as session:
        (await session.get_one(Meeting, planning.id)).opened_at = START
    early = await planning.organizer.post(f"{one}/start", json={"at": "2021-10-08T13:59:59Z"})
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/at")
    moment = {"at": "2021-10-08T14:00:00Z"}
    for path in (one, other):
        assert (await post(planning.organizer, f"{path}/start", moment))["actual_start"] == moment[
            "at"
        ]
    ended = (await planning.organizer.get(one)).json()["actual_end"]
    assert ended == "2021-10-08T14:00:01Z"  # the least that something lasts
    late = await planning.organizer.post(f"{other}/end", json=moment)
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (422, "/at")
    await post(planning.organizer, f"{one}/reset")
    began = (await post(planning.organizer, f"{one}/start"))["actual_start"]
    quick = await post(planning.organizer, f"{one}/end", {"at": began})
    lasted = datetime.fromisoformat(quick["actual_end"]) - datetime.fromisoformat(began)
    assert lasted == timedelta(seconds=1), "who ends at once what was started is not refused"
