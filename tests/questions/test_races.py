"""A form that changes while somebody is registered: nobody is forgotten when it is recounted."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.registrations import queries, service
from app.registrations.answering import check_first, keep_first
from app.registrations.lifecycle import RegistrationRole
from tests.questions.conftest import Asking, question
from tests.unlocked import lock_nothing
from tests.waiting import until
from tests.world import World

WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
)
Wait = Callable[[asyncio.Task[Any]], Awaitable[None]]


async def missing_after(app: FastAPI, asking: Asking, world: World, wait: Wait) -> list[str]:
    """What somebody lacks for whom the form was read before it changed, and written after."""
    person = await world.person(asking.entity)
    form = asking.ask(question("diet", required="before_deadline"))
    meeting_id, invitation_id = UUID(asking.meeting["id"]), UUID(asking.invitation["id"])
    async with app.state.database.transaction() as session:
        meeting, invitation = await service.lock_seats(session, meeting_id, invitation_id)
        role = RegistrationRole.ADVISER
        entity_id = UUID(asking.entity["id"])
        said = await check_first(session, meeting, entity_id, role, {}, organizer=True)
        changing = asyncio.create_task(form)
        await wait(changing)
        made = await service.register(session, meeting, invitation, UUID(person["id"]), role)
        await keep_first(session, meeting, made, said)
    await changing
    return list((await asking.registration({"id": str(made.id)}))["answers_missing"])


async def test_the_form_waits_for_those_who_are_just_registered(
    app: FastAPI, asking: Asking, world: World
) -> None:
    async def until_it_waits(_: asyncio.Task[Any]) -> None:
        async def waits() -> bool:
            async with app.state.database.transaction() as session:
                return bool((await session.execute(WAITING)).scalar_one())

        await until(waits)

    assert await missing_after(app, asking, world, until_it_waits) == ["diet"]


async def test_without_the_lock_somebody_is_forgotten(
    app: FastAPI, asking: Asking, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(queries, "lock_seats", lock_nothing)

    async def until_it_is_done(changing: asyncio.Task[Any]) -> None:
        await changing

    assert await missing_after(app, asking, world, until_it_is_done) == []
