"""What a failure of the database says of what people wrote, and how long a request waits for it."""

import asyncio

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.database import Admission


async def test_an_error_names_no_parameters(app: FastAPI) -> None:
    statement = text("SELECT 1 / cast(length(:written) AS integer) FROM nowhere")
    with pytest.raises(DBAPIError) as found:
        async with app.state.database.transaction() as session:
            await session.execute(statement, {"written": "a.rossi@example.org"})
    assert "nowhere" in str(found.value)
    assert "a.rossi" not in str(found.value)


async def test_requests_wait_while_others_leave_and_not_for_a_database_that_is_stuck() -> None:
    """The last of ten waits nine times as long as the others take, and longer than its patience."""
    moving, stuck = Admission(2, 0.08), Admission(1, 0.03)

    async def take() -> None:
        async with moving:
            await asyncio.sleep(0.03)

    await asyncio.gather(*(take() for _ in range(20)))
    async with stuck:
        with pytest.raises(TimeoutError):
            async with stuck:
                pass
    async with stuck:
        pass
