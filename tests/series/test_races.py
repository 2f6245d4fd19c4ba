"""Making the meetings of a series twice at once: no date is made twice."""

import asyncio
from itertools import count
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.committees import queries as committees
from app.series import making, queries
from tests.series.stage import ROOM, TUESDAYS, Stage

CALLERS = 4
DAYS = text(
    "SELECT series_date::text, count(*) FROM meetings WHERE series_id = :series"
    " GROUP BY series_date ORDER BY series_date"
)


async def made_at_once(
    stage: Stage, series: dict[str, Any], callers: int, room: Any
) -> list[httpx.Response]:
    path = f"{stage.path}/{series['id']}/meetings"
    body = {"count": 3} | ({"room": room} if room else {})
    return await asyncio.gather(*(stage.organizer.post(path, json=body) for _ in range(callers)))


async def stored(stage: Stage, series: dict[str, Any]) -> list[tuple[str, int]]:
    async with stage.world.app.state.database.transaction() as session:
        rows = await session.execute(DAYS, {"series": series["id"]})
        return [(row[0], row[1]) for row in rows]


async def test_each_date_is_made_once_by_whoever_comes_first(stage: Stage) -> None:
    series = await stage.series()
    answers = await made_at_once(stage, series, CALLERS, ROOM)
    assert [answer.status_code for answer in answers] == [200] * CALLERS
    assert sorted(answer.json()["made"] for answer in answers) == [0] * (CALLERS - 1) + [3]
    assert await stored(stage, series) == [(day, 1) for day in TUESDAYS[:3]]


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither committee nor series is locked, both look before either makes anything, and every
    meeting gets a number of its own.
    """
    find_committee, find_series = committees.find_committee, queries.find_series
    by_date = queries.meetings_by_date
    barrier, numbers = asyncio.Barrier(2), count(1)

    async def committee(session: Any, ref: Any, *, lock: bool = False) -> Any:
        return await find_committee(session, ref)

    async def series(session: Any, c: Any, s: Any, *, lock: bool = False) -> Any:
        return await find_series(session, c, s)

    async def both_look(session: Any, series_id: Any) -> Any:
        found = await by_date(session, series_id)
        await barrier.wait()
        return found

    async def own_number(session: Any, committee_id: Any) -> int:
        return next(numbers)

    monkeypatch.setattr(committees, "find_committee", committee)
    monkeypatch.setattr(queries, "find_series", series)
    monkeypatch.setattr(queries, "meetings_by_date", both_look)
    monkeypatch.setattr(making, "next_number", own_number)


@pytest.mark.usefixtures("unlocked")
async def test_without_the_lock_the_database_refuses_the_second(stage: Stage) -> None:
    series = await stage.series()
    answers = await made_at_once(stage, series, 2, None)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await stored(stage, series) == [(day, 1) for day in TUESDAYS[:3]]


@pytest.mark.usefixtures("unlocked")
async def test_without_lock_and_constraint_dates_are_made_twice(stage: Stage) -> None:
    """The negative control: what the two guards are for."""
    drop = text("ALTER TABLE meetings DROP CONSTRAINT uq_meetings_series_id_series_date")
    async with stage.world.app.state.database.transaction() as session:
        await session.execute(drop)
    series = await stage.series()
    answers = await made_at_once(stage, series, 2, None)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await stored(stage, series) == [(day, 2) for day in TUESDAYS[:3]]
