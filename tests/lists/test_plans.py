"""Of a large meeting, a page costs what a page costs: plans, statements, and what is found."""

import itertools
import re
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import Select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.core.pages import _behind
from app.lists import queries as lists
from app.lists.lifecycle import ListOrder
from app.meetings.tables import Meeting
from app.registrations import queries
from app.registrations.lifecycle import Participation, RegistrationRole, RegistrationStatus
from app.registrations.tables import Registration
from tests.lists.crowd import register_crowd
from tests.statements import counted
from tests.world import World, named, post

MANY = 3000


@pytest.fixture
async def crowd(world: World) -> dict[str, Any]:
    meeting = await world.meeting(await world.committee())
    async with world.app.state.database.transaction() as session:
        await register_crowd(session, meeting["id"], MANY)
    return meeting


async def plan_of(session: AsyncSession, statement: Select[Any]) -> tuple[str, int]:
    """The plan in words, and how many rows of registrations it looked at."""
    dialect = postgresql.dialect()
    sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    sql = sql.replace(":", r"\:")
    rows = await session.execute(text(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql}"))
    lines = [row[0] for row in rows]
    looked, within = 0, False
    for line in lines:
        if (step := re.search(r"actual rows=([0-9.]+) loops=([0-9]+)", line)) is not None:
            within = " on registrations" in line
            looked += round(float(step[1]) * int(step[2])) if within else 0
        elif within and (dropped := re.search(r"Rows Removed by Filter: ([0-9]+)", line)):
            looked += int(dropped[1])
    return "\n".join(lines), looked


SORTS = {
    "arrival": [col(Registration.queue_number), col(Registration.id)],
    "name": [col(Registration.name_key), col(Registration.id)],
}


async def test_no_page_of_registrations_reads_the_whole_meeting(
    crowd: dict[str, Any], session: AsyncSession
) -> None:
    filters: list[dict[str, Any]] = [
        {},
        {"status": RegistrationStatus.CONFIRMED},
        {"status": RegistrationStatus.WAITING},
        {"role": RegistrationRole.HEAD_OF_DELEGATION},
        {"participation": Participation.DECLINED},
        {"entity": "crowd-7"},
        {"search": await queries.words_of(session, "Okafor 29")},
        {"search": await queries.words_of(session, "attendee2999@")},
        {"search": await queries.words_of(session, "علي 1")},
    ]
    for wanted, columns in itertools.product(filters, SORTS.values()):
        statement = queries.list_registrations(UUID(crowd["id"]), **wanted)
        plan, touched = await plan_of(session, statement.order_by(*columns).limit(51))
        assert "Seq Scan on registrations" not in plan, plan
        assert touched <= MANY // 4, plan
    await check_last_page(crowd, session)
    await check_one_delegation(crowd, session)


async def check_last_page(crowd: dict[str, Any], session: AsyncSession) -> None:
    """A cursor is where an index begins, not what is left out behind it."""
    last = (
        await session.execute(
            text("SELECT name_key, id FROM registrations ORDER BY name_key DESC, id DESC OFFSET 50")
        )
    ).first()
    assert last is not None
    order = [(column, False) for column in SORTS["name"]]
    statement = queries.list_registrations(UUID(crowd["id"])).where(_behind(order, list(last)))
    plan, touched = await plan_of(session, statement.order_by(*SORTS["name"]).limit(51))
    assert touched <= 200, plan


async def check_one_delegation(crowd: dict[str, Any], session: AsyncSession) -> None:
    """It is found by its entity."""
    meeting = await session.get_one(Meeting, UUID(crowd["id"]))
    wanted = lists.Wanted(entity="crowd-7")
    found = await lists.delegations_of(session, meeting)
    statement, order = lists.listed_people(
        meeting, wanted, ListOrder.ENTITY, [each.id for each in found]
    )
    statement = statement.order_by(*(column for column, _ in order))
    plan, touched = await plan_of(session, statement.limit(51))
    assert "Seq Scan on registrations" not in plan, plan
    assert touched <= MANY // 20, plan


async def test_lists_take_as_many_statements_for_one_row_as_for_fifty(
    crowd: dict[str, Any], world: World, app: FastAPI
) -> None:
    path = f"/v1/meetings/{crowd['id']}"
    for name in (
        "registrations?search=rossi&",
        "registrations?sort=name&",
        "lists/delegations?",
        "lists/participants?order=name&",
        "lists/attendance?presence=true&",
        "lists/name-plates?order=protocol&",
    ):
        taken = []
        for limit in (1, 50):
            with counted(app) as statements:
                answer = await world.administrator.get(f"{path}/{name}limit={limit}")
            assert len(answer.json()["items"]) == limit, answer.text
            taken.append(len(statements))
        assert taken[0] == taken[1], name


SEARCHES = [
    ("rossi", ["Amina Rossi", "ROSSI Ámina"]),
    ("RÓSSÍ amina", ["Amina Rossi", "ROSSI Ámina"]),
    ("amina.rossi@", ["Amina Rossi"]),
    ("jean-paul", ["Jean-Paul O'Neill"]),
    ("oneill", ["Jean-Paul O'Neill"]),
    ("o'neill", ["Jean-Paul O'Neill"]),
    ("smith-jones", ["Søren Łukasz"]),
    ("soren lukasz", ["Søren Łukasz"]),
    ("ёлкин", ["Иван Ёлкин"]),
    ("ЕЛКИН", ["Иван Ёлкин"]),
    ("小明", ["王小明"]),
    ("王", ["王小明"]),
    ("احمد", ["أَحْمَد علي"]),
    ("100%", ["100% _Percent"]),
    ("_p", ["100% _Percent"]),
    ("%%", []),
    ("\\", []),
    ("nobody", []),
]


async def test_search_finds_names_and_addresses_in_every_script(
    delegation: tuple[World, str],
) -> None:
    world, path = delegation
    shown = {}
    for search, _ in SEARCHES:
        answer = await world.administrator.get(path, params={"search": search, "sort": "name"})
        assert answer.status_code == 200, answer.text
        shown[search] = sorted(row["person"]["name"] for row in answer.json()["items"])
    assert shown == {search: sorted(found) for search, found in SEARCHES}


PEOPLE = {
    "Amina Rossi": "amina.rossi@example.org",
    "ROSSI Ámina": "two@example.org",
    "Jean-Paul O'Neill": "three@example.org",
    "Søren Łukasz": "smith-jones@example.org",
    "Иван Ёлкин": "five@example.org",
    "王小明": "six@example.org",
    "أَحْمَد علي": "seven@example.org",
    "100% _Percent": "eight@example.org",
}


@pytest.fixture
async def delegation(world: World) -> tuple[World, str]:
    meeting = await world.scheduled(await world.meeting(await world.committee()))
    entity = await world.entity()
    await world.invitation(meeting, entity, seat_quota=50)
    path = f"/v1/meetings/{meeting['id']}/registrations"
    for name, email in PEOPLE.items():
        body = {"entity": entity["handle"], "person": {"name": name, "email": email}}
        await post(world.administrator, path, body)
    return world, path


async def test_a_name_is_sorted_by_what_it_is_now(world: World, session: AsyncSession) -> None:
    committee = await world.committee()
    meeting = await world.scheduled(await world.meeting(committee))
    entity = await world.entity()
    await world.invitation(meeting, entity, seat_quota=50)
    path = f"/v1/meetings/{meeting['id']}/registrations"
    made = await post(world.administrator, path, named(1, entity=entity["handle"]))
    await post(world.administrator, path, named(2, entity=entity["handle"]))
    person = f"/v1/entities/{entity['id']}/people/{made['person']['id']}"
    renamed = await world.administrator.patch(person, json={"name": "Zoë"})
    assert renamed.status_code == 200, renamed.text
    answer = await world.administrator.get(path, params={"sort": "name"})
    assert [row["person"]["name"] for row in answer.json()["items"]] == ["Delegate 2", "Zoë"]
    observer = await world.observer(committee)
    by_address = await observer.get(path, params={"search": "delegate1@"})
    assert by_address.json()["items"] == [], "an observer sees no addresses"
    by_name = await observer.get(path, params={"search": "zoe"})
    assert len(by_name.json()["items"]) == 1
    assert by_name.json()["items"][0]["person"]["email"] is None
