"""Panellists who answer by their link are in one place at a time, wherever items go."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from app.meetings import rederiving
from app.meetings.lifecycle import MeetingStatus
from tests.agenda.planning import Planning, item, slug
from tests.panels.post import DAY, PostOffice
from tests.world import post

PERSON = {"name": "Amina Rossi", "email": "amina@example.org"}
LATER = [
    f"UPDATE {table} SET {start} = {start} + interval '1 hour', {end} = {end} + interval '1 hour'"
    for table, start, end in (
        ("meetings", "starts_at", "ends_at"),
        ("panels", "slot_starts_at", "slot_ends_at"),
        ("briefings", "slot_starts_at", "slot_ends_at"),
    )
]
"""As rules without daylight saving time had it."""
SLOTS = (
    "SELECT slot_starts_at, slot_ends_at FROM briefings",
    "SELECT slot_starts_at, slot_ends_at FROM panels",
    "SELECT begins, ends FROM confirmed_slots",
)


@pytest.fixture
async def planning(world, set_clock) -> Planning:
    set_clock(DAY)
    return await Planning.of(world)


async def at_once(planning: Planning, hour: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A panel at that time, and the person on it."""
    pinned = f"2021-10-08T{hour}:00"
    added = await planning.add(kind="panel", minutes=60, pinned_start=pinned)
    panel = await planning.panel(added["id"])
    person = await planning.panellist(panel, **PERSON)
    path = f"{planning.path}/panels/{panel['id']}/panellists/{person['id']}"
    await post(planning.organizer, f"{path}/invite")
    return panel, person


async def test_a_link_confirms_one_of_two_slots_at_once(planning: Planning) -> None:
    panel, person = await at_once(planning, "10:00")
    _, other = await at_once(planning, "10:30")
    path = f"{planning.path}/panels/{panel['id']}/panellists/{person['id']}"
    async with PostOffice.of(planning) as office:
        readers = [await office.session_of(mail) for mail in await office.deliver()]
    reader, later = readers
    own = "/v1/panellists"
    first = await reader.post(f"{own}/{person['id']}/confirm")
    assert (first.status_code, first.headers.get("conflicts")) == (200, None)
    second = await reader.post(f"{own}/{other['id']}/confirm")
    assert (second.status_code, slug(second)) == (409, "person-in-two-slots")
    body = {"name": "Somebody else"}
    replaced = await planning.organizer.post(f"{path}/replace", json=body)
    assert (replaced.status_code, replaced.headers.get("conflicts")) == (201, None)
    assert replaced.json()["conflicts"] == {"bookings": [], "hours": [], "registrations": []}
    assert (await reader.get(own)).status_code == 401, "the link of the place that was given away"
    second = await later.post(f"{own}/{other['id']}/confirm")
    assert (second.status_code, second.headers.get("conflicts")) == (200, None)


async def test_slots_follow_the_sittings(planning: Planning) -> None:
    agenda = await planning.put(item("Talk", minutes=60), item("Panel", "panel", minutes=60))
    panel = await planning.panel(agenda["items"][1]["id"])
    await planning.panellist(panel, **PERSON, timezone="America/New_York")
    path = f"{planning.path}/panels/{panel['id']}"
    before = (await planning.organizer.get(path)).json()["slot_starts_at"]
    assert before == datetime(2021, 10, 8, 15, tzinfo=UTC).isoformat().replace("+00:00", "Z")
    sitting = {"local_start": "2021-10-08T22:00:00", "local_end": "2021-10-08T23:59:00"}
    answer = await planning.organizer.post(f"{planning.path}/sittings", json=sitting)
    assert (answer.status_code, answer.headers.get("conflicts")) == (201, "hours=1")
    after = (await planning.organizer.get(path)).json()["slot_starts_at"]
    assert after == "2021-10-09T03:00:00Z"


@pytest.mark.parametrize("rules", [False, True], ids=["another end", "other zone rules"])
async def test_slots_follow_whatever_moves_a_meeting_that_is_not_announced(
    planning: Planning, rules: bool
) -> None:
    """What is flexible lasts to the end of the meeting; rules of zones move all of it."""
    group = await planning.world.committee(parent=planning.committee["handle"])
    agenda = await planning.put(
        item("Briefing", "briefing", minutes=60, working_group=group["handle"]),
        item("Panel", "panel", flexible=True),
    )
    briefing, talk = (each["id"] for each in agenda["items"])
    panel = await planning.panel(talk)
    await planning.panellist(panel, "invite", "confirm", **PERSON, timezone="America/New_York")
    await post(planning.organizer, f"{planning.path}/briefings", {"ask": [{"item_id": briefing}]})
    await planning.becomes(MeetingStatus.DRAFT)
    database = planning.world.app.state.database
    if rules:
        async with database.transaction() as session:
            for statement in LATER:
                await session.execute(text(statement))
            shifted = await rederiving.list_shifted(session, DAY)
            assert await rederiving.rederive(session, shifted, None) == 1
    else:
        match = {"If-Match": (await planning.organizer.get(planning.path)).headers["etag"]}
        body = {"local_end": "2021-10-08T12:00:00"}
        answer = await planning.organizer.patch(planning.path, json=body, headers=match)
        assert answer.status_code == 200, answer.text
    end = 17 if rules else 16
    async with database.transaction() as session:
        found = [tuple((await session.execute(text(each))).one()) for each in SLOTS]
    assert [(each[0].hour, each[1].hour) for each in found[:2]] == [(14, 15), (15, end)]
    assert found[2] == (3600, (end - 14) * 3600)
