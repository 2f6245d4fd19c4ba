"""What is held comes out in the export and is gone afterwards; figures and log stay true."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.check import wrongs
from app.entities.tables import Person
from app.privacy import service
from app.privacy.declared import TABLES
from app.registrations import service as registrations
from app.registrations.lifecycle import RegistrationRole
from tests.attendance.sitting import slug
from tests.contract.scene import EARLY
from tests.privacy.household import (
    CANARY,
    FOLLOWS,
    NEEDED,
    Household,
    canaried,
    canary,
    gathered,
    tables_with,
)
from tests.waiting import until
from tests.world import World


@pytest.fixture
async def household(world: World, set_clock: Any) -> Household:
    set_clock(EARLY)
    return await gathered(world, set_clock)


async def figures(household: Household) -> Any:
    path = household.part.path
    report = (await household.administrator.get(f"{path}/report")).json()
    verified = (await household.administrator.get(f"{path}/report/verification")).json()
    statistics = (await household.administrator.get(f"{path}/statistics")).json()
    again = (await household.administrator.get(f"{path}/statistics/verification")).json()
    assert (verified["equal"], again["equal"], again["vouched"]) == (True, True, True)
    return report, verified, statistics, again


async def test_what_is_held_is_exported_and_then_gone(household: Household, app: FastAPI) -> None:
    await exports_everything(household)
    async with app.state.database.transaction() as session:
        assert len(await tables_with(session, CANARY)) > 8
        before = await wrongs(session)
    counted = await figures(household)
    rehearsed = (await household.anonymize(dry_run=True)).json()
    assert (rehearsed["obstacles"], rehearsed["anonymized_at"]) == ([], None)
    done = (await household.anonymize()).json()
    assert done["anonymized_at"] is not None
    assert done["erased"] == rehearsed["erased"]
    async with app.state.database.transaction() as session:
        assert await tables_with(session, CANARY) == []
        assert await tables_with(session, f"delegate.{household.part.mark}") == []
        assert await wrongs(session) == before
    assert await figures(household) == counted
    await happens_once(household, app, done)
    await stays_so(household)


async def exports_everything(household: Household) -> None:
    held = await household.administrator.get(f"{household.path}/held-data")
    wanted = [
        canary(each, name)
        for each in TABLES
        if each.of_people is not None
        for name in canaried(each)
        if (each.table, name) not in FOLLOWS | NEEDED
    ]
    assert [word for word in wanted if word not in held.text] == []
    assert len(wanted) > 20
    told = {each["table"]: each["rows"] for each in held.json()["tables"]}
    empty = ["grants", "digest_choices", "legal_holds", "focal_points"]
    assert [name for name, rows in told.items() if not rows] == empty
    assert held.json()["log"] != []


async def happens_once(household: Household, app: FastAPI, done: Any) -> None:
    assert (await household.anonymize()).json() == done | {"erased": []}
    async with app.state.database.transaction() as session:
        statement = "SELECT data FROM events WHERE name = 'person.anonymized'"
        (entry,) = (await session.execute(text(statement))).scalars()
    rows = {each["table"]: each["rows"] for each in done["erased"]}
    assert entry == {"by_retention": False, "erased": rows}
    assert (rows["people"], rows["links"], rows["idempotency_keys"]) == (2, 1, 1)


async def stays_so(household: Household) -> None:
    """No answer is given again, no name written over it, and nobody is offered to be named."""
    directory = household.path.rpartition("/")[0]
    people = (await household.administrator.get(directory)).json()["items"]
    assert household.person_id not in [each["id"] for each in people]
    headers = {"Idempotency-Key": "key"}
    body = {"token": household.part.secrets["join_link"]}
    again = await household.administrator.post("/v1/check-ins", json=body, headers=headers)
    assert (again.status_code, slug(again)) == (410, "answer-erased")
    named = await household.administrator.patch(household.path, json={"name": "Known again"})
    assert (named.status_code, slug(named)) == (409, "person-anonymized")
    hold = await household.administrator.put(
        f"{household.path}/legal-hold", json={"reason": "Too late."}
    )
    assert (hold.status_code, slug(hold)) == (409, "person-anonymized")


async def test_an_account_with_a_right_and_what_somebody_else_has_too_stay(
    household: Household, app: FastAPI
) -> None:
    """Who stands in two directories is anonymized in one of them."""
    twin = f"{CANARY}-people-email@example.org"
    await household.world.person(household.part.stranger, email=twin, name=f"{CANARY} twin")
    await execute(
        app,
        "INSERT INTO grants (id, created_at, account_id, role)"
        " SELECT gen_random_uuid(), now(), account_id, 'administrator' FROM people WHERE id = :id",
        household,
    )
    await household.anonymize()
    async with app.state.database.transaction() as session:
        assert await tables_with(session, CANARY) == [
            "public.accounts",
            "public.briefings",
            "public.named_briefers",
            "public.panellists",
            "public.people",
            "public.person_addresses",
            "public.suppressed_addresses",
            "public.tokens",
        ]


async def test_what_stands_in_the_way_is_named_until_it_is_gone(
    household: Household, app: FastAPI, world: World
) -> None:
    holds = {
        "person_held": f"{household.path}/legal-hold",
        "meeting_held": f"{household.part.path}/legal-hold",
    }
    for obstacle, path in holds.items():
        answer = await household.administrator.put(path, json={"reason": "An inquiry."})
        assert answer.json()["held"] is True
        await is_prevented(household, obstacle)
        assert (await household.administrator.delete(path)).status_code == 204
        assert (await household.administrator.delete(path)).status_code == 204
        assert (await household.administrator.get(path)).json()["held"] is False
    await execute(app, "UPDATE focal_points SET person_id = :id", household)
    await is_prevented(household, "focal_point")
    await execute(app, "UPDATE focal_points SET ended_at = now()", household)
    await execute(app, "UPDATE meetings SET status = 'postponed'", household)
    await is_prevented(household, "registered")
    await execute(app, "UPDATE meetings SET status = 'adjourned'", household)
    organizer = await world.organizer(household.part.committee)
    other, _ = await invited(household, world, await world.committee())
    assert (await registers(household, world, other)).status_code == 201
    refused = await organizer.post(f"{household.path}/anonymize")
    assert (refused.status_code, slug(refused)) == (403, "not-permitted")
    await is_prevented(household, "registered")
    async with app.state.database.transaction() as session:
        assert "public.people" in await tables_with(session, CANARY)
        assert await holds_in_the_log(session) == ["placed", "lifted"] * 2


async def is_prevented(household: Household, obstacle: str) -> None:
    assert (await household.anonymize(dry_run=True)).json()["obstacles"] == [obstacle]
    refused = await household.anonymize()
    assert (refused.status_code, slug(refused)) == (409, "anonymization-prevented")
    assert [each["pointer"] for each in refused.json()["errors"]] == [f"obstacles/{obstacle}"]


async def holds_in_the_log(session: Any) -> list[str]:
    statement = (
        "SELECT name FROM events WHERE name LIKE 'legal_hold.%'"
        " AND data ->> 'reason' = 'An inquiry.' AND actor_id IS NOT NULL ORDER BY id"
    )
    names = (await session.execute(text(statement))).scalars()
    return [name.removeprefix("legal_hold.") for name in names]


async def execute(app: FastAPI, statement: str, household: Household) -> None:
    async with app.state.database.transaction() as session:
        await session.execute(text(statement), {"id": household.person_id})


async def invited(
    household: Household, world: World, committee: dict[str, Any] | None = None
) -> tuple[UUID, UUID]:
    """Another meeting to which the person's entity is invited, and the invitation."""
    meeting = await world.scheduled(
        await world.meeting(
            committee or household.part.committee,
            local_start="2030-12-14T10:00:00",
            local_end="2030-12-14T13:00:00",
        )
    )
    invitation = await world.invitation(meeting, household.part.entity)
    return UUID(meeting["id"]), UUID(invitation["id"])


async def registers(household: Household, world: World, meeting_id: UUID) -> Any:
    """A request that registers the person."""
    body = {"entity": household.part.entity["handle"], "person_id": household.person_id}
    return await world.administrator.post(f"/v1/meetings/{meeting_id}/registrations", json=body)


async def waits(app: FastAPI) -> bool:
    """Whether somebody waits for a lock of somebody else."""
    async with app.state.database.transaction() as session:
        statement = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return bool((await session.execute(text(statement))).scalar_one())


async def test_of_registering_and_anonymizing_at_once_one_wins_and_the_other_is_told(
    household: Household, world: World, app: FastAPI
) -> None:
    person_id = UUID(household.person_id)
    meeting_id, invitation_id = await invited(household, world)
    async with app.state.database.transaction() as session:
        found = await registrations.lock_seats(session, meeting_id, invitation_id)
        role = RegistrationRole.REPRESENTATIVE
        made = await registrations.register(session, *found, person_id, role)
        second = asyncio.create_task(household.anonymize())
        await until(lambda: waits(app))
    answer = await second
    assert (answer.status_code, slug(answer)) == (409, "anonymization-prevented")
    path = f"/v1/meetings/{meeting_id}/registrations/{made.id}/withdraw"
    assert (await world.administrator.post(path)).is_success
    async with app.state.database.transaction() as session:
        await service.anonymize(session, await session.get_one(Person, person_id))
        second = asyncio.create_task(registers(household, world, meeting_id))
        await until(lambda: waits(app))
    answer = await second
    assert (answer.status_code, slug(answer)) == (409, "person-anonymized")
    # The negative control: without the guard of the database it goes through.
    await execute(app, "DROP TRIGGER registrations_of_the_living ON registrations", household)
    assert (await registers(household, world, meeting_id)).status_code == 201


async def test_the_fields_are_public(anonymous: Any) -> None:
    answer = await anonymous.get("/v1/privacy/fields")
    assert answer.json()["retention_days"] == 730
    named = {(each["table"], each["field"]): each for each in answer.json()["fields"]}
    assert named["people", "email"] == {
        "table": "people",
        "field": "email",
        "purpose": "Where invitations, entries and links go.",
        "seen": "entity",
        "kept": "person",
        "exported": True,
    }
    assert len(named) == len(answer.json()["fields"])
