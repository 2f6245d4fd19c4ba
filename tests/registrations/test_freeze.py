"""Substitution in a row, back again, shortly before the meeting, and with a place on a panel."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.meetings.board import entries, refusal
from tests.registrations.approving import EARLY, Office
from tests.world import World, named, post

START = datetime(2021, 10, 8, 14, tzinfo=UTC)
REASON = "The minister fell ill this morning."


@pytest.fixture(autouse=True)
def early(set_clock) -> None:
    set_clock(EARLY)


async def swap(office: Office, made: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    return dict(await post(office.focal_point, f"{office.path}/{made['id']}/substitute", body))


async def test_several_in_a_row_and_the_first_comes_back(world: World) -> None:
    office = await Office.of(world)
    first = await office.register(0)
    waits = [await office.register(number) for number in (1, 2)]
    made = first
    for number in (10, 11, 12):
        made = await swap(office, made, named(number))
    back = await swap(office, made, {"person_id": first["person"]["id"]})
    assert (back["person"]["id"], back["status"]) == (first["person"]["id"], "confirmed")
    assert await office.standing() == [
        ("Delegate 0", "substituted"),
        ("Delegate 10", "substituted"),
        ("Delegate 11", "substituted"),
        ("Delegate 12", "substituted"),
        ("Delegate 0", "confirmed"),
        ("Delegate 1", "confirmed"),
        ("Delegate 2", "waiting"),
    ]
    assert (await office.board())["seats_taken"] == 2
    again = await office.focal_point.post(
        f"{office.path}/{waits[0]['id']}/substitute", json={"person_id": first["person"]["id"]}
    )
    assert refusal(again) == (409, "already-registered")
    assert await office.wrongs() == []


async def test_within_the_freeze_only_an_organizer_does_it_and_says_why(
    world: World, set_clock
) -> None:
    office = await Office.of(world, substitution_freeze=120)
    made = await office.register(0)
    set_clock(START - timedelta(minutes=125))
    made = await swap(office, made, named(1))
    assert made["allowed"] == ["withdraw", "substitute"]
    set_clock(START - timedelta(minutes=119))
    path = f"{office.path}/{made['id']}"
    assert (await office.focal_point.get(path)).json()["allowed"] == ["withdraw"]
    why = named(2, override_reason=REASON)
    for client, body in (
        (office.focal_point, named(2)),
        (office.focal_point, why),
        (office.organizer, named(2)),
    ):
        refused = await client.post(f"{path}/substitute", json=body)
        assert (refusal(refused), refused.json()["rule"]) == (
            (409, "substitution-frozen"),
            "substitution_freeze",
        )
    done = await office.organizer.post(f"{path}/substitute", json=why)
    assert (done.status_code, done.json()["status"]) == (201, "confirmed")
    told = await entries(world.app, office.meeting)
    assert [name for name, _ in told[-3:]] == [
        "registration.freeze_overridden",
        "registration.substituted",
        "registration.confirmed",
    ]
    assert told[-3][1]["reason"] == REASON
    people = f"/v1/entities/{office.entity['id']}/people"
    known = (await world.administrator.get(people)).json()["items"]
    assert len(known) == 3, "who was refused is in no directory"


async def panellist(office: Office, **members: Any) -> tuple[str, dict[str, Any]]:
    """Somebody who has confirmed a place on a panel of the meeting."""
    items = f"{office.meeting_path}/agenda/items"
    item = await post(office.organizer, items, {"kind": "panel", "title": {"en": "Panel"}})
    panel = {"item_id": item["id"], "title": {"en": "Panel"}}
    made = await post(office.organizer, f"{office.meeting_path}/panels", panel)
    path = f"{office.meeting_path}/panels/{made['id']}/panellists"
    person = await post(office.organizer, path, {"name": "Delegate 0", "minutes": 7} | members)
    for verb in ("invite", "confirm"):
        person = await post(office.organizer, f"{path}/{person['id']}/{verb}")
    del person["conflicts"]  # of the act
    return f"{path}/{person['id']}", person


async def test_a_place_on_a_panel_follows_only_if_an_organizer_says_so(world: World) -> None:
    office = await Office.of(world)
    path, before = await panellist(office, email="Delegate0@example.org")
    other, bystander = await panellist(office, email="somebody@example.org")
    made = await office.register(0)
    made = await swap(office, made, named(1))
    assert (await office.organizer.get(path)).json() == before, "nobody has said so"
    made = await swap(office, made, named(0))
    refused = await office.focal_point.post(
        f"{office.path}/{made['id']}/substitute", json=named(2, follow=["panel"])
    )
    assert refusal(refused) == (403, "not-permitted")
    floor = named(2, follow=["floor"])
    unknown = await office.organizer.post(f"{office.path}/{made['id']}/substitute", json=floor)
    assert refusal(unknown) == (422, "invalid")
    comes = named(2, follow=["panel"])
    await post(office.organizer, f"{office.path}/{made['id']}/substitute", comes)
    listed = (await office.organizer.get(path.rpartition("/")[0])).json()["items"]
    assert [
        {name: each[name] for name in ("name", "email", "minutes", "status")} for each in listed
    ] == [
        {
            "name": "Delegate 2",
            "email": "delegate2@example.org",
            "minutes": 7,
            "status": "proposed",
        },
        {
            "name": "Delegate 0",
            "email": "delegate0@example.org",
            "minutes": 7,
            "status": "withdrawn",
        },
    ]
    assert listed[0]["replaces_id"] == before["id"]
    assert (await office.organizer.get(other)).json() == bystander
    told = await entries(world.app, office.meeting)
    assert [name for name, _ in told[-3:]] == [
        "registration.followed",
        "panellist.withdrawn",
        "panellist.replaced",
    ]
    assert told[-1][1]["was"] == "confirmed"
    assert await office.wrongs() == []
