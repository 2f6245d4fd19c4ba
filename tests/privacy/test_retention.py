"""What has reached its end is erased by the worker, in batches, once, and never while held."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.check import wrongs
from app.core import clock
from app.privacy import erasing, queries, running
from app.privacy.running import Terms
from tests.contract.scene import DAY, EARLY
from tests.privacy.household import (
    CANARY,
    Household,
    gathered,
    put_meetings_canaries,
    tables_with,
)
from tests.privacy.test_anonymization import figures
from tests.world import World

TERMS = Terms(retention_days=730, unmatched_days=90, answers_hours=48)


@pytest.fixture
async def household(world: World, set_clock: Any) -> Household:
    set_clock(EARLY)
    household = await gathered(world, set_clock)
    async with world.app.state.database.transaction() as session:
        await put_meetings_canaries(session, household.part.meeting["id"])
    return household


async def values(app: FastAPI, statement: str, **params: Any) -> list[Any]:
    async with app.state.database.transaction() as session:
        result = await session.execute(text(statement), params)
        return list(result.scalars()) if result.returns_rows else []


async def ended(app: FastAPI) -> list[UUID]:
    async with app.state.database.transaction() as session:
        return await queries.list_ended(session, clock.now(), TERMS.retention_days)


async def test_the_end_of_retention(
    household: Household, app: FastAPI, set_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, meeting_id = app.state.database, UUID(household.part.meeting["id"])
    set_clock(DAY + timedelta(days=729))
    assert await ended(app) == []
    await running.look(database, TERMS)
    async with database.transaction() as session:
        assert len(await tables_with(session, CANARY)) > 8
    set_clock(DAY + timedelta(days=731))
    await says_who_says_last(app, meeting_id)
    hold = f"{household.part.path}/legal-hold"
    await household.administrator.put(hold, json={"reason": "An inquiry."})
    await running.look(database, TERMS)
    assert await values(app, "SELECT name FROM events WHERE name LIKE '%anonymized'") == []
    await spares_who_is_held(household, app, hold)
    counted = await figures(household)
    async with database.transaction() as session:
        before = await wrongs(session)
    monkeypatch.setattr(running, "ROWS", 2)
    await is_killed_and_goes_on(app, meeting_id)
    async with database.transaction() as session:
        assert await tables_with(session, CANARY) == []
        assert await wrongs(session) == before
    after = await figures(household)
    for now, then in zip(after, counted, strict=True):
        assert now | {"meeting": None} == then | {"meeting": None}
    shown = (await household.administrator.get(household.part.path)).json()
    assert shown["anonymized_at"] is not None
    # Who acts for the entity is there still, and so is who was never registered.
    named = "SELECT id FROM people WHERE anonymized_at IS NULL ORDER BY id"
    registered = "SELECT person_id FROM registrations"
    spared = f"SELECT id FROM people WHERE id NOT IN ({registered}) AND merged_into IS NULL"
    assert await values(app, named) == await values(app, f"{spared} ORDER BY id")


async def spares_who_is_held(household: Household, app: FastAPI, hold: str) -> None:
    """A hold on a person keeps their own rows of a meeting that is erased."""
    own = f"{household.path}/legal-hold"
    await household.administrator.put(own, json={"reason": "An inquiry."})
    async with app.state.database.transaction() as session:
        people = await queries.list_held_people(session)
        spared = await queries.find_subject(session, people, lone=False)
        statement = "SELECT count(*) FROM links WHERE id = ANY(:ids)"
        links = text(statement).bindparams(ids=list(spared.links))
        before = (await session.execute(links)).scalar_one()
        nested = await session.begin_nested()
        await erasing.erase_some_of_meeting(
            session, UUID(household.part.meeting["id"]), 10_000, spared
        )
        assert (await session.execute(links)).scalar_one() == before > 0
        assert "public.messages" in await tables_with(session, CANARY)
        await nested.rollback()
    await household.administrator.delete(own)
    await household.administrator.delete(hold)


async def says_who_says_last(app: FastAPI, meeting_id: UUID) -> None:
    """The meeting, else its committee, else the service."""
    assert await ended(app) == [meeting_id]
    await values(app, "UPDATE committees SET retention_days = 800")
    assert await ended(app) == []
    await values(app, "UPDATE meetings SET retention_days = 700 WHERE id = :id", id=meeting_id)
    assert await ended(app) == [meeting_id]
    await values(app, "UPDATE meetings SET status = 'postponed' WHERE id = :id", id=meeting_id)
    assert await ended(app) == []
    await values(app, "UPDATE meetings SET status = 'adjourned' WHERE id = :id", id=meeting_id)


async def is_killed_and_goes_on(app: FastAPI, meeting_id: UUID) -> None:
    """Two batches are done when the worker dies; then two workers look at once."""
    database = app.state.database
    links = await values(app, "SELECT id FROM links")
    assert await running._erase_batch(database, meeting_id, TERMS)
    assert await running._erase_batch(database, meeting_id, TERMS)
    await asyncio.gather(running.look(database, TERMS), running.look(database, TERMS))
    await running.look(database, TERMS)
    names = await values(app, "SELECT name FROM events WHERE name LIKE '%anonymized' ORDER BY name")
    assert names == ["meeting.anonymized", "person.anonymized"]
    told = await values(app, "SELECT data FROM events WHERE name = 'meeting.data_erased'")
    assert all(0 < sum(each["erased"].values()) <= 2 for each in told)
    assert sum(each["erased"].get("links", 0) for each in told) == len(links)
    (person,) = await values(app, "SELECT data FROM events WHERE name = 'person.anonymized'")
    assert person["by_retention"] is True


async def test_answers_and_unmatched_mails_have_short_ends(
    household: Household, app: FastAPI, set_clock: Any
) -> None:
    unmatched = "UPDATE incoming_mails SET meeting_id = NULL, received_at = :at"
    await values(app, unmatched, at=DAY)
    mails, answers = "SELECT id FROM incoming_mails", "SELECT status FROM idempotency_keys"
    set_clock(DAY + timedelta(hours=47))
    await running.look(app.state.database, TERMS)
    assert (len(await values(app, mails)), await values(app, answers)) == (1, [200])
    set_clock(DAY + timedelta(hours=49))
    await running.look(app.state.database, TERMS)
    assert (len(await values(app, mails)), await values(app, answers)) == (1, [])
    set_clock(DAY + timedelta(days=91))
    await running.look(app.state.database, TERMS)
    assert await values(app, mails) == []
