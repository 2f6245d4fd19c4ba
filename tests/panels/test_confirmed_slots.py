"""Nobody who has confirmed is in two slots of one meeting, whatever happens at once."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.agenda.problems import PersonInTwoSlots
from app.core.database import constraint
from app.core.many import insert_many
from app.core.routes import as_problem
from app.meetings.tables import Meeting
from app.panels import confirmed, seats
from app.panels.confirmed import KeptSlot
from app.panels.confirmed_tables import ConfirmedSlot
from app.panels.lifecycle import PanellistStatus
from app.panels.tables import Panellist
from tests.agenda.planning import Planning, slug

HERE = {"name": "Amina Rossi", "email": "amina.rossi@example.org", "timezone": "Asia/Tashkent"}


async def seated(planning: Planning, pin: str, *verbs: str, **person: Any) -> tuple[str, str, str]:
    """Path, panel item and id of somebody on a panel of an hour."""
    item = await planning.add(kind="panel", minutes=60, pinned_start=f"2021-10-08T{pin}:00")
    panel = await planning.panel(item["id"])
    found = await planning.panellist(panel, *verbs, **(HERE | person))
    return f"{planning.path}/panels/{panel['id']}/panellists/{found['id']}", item["id"], found["id"]


async def slots(planning: Planning) -> list[tuple[int, int]]:
    async with planning.world.app.state.database.transaction() as session:
        rows = await session.execute(text("SELECT begins, ends FROM confirmed_slots ORDER BY 1"))
        return [(row[0], row[1]) for row in rows]


async def test_it_is_told_at_once_and_refused_when_both_confirm(planning: Planning) -> None:
    await seated(planning, "10:00", "invite", "confirm")
    path, item_id, person_id = await seated(planning, "10:30")
    asked = await planning.organizer.post(f"{path}/invite")
    assert asked.headers["conflicts"] == "bookings=1"
    (booking,) = asked.json()["conflicts"]["bookings"]
    assert (booking["name"], booking["second"]["panellist_id"]) == ("Amina Rossi", person_id)
    assert asked.headers["etag"] == (await planning.organizer.get(path)).headers["etag"]
    refused = await planning.organizer.post(f"{path}/confirm")
    assert (refused.status_code, slug(refused)) == (409, "person-in-two-slots")
    assert (await planning.organizer.get(path)).json()["status"] == "invited"
    _, match = await planning.read()
    later = {"pinned_start": "2021-10-08T11:00:00"}
    moved = await planning.organizer.patch(
        f"{planning.agenda}/items/{item_id}", json=later, headers=match
    )
    assert (moved.status_code, moved.headers.get("conflicts")) == (200, None)
    assert (await planning.organizer.post(f"{path}/confirm")).status_code == 200
    assert await slots(planning) == [(0, 3600), (3600, 7200)]
    _, match = await planning.read()
    back = {"pinned_start": "2021-10-08T10:59:00"}
    refused = await planning.organizer.patch(
        f"{planning.agenda}/items/{item_id}", json=back, headers=match
    )
    assert (refused.status_code, slug(refused)) == (409, "person-in-two-slots")
    assert len(refused.json()["errors"]) == 2
    assert await slots(planning) == [(0, 3600), (3600, 7200)]


async def test_who_confirms_for_an_item_without_time_is_in_no_slot(planning: Planning) -> None:
    panel = await planning.panel((await planning.add(kind="panel"))["id"])
    assert (await planning.panellist(panel, "invite", "confirm", **HERE))["status"] == "confirmed"
    assert await slots(planning) == []


async def test_two_change_places_in_one_edit(planning: Planning) -> None:
    """In between both are at the same time, which the database minds only at the end."""
    _, first, _ = await seated(planning, "10:00", "invite", "confirm")
    _, second, _ = await seated(planning, "11:00", "invite", "confirm")
    agenda, match = await planning.read()
    pins = {first: "2021-10-08T11:00:00", second: "2021-10-08T10:00:00"}
    items = [
        {"id": each["id"], "kind": "panel", "title": each["title"], "minutes": 60}
        | {"pinned_start": pins[each["id"]]}
        for each in agenda["items"]
    ]
    put = await planning.organizer.put(planning.agenda, json={"items": items}, headers=match)
    assert put.status_code == 200, put.text
    assert await slots(planning) == [(0, 3600), (3600, 7200)]


@pytest.mark.parametrize("guarded", [True, False])
async def test_two_confirmations_at_once(planning: Planning, guarded: bool) -> None:
    """Without the meeting's lock each sees itself alone; the constraint lets one of them through.

    Switched off, it lets both.
    """
    people = [UUID((await seated(planning, pin, "invite"))[2]) for pin in ("10:00", "10:30")]
    database = planning.world.app.state.database
    if not guarded:
        async with database.transaction() as session:
            drop = "ALTER TABLE confirmed_slots DROP CONSTRAINT ex_confirmed_slots_person"
            await session.execute(text(drop))
    ready = asyncio.Barrier(2)

    async def confirm(person_id: UUID) -> None:
        async with database.transaction() as session:
            person = await session.get_one(Panellist, person_id)
            person.status = PanellistStatus.CONFIRMED
            await session.flush()
            meeting = await session.get_one(Meeting, planning.id)
            await confirmed.keep(session, meeting)
            await ready.wait()

    found = await asyncio.gather(*map(confirm, people), return_exceptions=True)
    errors = [each for each in found if each is not None]
    assert len(errors) == (1 if guarded else 0)
    for error in errors:
        assert isinstance(error, DBAPIError)
        assert constraint(error) == "ex_confirmed_slots_person" or "deadlock" in str(error)
    assert len(await slots(planning)) == (1 if guarded else 2)


async def test_the_constraint_speaks_by_name(planning: Planning) -> None:
    """Whoever writes the rows, the caller learns what it is about."""
    _, item_id, _ = await seated(planning, "10:00", "invite", "confirm")
    twice = [KeptSlot(HERE["email"], UUID(item_id), 60, 120)]
    database = planning.world.app.state.database

    async def write() -> None:
        async with database.transaction() as session:
            await insert_many(session, ConfirmedSlot, confirmed._rows(planning.id, twice))

    with pytest.raises(DBAPIError) as caught:
        await write()
    problem = as_problem(caught.value)
    assert isinstance(problem, PersonInTwoSlots)
    async with database.transaction() as session:
        meeting = await session.get_one(Meeting, planning.id)
        assert [seat.confirmed for seat in await seats.seats_of(session, meeting)] == [True]


async def test_two_requests_at_once(planning: Planning) -> None:
    paths = [(await seated(planning, pin, "invite"))[0] for pin in ("10:00", "10:30")]
    answers = await asyncio.gather(*(planning.organizer.post(f"{p}/confirm") for p in paths))
    assert sorted(each.status_code for each in answers) == [200, 409]
