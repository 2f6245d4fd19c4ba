"""Conflicts: the timetable's, and people who are booked twice."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from app.meetings.lifecycle import MeetingStatus
from app.panels.telling import _told
from tests.agenda.planning import START, Planning, found, item
from tests.statements import counted
from tests.world import post

SAME = {"name": "Amina Rossi", "email": "amina.rossi@example.org"}


async def conflicts(planning: Planning) -> Any:
    answer = await planning.organizer.get(f"{planning.agenda}/conflicts")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def booked(planning: Planning, *verbs: str, pin: str, **person: Any) -> dict[str, Any]:
    """A panel of an hour with one person, pinned to a time of the meeting's day."""
    hour = f"2021-10-08T{pin}:00"
    on = await planning.add(kind="panel", minutes=60, pinned_start=hour)
    panel = await planning.panel(on["id"])
    found: dict[str, Any] = await planning.panellist(panel, *verbs, **(SAME | person))
    return {
        "item_id": on["id"],
        "panel_id": panel["id"],
        "panellist_id": found["id"],
        "briefing_id": None,
        "rehearsal": False,
    }


async def test_every_fault_of_the_timetable_is_told(planning: Planning) -> None:
    agenda = await planning.put(
        item("Long", minutes=90),
        item("Early", minutes=15, pinned_start="2021-10-08T11:00:00"),
        item("Without"),
        item("Late", minutes=60, pinned_start="2021-10-08T12:30:00"),
    )
    _, early, without, late = (each["id"] for each in agenda["items"])
    assert found((await conflicts(planning))["problems"]) == [
        ("overrun", early, 30),
        ("missing_duration", without, 0),
        ("gap", late, 60),
        ("outside_meeting", late, 30),
    ]


async def test_rehearsals_and_panels_with_too_little_time(planning: Planning) -> None:
    at = await booked(planning, pin="10:00", minutes=70, timezone="Asia/Tokyo")
    await booked(planning, pin="12:00", minutes=60, name="A. Rossi", timezone="Asia/Tokyo")
    panels = (await planning.organizer.get(f"{planning.path}/panels")).json()["items"]
    (panel,) = [each["id"] for each in panels if each["item_id"] == at["item_id"]]
    rehearsal = {"local_start": "2021-10-08T12:30:00", "local_end": "2021-10-08T13:00:00"}
    path = f"{planning.path}/panels/{panel}/rehearsal"
    put = await planning.organizer.put(path, json=rehearsal)
    assert (put.status_code, put.headers["conflicts"]) == (201, "bookings=1, hours=3"), put.text
    found = await conflicts(planning)
    over = {"panel_id": panel, "item_id": at["item_id"], "planned_minutes": 70, "over_minutes": 10}
    assert found["panels"] == [over]
    ((first, second),) = [(each["first"], each["second"]) for each in found["bookings"]]
    assert (first["rehearsal"], second["rehearsal"]) == (False, True)
    assert [each["local_start"] for each in found["hours"] if each["booking"]["rehearsal"]] == [
        "2021-10-09T01:30:00"
    ]


async def test_a_meeting_that_moves_says_at_once_what_does_not_fit_any_more(
    planning: Planning,
) -> None:
    """Announced or not, and where only the hours that are decent are others."""
    await booked(planning, pin="10:00", timezone="Europe/Vienna")
    later = {"local_start": "2021-10-08T16:00:00", "local_end": "2021-10-08T19:00:00"}
    moved = await planning.organizer.post(f"{planning.path}/reschedule", json=later)
    assert (moved.status_code, moved.headers["conflicts"]) == (200, "hours=1"), moved.text
    match = {"If-Match": "*"}
    hours: dict[str, Any] = {"decent_hours": {"earliest": "00:00", "latest": "24:00"}}
    assert _told([{"bookings": 1, "hours": 0, "registrations": 2}] * 2) == (
        "bookings=2, registrations=4"  # as of a series
    )
    always = await planning.organizer.patch(planning.path, json=hours, headers=match)
    assert (always.status_code, "conflicts" in always.headers) == (200, False), always.text
    await planning.becomes(MeetingStatus.DRAFT)
    hours = {"decent_hours": {"earliest": None, "latest": None}}
    draft = await planning.organizer.patch(planning.path, json=hours, headers=match)
    assert (draft.status_code, draft.headers["conflicts"]) == (200, "hours=1"), draft.text
    earlier = {"local_start": "2021-10-08T10:00:00"}
    back = await planning.organizer.patch(planning.path, json=earlier, headers=match)
    assert (back.status_code, "conflicts" in back.headers) == (200, False), back.text


async def test_somebody_on_two_panels_of_a_meeting_at_once(planning: Planning) -> None:
    first = await booked(planning, pin="10:00")
    second = await booked(planning, "invite", pin="10:30", name="A. Rossi")
    await booked(planning, pin="11:30")
    assert (await conflicts(planning))["bookings"] == [
        {
            "name": "Amina Rossi",
            "first": first
            | {
                "meeting_id": str(planning.id),
                "meeting": planning.handle,
                "starts_at": "2021-10-08T14:00:00Z",
                "ends_at": "2021-10-08T15:00:00Z",
            },
            "second": second
            | {
                "meeting_id": str(planning.id),
                "meeting": planning.handle,
                "starts_at": "2021-10-08T14:30:00Z",
                "ends_at": "2021-10-08T15:30:00Z",
            },
        }
    ]


async def test_what_lies_in_a_panel_is_where_the_panel_is_and_no_time_is_at_no_hour(
    planning: Planning,
) -> None:
    """One person is on a panel and on both its parts, the first at the same hour."""
    parts = [item("First", "panel", minutes=30), item("Second", "panel", minutes=30)]
    agenda = await planning.put(item("Whole", "panel", items=parts), item("Untimed", "panel"))
    whole, untimed = agenda["items"]
    for each in (whole, *whole["items"], untimed):
        panel = await planning.panel(each["id"])
        await planning.panellist(panel, **(SAME | {"timezone": "Asia/Tokyo"}))
    found = await conflicts(planning)
    assert found["bookings"] == []
    assert {each["booking"]["item_id"] for each in found["hours"]} == {
        each["id"] for each in (whole, *whole["items"])
    }


@pytest.mark.parametrize(
    ("status", "verbs", "person", "clashes"),
    [
        (MeetingStatus.SCHEDULED, (), {}, 1),
        (MeetingStatus.SCHEDULED, ("invite", "confirm"), {}, 1),
        (MeetingStatus.IN_SESSION, (), {}, 1),
        (MeetingStatus.DRAFT, (), {}, 0),
        (MeetingStatus.POSTPONED, (), {}, 0),
        (MeetingStatus.CANCELLED, (), {}, 0),
        (MeetingStatus.SCHEDULED, ("invite", "decline"), {}, 0),
        (MeetingStatus.SCHEDULED, ("invite", "confirm", "withdraw"), {}, 0),
        (MeetingStatus.SCHEDULED, (), {"email": "somebody.else@example.org"}, 0),
    ],
)
async def test_other_announced_meetings_count(
    planning: Planning,
    status: MeetingStatus,
    verbs: tuple[str, ...],
    person: dict[str, Any],
    clashes: int,
) -> None:
    other = await Planning.of(
        planning.world,
        handle="other",
        start=START + timedelta(minutes=30),
        committee=planning.committee,
    )
    here = await booked(planning, pin="10:00")
    there = await booked(other, *verbs, pin="10:30", **person)
    await other.becomes(status)
    found = (await conflicts(planning))["bookings"]
    pairs = [(each["first"]["item_id"], each["second"]["item_id"]) for each in found]
    assert pairs == [(here["item_id"], there["item_id"])] * clashes


async def test_of_an_unknown_meeting_only_the_common_time_is_told(planning: Planning) -> None:
    """Whoever guesses an address learns that the person is busy, and nothing of where and why."""
    other = await Planning.of(planning.world, handle="other", start=START + timedelta(minutes=30))
    here = await booked(planning, pin="10:00", name="Guessed")
    await booked(other, pin="10:30")
    (found,) = (await conflicts(planning))["bookings"]
    assert found == {
        "name": "Guessed",
        "first": here
        | {
            "meeting_id": str(planning.id),
            "meeting": planning.handle,
            "starts_at": "2021-10-08T14:00:00Z",
            "ends_at": "2021-10-08T15:00:00Z",
        },
        "second": {
            "meeting_id": None,
            "meeting": None,
            "item_id": None,
            "panel_id": None,
            "panellist_id": None,
            "briefing_id": None,
            "rehearsal": False,
            "starts_at": "2021-10-08T14:30:00Z",
            "ends_at": "2021-10-08T15:00:00Z",
        },
    }


async def test_without_an_address_the_name_tells(
    planning: Planning, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of those who are at many places at once, no more is looked for than is told."""
    await booked(planning, pin="10:00", email=None, name="Élodie Żak")
    await booked(planning, pin="10:30", email=None, name="élodie żak")
    await booked(planning, pin="10:45", email=None, name="Elodie Zak")
    assert len((await conflicts(planning))["bookings"]) == 1
    await booked(planning, pin="10:40", email=None, name="Élodie Żak")
    assert len((await conflicts(planning))["bookings"]) == 3
    monkeypatch.setattr("app.panels.conflicts.MOST_FOUND", 2)
    assert len((await conflicts(planning))["bookings"]) == 2


async def test_clashes_among_other_meetings_are_not_this_ones(
    planning: Planning, app: FastAPI
) -> None:
    first = await Planning.of(planning.world, handle="first")
    second = await Planning.of(planning.world, handle="second")
    await booked(planning, pin="12:00")
    await booked(first, pin="10:00")
    with counted(app) as beside_one:
        assert (await conflicts(planning))["bookings"] == []
    await booked(second, pin="10:30")
    with counted(app) as beside_two:
        assert (await conflicts(planning))["bookings"] == []
    assert len((await conflicts(first))["bookings"]) == 1
    assert len(beside_one) == len(beside_two)


async def test_conflicts_are_the_organizers_business(planning: Planning) -> None:
    await planning.put(item())
    await planning.issue()
    for client in (planning.observer, planning.focal_point):
        assert (await client.get(f"{planning.agenda}/conflicts")).status_code == 403


async def test_hours_registrations_and_briefers(planning: Planning) -> None:
    """At night in Sydney, registered elsewhere, and on two items."""
    group = await planning.world.committee(parent=planning.committee["handle"])
    match = {"If-Match": "*"}
    hours = {"decent_hours": {"earliest": "08:00"}}
    assert (
        await planning.organizer.patch(planning.path, json=hours, headers=match)
    ).status_code == 200
    sydney = {"timezone": "Australia/Sydney"}
    here = await booked(planning, pin="10:00", **sydney)
    there = await planning.world.meeting(
        await planning.world.committee(),
        local_start="2021-10-08T10:30:00",
        local_end="2021-10-08T12:00:00",
    )
    await planning.world.scheduled(there)
    entity = await planning.world.entity()
    invitation = await planning.world.invitation(there, entity)
    person = await planning.world.person(entity, email=SAME["email"])
    path = f"/v1/meetings/{there['id']}/registrations"
    body = {"entity": entity["handle"], "person_id": person["id"]}
    assert invitation["id"]
    await post(planning.world.administrator, path, body)
    briefing = await planning.add(
        kind="briefing",
        minutes=30,
        pinned_start="2021-10-08T10:45:00",
        working_group=group["handle"],
    )
    asked = await post(
        planning.organizer, f"{planning.path}/briefings", {"ask": [{"item_id": briefing["id"]}]}
    )
    briefing_id = asked["briefings"][0]["id"]
    named = await planning.organizer.put(
        f"{planning.path}/briefings/{briefing_id}/briefer", json=SAME | sydney
    )
    assert named.headers["conflicts"] == "bookings=1, hours=2, registrations=2"
    found = await conflicts(planning)
    assert [(b["first"]["item_id"], b["second"]["briefing_id"]) for b in found["bookings"]] == [
        (here["item_id"], briefing_id)
    ]
    assert [(h["booking"]["item_id"], h["local_start"]) for h in found["hours"]] == [
        (here["item_id"], "2021-10-09T01:00:00"),
        (briefing["id"], "2021-10-09T01:45:00"),
    ]
    assert [each["registration"] for each in found["registrations"]] == [
        {
            "meeting_id": None,
            "meeting": None,
            "starts_at": "2021-10-08T14:30:00Z",
            "ends_at": "2021-10-08T15:00:00Z",
        },
        {
            "meeting_id": None,
            "meeting": None,
            "starts_at": "2021-10-08T14:45:00Z",
            "ends_at": "2021-10-08T15:15:00Z",
        },
    ]
    assert named.json()["conflicts"]["registrations"] == found["registrations"][1:]
    ready = [
        [each["detail"][-2:] for each in answer.json()["missing"] if "conflict" in each["code"]]
        for answer in (
            await planning.organizer.get(f"{planning.path}/readiness"),
            await planning.observer.get(f"{planning.path}/readiness"),
        )
    ]
    assert ready == [["5."], []]  # how many people are busy elsewhere is for organizers
