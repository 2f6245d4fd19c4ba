"""The working agenda over HTTP: numbers, times, edits, and who may do what."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.events.tables import LogEntry
from app.meetings.lifecycle import MeetingStatus
from app.meetings.queries import lock_meeting
from tests.agenda.planning import Planning, found, item, outline, slug
from tests.statements import counted
from tests.world import World, post


async def test_numbers_and_times_follow_from_the_tree(planning: Planning) -> None:
    agenda = await planning.put(
        item("Opening", "opening", minutes=15),
        item(
            "Briefings",
            "briefing",
            items=[item("One", "briefing", minutes=10), item("Two", "briefing", minutes=20)],
        ),
        item("Coffee", "break", minutes=15),
        item("Panel", "panel", minutes=60, pinned_start="2021-10-08T11:30:00"),
        item("Closing", "closing", minutes=5),
    )
    assert outline(agenda["items"]) == [
        ("1", "Opening", "10:00", "10:15"),
        ("2", "Briefings", "10:15", "10:45"),
        ("2(a)", "One", "10:15", "10:25"),
        ("2(b)", "Two", "10:25", "10:45"),
        (None, "Coffee", "10:45", "11:00"),
        ("3", "Panel", "11:30", "12:30"),
        ("4", "Closing", "12:30", "12:35"),
    ]
    panel = agenda["items"][3]
    assert (panel["starts_at"], panel["ends_at"]) == (
        "2021-10-08T15:30:00Z",
        "2021-10-08T16:30:00Z",
    )
    assert (panel["pinned_start"], panel["depth"]) == ("2021-10-08T11:30:00", 1)
    assert found(agenda["problems"]) == [("gap", panel["id"], 30)]
    assert (agenda["starts_at"], agenda["ends_at"]) == (
        "2021-10-08T14:00:00Z",
        "2021-10-08T16:35:00Z",
    )
    read, _ = await planning.read()
    assert read == agenda
    one = await planning.organizer.get(f"{planning.agenda}/items/{agenda['items'][1]['id']}")
    assert one.json() == agenda["items"][1]


async def test_a_put_keeps_ids_moves_adds_and_deletes(planning: Planning) -> None:
    before = await planning.put(item("Stays"), item("Goes", items=[item("Rescued")]), item("Sinks"))
    stays, goes, sinks = before["items"]
    rescued = goes["items"][0]
    after = await planning.put(
        item("Sunk", id=sinks["id"]),
        item("New", items=[item("Rescued", id=rescued["id"]), item("Stays", id=stays["id"])]),
    )
    sunk, new = after["items"]
    assert outline(after["items"]) == [
        ("1", "Sunk", "10:00", "10:00"),
        ("2", "New", "10:00", "10:00"),
        ("2(a)", "Rescued", "10:00", "10:00"),
        ("2(b)", "Stays", "10:00", "10:00"),
    ]
    assert [sunk["id"], *(each["id"] for each in new["items"])] == [
        sinks["id"],
        rescued["id"],
        stays["id"],
    ]
    gone = await planning.organizer.get(f"{planning.agenda}/items/{goes['id']}")
    assert gone.status_code == 404


async def test_one_item_is_added_changed_moved_and_deleted(planning: Planning) -> None:
    last = await planning.add(title="Last", minutes=5)
    first = await planning.add(title="First", minutes=10, position=0)
    child = await planning.add(title="Child", minutes=20, parent_id=last["id"])
    agenda, match = await planning.read()
    assert [each["number"] for each in agenda["items"]] == ["1", "2"]
    path = f"{planning.agenda}/items"
    changed = await planning.organizer.patch(
        f"{path}/{first['id']}",
        json={"minutes": 30, "title": {"en": None, "fr": "Premier"}, "presenter": "Li Wei"},
        headers=match,
    )
    assert changed.status_code == 200
    assert (changed.json()["title"], changed.json()["minutes"]) == ({"fr": "Premier"}, 30)
    moved = await planning.organizer.post(
        f"{path}/{child['id']}/move",
        json={"position": 1},
        headers={
            "If-Match": (await planning.organizer.get(f"{path}/{child['id']}")).headers["etag"]
        },
    )
    assert (moved.status_code, moved.json()["number"]) == (200, "2")
    agenda, match = await planning.read()
    assert [each["id"] for each in agenda["items"]] == [first["id"], child["id"], last["id"]]
    deleted = await planning.organizer.delete(f"{path}/{first['id']}", headers=match)
    assert deleted.status_code == 204
    agenda, _ = await planning.read()
    assert [(each["id"], each["number"]) for each in agenda["items"]] == [
        (child["id"], "1"),
        (last["id"], "2"),
    ]


async def test_of_two_organizers_with_one_tag_one_wins(planning: Planning) -> None:
    await planning.put(item("Opening"))
    other = await planning.world.organizer(planning.committee)
    agenda, match = await planning.read()
    path = f"{planning.agenda}/items/{agenda['items'][0]['id']}"
    first = await planning.organizer.patch(path, json={"minutes": 10}, headers=match)
    second = await other.patch(path, json={"minutes": 20}, headers=match)
    assert (first.status_code, second.status_code) == (200, 412)
    whole = await other.put(planning.agenda, json={"items": []}, headers=match)
    assert whole.status_code == 412
    agenda, _ = await planning.read()
    assert agenda["items"][0]["minutes"] == 10


async def test_changes_need_a_tag(planning: Planning) -> None:
    agenda = await planning.put(item())
    path = f"{planning.agenda}/items/{agenda['items'][0]['id']}"
    answers = [
        await planning.organizer.put(planning.agenda, json={"items": []}),
        await planning.organizer.patch(path, json={"minutes": 1}),
        await planning.organizer.post(f"{path}/move", json={"position": 0}),
        await planning.organizer.delete(path),
    ]
    assert [answer.status_code for answer in answers] == [428] * 4


async def test_trees_that_cannot_be_are_refused_by_name(planning: Planning) -> None:
    deep = item("11")
    for level in range(10):
        deep = item(str(level), items=[deep])
    kept = (await planning.put(item("Kept")))["items"][0]
    _, match = await planning.read()
    twice = [item("A", id=kept["id"]), item("B", items=[item("C", id=kept["id"])])]
    cases: list[tuple[list[Any], str, str]] = [
        ([item(items=[item()]) for _ in range(501)], "agenda-too-large", ""),
        ([deep], "agenda-too-deep", "/items/0" * 11),
        (twice, "item-repeated", "/items/1/items/0/id"),
        ([item(id=str(uuid4()))], "item-unknown", "/items/0/id"),
    ]
    for items, name, pointer in cases:
        answer = await planning.organizer.put(planning.agenda, json={"items": items}, headers=match)
        errors = [each["pointer"] for each in answer.json().get("errors", [])]
        assert (answer.status_code, slug(answer), errors) == (
            422,
            name,
            [pointer] if pointer else [],
        )
    assert [each["id"] for each in (await planning.read())[0]["items"]] == [kept["id"]]


async def test_ten_levels_and_a_thousand_items_are_let_in(planning: Planning, app: FastAPI) -> None:
    deep = item("10", minutes=1, presenter="Li Wei")
    for level in range(9):
        deep = item(str(level), items=[deep])
    await planning.put(item())
    with counted(app) as few:
        await planning.put(deep)
    with counted(app) as many:
        agenda = await planning.put(*[item(minutes=1440) for _ in range(1000)])
    assert len(agenda["items"]) == 1000
    assert len(many) == len(few)
    with counted(app) as reading_many:
        await planning.read()
    agenda = await planning.put(item())
    with counted(app) as reading_one:
        await planning.read()
    assert len(reading_many) == len(reading_one)


async def test_an_item_goes_nowhere_that_is_not_there(planning: Planning) -> None:
    agenda = await planning.put(item("Parent", items=[item("Child", items=[item("Grandchild")])]))
    parent = agenda["items"][0]
    grandchild = parent["items"][0]["items"][0]
    other = await Planning.of(planning.world, handle="other-meeting", committee=planning.committee)
    foreign = await other.add(title="Foreign")
    _, match = await planning.read()
    path = f"{planning.agenda}/items/{parent['id']}/move"
    cases = [
        ({"parent_id": grandchild["id"], "position": 0}, "item-under-itself", "/parent_id"),
        ({"parent_id": parent["id"], "position": 0}, "item-under-itself", "/parent_id"),
        ({"parent_id": foreign["id"], "position": 0}, "item-unknown", "/parent_id"),
        ({"parent_id": str(uuid4()), "position": 0}, "item-unknown", "/parent_id"),
        ({"position": 1}, "position-unknown", "/position"),
        ({"position": -1}, "invalid", "/position"),
        ({"position": 2**63}, "invalid", "/position"),
    ]
    for body, name, pointer in cases:
        answer = await planning.organizer.post(path, json=body, headers=match)
        assert (answer.status_code, slug(answer)) == (422, name), body
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    wrong = f"{planning.agenda}/items/{foreign['id']}"
    answers = [
        await planning.organizer.get(wrong),
        await planning.organizer.patch(wrong, json={}, headers=match),
        await planning.organizer.delete(wrong, headers=match),
        await planning.organizer.post(f"{wrong}/move", json={"position": 0}, headers=match),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4


async def test_pins_move_with_the_meeting_and_must_be_near_it(planning: Planning) -> None:
    bad = [
        "2021-12-08T10:00:00",
        "2021-10-08T10:00:30",
        "2021-11-07T01:30:00+02:00",
    ]
    body = {"items": [item(pinned_start=pin) for pin in bad]}
    _, match = await planning.read()
    refused = await planning.organizer.put(planning.agenda, json=body, headers=match)
    assert refused.status_code == 422
    body["items"].pop()
    refused = await planning.organizer.put(planning.agenda, json=body, headers=match)
    assert [each["pointer"] for each in refused.json()["errors"]] == [
        "/items/0/pinned_start",
        "/items/1/pinned_start",
    ]
    await planning.put(item(pinned_start="2021-10-08T12:00:00", minutes=1))
    async with planning.world.app.state.database.transaction() as session:
        meeting = await lock_meeting(session, planning.id)
        meeting.starts_at = meeting.starts_at.replace(hour=15)
        meeting.local_start = meeting.local_start.replace(hour=11)
    agenda, _ = await planning.read()
    assert agenda["items"][0]["local_start"] == "2021-10-08T13:00:00"


async def test_a_repeated_wall_time_is_the_first_one_after_the_start(world: World) -> None:
    start = datetime(2021, 11, 7, 4, tzinfo=UTC)  # 00:00 in New York, two hours before the change
    planning = await Planning.of(world, start=start)
    agenda = await planning.put(
        item(pinned_start="2021-11-07T01:30:00"), item(pinned_start="2021-11-07T02:30:00")
    )
    assert [each["starts_at"] for each in agenda["items"]] == [
        "2021-11-07T05:30:00Z",
        "2021-11-07T07:30:00Z",
    ]
    late = await Planning.of(
        world, start=datetime(2021, 11, 7, 6, tzinfo=UTC), handle="late", public=False
    )
    agenda = await late.put(item(pinned_start="2021-11-07T01:30:00"))
    assert agenda["items"][0]["starts_at"] == "2021-11-07T06:30:00Z"


async def test_a_briefing_is_given_by_a_working_group_of_the_committee(
    planning: Planning,
) -> None:
    group = await planning.world.committee(parent=planning.committee["id"], number=1)
    foreign = await planning.world.committee()
    agenda = await planning.put(
        item("By handle", "briefing", working_group=group["handle"]),
        item("By id", "briefing", working_group=group["id"]),
    )
    assert [each["working_group"] for each in agenda["items"]] == [
        {"id": group["id"], "handle": group["handle"], "name": group["name"]}
    ] * 2
    _, match = await planning.read()
    body = {"items": [item(items=[item(working_group=foreign["handle"])])]}
    refused = await planning.organizer.put(planning.agenda, json=body, headers=match)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/items/0/items/0/working_group"


async def test_before_it_is_issued_participants_see_no_agenda(planning: Planning) -> None:
    await planning.put(item("Public"), item("Secret", access="restricted", items=[item("Under")]))
    refused = await planning.focal_point.get(planning.agenda)
    assert (refused.status_code, slug(refused)) == (404, "agenda-not-issued")
    await planning.issue()
    seen, _ = await planning.read(planning.focal_point)
    assert [each["title"]["en"] for each in seen["items"]] == ["Public"]
    assert seen["problems"] is None
    observed, _ = await planning.read(planning.observer)
    assert [each["title"]["en"] for each in observed["items"]] == ["Public", "Secret"]
    assert observed["problems"] is None
    secret = observed["items"][1]
    for hidden in (secret["id"], secret["items"][0]["id"]):
        answer = await planning.focal_point.get(f"{planning.agenda}/items/{hidden}")
        assert answer.status_code == 404


@pytest.mark.parametrize("who", ["observer", "focal_point"])
async def test_only_organizers_change_the_agenda(planning: Planning, who: str) -> None:
    agenda = await planning.put(item())
    await planning.issue()
    client = getattr(planning, who)
    _, match = await planning.read(client)
    path = f"{planning.agenda}/items/{agenda['items'][0]['id']}"
    answers = [
        await client.put(planning.agenda, json={"items": []}, headers=match),
        await client.post(f"{planning.agenda}/items", json=item()),
        await client.patch(path, json={"minutes": 1}, headers=match),
        await client.post(f"{path}/move", json={"position": 0}, headers=match),
        await client.delete(path, headers=match),
        await client.post(f"{planning.agenda}/versions", json={}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 6


async def test_organizers_of_other_committees_know_of_nothing(planning: Planning) -> None:
    stranger = await planning.world.organizer(await planning.world.committee())
    answers = [
        await stranger.get(planning.agenda),
        await stranger.put(planning.agenda, json={"items": []}, headers={"If-Match": "*"}),
        await stranger.get(f"{planning.agenda}/versions"),
        await stranger.get(f"{planning.agenda}/conflicts"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4


@pytest.mark.parametrize("status", [MeetingStatus.CLOSED, MeetingStatus.CANCELLED])
async def test_nothing_changes_after_the_end(planning: Planning, status: MeetingStatus) -> None:
    agenda = await planning.put(item())
    await planning.becomes(status)
    _, match = await planning.read()
    path = f"{planning.agenda}/items/{agenda['items'][0]['id']}"
    organizer = planning.organizer
    answers = [
        await organizer.put(planning.agenda, json={"items": []}, headers=match),
        await organizer.post(f"{planning.agenda}/items", json=item()),
        await organizer.patch(path, json={"minutes": 1}, headers=match),
        await organizer.post(f"{path}/move", json={"position": 0}, headers=match),
        await organizer.delete(path, headers=match),
        await organizer.post(f"{planning.agenda}/versions", json={}),
    ]
    assert [(answer.status_code, slug(answer)) for answer in answers] == [
        (409, "meeting-closed")
    ] * 6


async def test_the_log_tells_what_changed_but_no_name(
    planning: Planning, session: AsyncSession
) -> None:
    added = await planning.add(title="Opening", presenter="Canary Name")
    path = f"{planning.agenda}/items/{added['id']}"
    _, match = await planning.read()
    body = {"presenter": "Canary Other", "minutes": 15, "annotation": {"en": "By Canary Name"}}
    assert (await planning.organizer.patch(path, json=body, headers=match)).is_success
    _, match = await planning.read()
    assert (await planning.organizer.patch(path, json=body, headers=match)).is_success
    statement = select(LogEntry.data).where(LogEntry.name == "agenda.changed")  # type: ignore[call-overload]  # SQLModel's columns
    entries = (await session.execute(statement.order_by(LogEntry.id))).scalars().all()
    assert entries == [
        {"added": [added["id"]], "changed": {}, "removed": [], "revision": 1},
        {
            "added": [],
            "changed": {
                added["id"]: {
                    "presenter": {},
                    "duration": {"before": None, "after": 15},
                    "annotation": {},
                }
            },
            "removed": [],
            "revision": 2,
        },
    ]


async def test_an_item_with_a_panel_stays_one(planning: Planning) -> None:
    panel_item = await planning.add(title="Panel", kind="panel")
    await planning.panel(panel_item["id"])
    _, match = await planning.read()
    path = f"{planning.agenda}/items/{panel_item['id']}"
    answers = [
        await planning.organizer.delete(path, headers=match),
        await planning.organizer.put(planning.agenda, json={"items": []}, headers=match),
        await planning.organizer.patch(path, json={"kind": "discussion"}, headers=match),
    ]
    assert [slug(answer) for answer in answers] == ["item-has-panel"] * 3
    renamed = await planning.organizer.patch(path, json={"title": {"en": "P"}}, headers=match)
    assert renamed.status_code == 200


async def test_a_new_item_is_made_once_under_one_key(planning: Planning) -> None:
    headers = {"Idempotency-Key": "item-1"}
    path = f"{planning.agenda}/items"
    first = await planning.organizer.post(path, json=item(), headers=headers)
    again = await planning.organizer.post(path, json=item(), headers=headers)
    assert (first.status_code, again.json()) == (201, first.json())
    assert len((await planning.read())[0]["items"]) == 1
    assert first.headers["location"] == f"{path}/{first.json()['id']}"
    await post(planning.organizer, path, item())
