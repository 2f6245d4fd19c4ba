"""Many are reminded in as many statements as few, and nobody is loaded one by one."""

import pytest
from fastapi import FastAPI

from app.events.relay import number
from app.reminders import running
from tests.reminders.crowd import invite_crowd
from tests.reminders.morning import ANSWER, ANSWER_DUE, START, Morning
from tests.statements import counted


async def taken(morning: Morning, app: FastAPI) -> tuple[int, int]:
    """Statements of a look that finds a step due, and of planning its mails."""
    with counted(app) as looking:
        await running.look(morning.database)
    async with morning.database.transaction() as session:
        await number(session)
    with counted(app) as planning:
        await morning.relay.advance()
    return len(looking), len(planning)


@pytest.mark.parametrize("step", [ANSWER, ANSWER | {"to": "alternate"}])
async def test_a_thousand_take_as_many_statements_as_one(
    morning: Morning, app: FastAPI, set_clock, step: dict[str, object]
) -> None:
    counts, told = [], []
    for size in (1, 1000):
        set_clock(START)
        await morning.set(step)
        async with morning.database.transaction() as session:
            await invite_crowd(session, morning.meeting["id"], size, START)
        await morning.follow()
        set_clock(ANSWER_DUE)
        counts.append(await taken(morning, app))
        told.append((await morning.steps())[0]["told"])
    assert told == [1, 1000]
    assert counts[0] == counts[1]
