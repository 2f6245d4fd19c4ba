"""Keeping the official holidays of duty stations."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.events import announce
from app.holidays import queries
from app.holidays.events import HolidaysReplaced, subject_of
from app.holidays.tables import OfficialHoliday

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('holidays ' || :station, 0))")


async def list_to_replace(
    session: AsyncSession, duty_station: str, year: int
) -> Sequence[OfficialHoliday]:
    """The year's holidays as they stay until this transaction ends, or replaces them."""
    await session.execute(_ONE_AT_A_TIME, {"station": duty_station})
    return await queries.holidays_of_year(session, duty_station, year)


async def replace_holidays(
    session: AsyncSession, duty_station: str, year: int, names: Mapping[date, Mapping[str, str]]
) -> Sequence[OfficialHoliday]:
    """Let these be the holidays of the year, and no others; deadlines that count them follow.

    Two who replace the same station's list do it one after the other.
    """
    known = {h.day: h for h in await list_to_replace(session, duty_station, year)}
    removed = sorted(known.keys() - names.keys())
    added = sorted(names.keys() - known.keys())
    for day in removed:
        await session.delete(known[day])
    renamed = [day for day in known.keys() & names.keys() if known[day].name != names[day]]
    for day in renamed:
        known[day].name = dict(names[day])
    for day in added:
        session.add(OfficialHoliday(duty_station=duty_station, day=day, name=dict(names[day])))
    if added or removed or renamed:
        await session.flush()
        await announce(session, _fact(duty_station, year, added, removed))
    await session.flush()
    return await queries.holidays_of_year(session, duty_station, year)


def _fact(station: str, year: int, added: Sequence[date], removed: Sequence[date]) -> Any:
    return HolidaysReplaced(
        subject_id=subject_of(station),
        duty_station=station,
        year=year,
        added=[day.isoformat() for day in added],
        removed=[day.isoformat() for day in removed],
    )
