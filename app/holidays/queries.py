"""Every select about official holidays."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.holidays.tables import OfficialHoliday

FIRST_DAY = func.min(col(OfficialHoliday.day))
LAST_DAY = func.max(col(OfficialHoliday.day))


def list_duty_stations() -> Select[Any]:
    """Those that have holidays, with how many, the first and the last."""
    station = col(OfficialHoliday.duty_station)
    known = (
        sa_select(
            station.label("duty_station"),
            func.count().label("holidays"),
            FIRST_DAY.label("first_day"),
            LAST_DAY.label("last_day"),
        )
        .group_by(station)
        .subquery()
    )
    return sa_select(known.c.duty_station, known.c.holidays, known.c.first_day, known.c.last_day)


def list_holidays(duty_station: str, year: int | None = None) -> Select[Any]:
    statement: Select[Any] = sa_select(OfficialHoliday).where(
        col(OfficialHoliday.duty_station) == duty_station
    )
    if year is not None:
        statement = statement.where(
            col(OfficialHoliday.day).between(date(year, 1, 1), date(year, 12, 31))
        )
    return statement


async def is_known(session: AsyncSession, duty_station: str) -> bool:
    statement = select(OfficialHoliday.id).where(col(OfficialHoliday.duty_station) == duty_station)
    return (await session.execute(statement.limit(1))).first() is not None


async def holidays_of_year(
    session: AsyncSession, duty_station: str, year: int
) -> Sequence[OfficialHoliday]:
    statement = list_holidays(duty_station, year).order_by(col(OfficialHoliday.day))
    found: Sequence[OfficialHoliday] = (await session.execute(statement)).scalars().all()
    return found


async def days_between(
    session: AsyncSession, duty_station: str, first: date, last: date
) -> frozenset[date]:
    statement = sa_select(col(OfficialHoliday.day)).where(
        col(OfficialHoliday.duty_station) == duty_station,
        col(OfficialHoliday.day).between(first, last),
    )
    return frozenset((await session.execute(statement)).scalars())
