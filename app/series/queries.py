"""Every select about series and their meetings."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.committees.tables import Committee
from app.holidays.queries import days_between
from app.identity.policy import Caller
from app.meetings import queries as meetings
from app.meetings.deadlines import WorkingCalendar
from app.meetings.lifecycle import OPEN_TO_REGISTRATION
from app.meetings.queries import MeetingFilter
from app.meetings.tables import Meeting
from app.series.tables import Series


def list_series(committee_id: UUID) -> Select[Any]:
    statement: Select[Any] = select(Series)
    return statement.where(col(Series.committee_id) == committee_id)


async def find_series(
    session: AsyncSession, committee_id: UUID, series_id: UUID, *, lock: bool = False
) -> Series | None:
    """A locked one is read afresh."""
    statement = list_series(committee_id).where(col(Series.id) == series_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
        statement = statement.execution_options(populate_existing=True)
    found: Series | None = (await session.execute(statement)).scalar_one_or_none()
    return found


def list_meetings(caller: Caller, series_id: UUID) -> Select[Any]:
    """The meetings of the series that the caller may know of, each with its committee."""
    return meetings.list_meetings(caller, MeetingFilter(series=series_id))


async def meetings_by_date(session: AsyncSession, series_id: UUID) -> dict[date, Meeting]:
    """Every meeting of the series, whoever asks, by the date for which it was made."""
    statement = select(Meeting).where(col(Meeting.series_id) == series_id)
    found = (await session.execute(statement)).scalars()
    return {meeting.series_date: meeting for meeting in found if meeting.series_date is not None}


async def lock_meetings(session: AsyncSession, series_id: UUID) -> Sequence[Meeting]:
    """The meetings of the series as they are now, in the order of their dates; kept from changing
    until the end of the transaction. They are locked in the order of their ids, as everywhere.
    """
    statement = (
        select(Meeting)
        .where(col(Meeting.series_id) == series_id)
        .order_by(col(Meeting.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(statement)).scalars().all()
    return sorted(found, key=lambda meeting: meeting.series_date or date.min)


async def open_meetings(
    session: AsyncSession, caller: Caller, series_id: UUID
) -> Sequence[tuple[Meeting, Committee]]:
    """Those that may be registered for and that the caller may know of, by their dates."""
    statement = list_meetings(caller, series_id).where(
        col(Meeting.status).in_(OPEN_TO_REGISTRATION)
    )
    rows = await session.execute(statement.order_by(col(Meeting.series_date)))
    return [(row[0], row[1]) for row in rows]


async def lock_all(session: AsyncSession, wanted: Collection[UUID]) -> None:
    """Before the first savepoint: locks go with the savepoint in which they were taken."""
    statement = (
        select(col(Meeting.id))
        .where(col(Meeting.id).in_(wanted))
        .order_by(col(Meeting.id))
        .with_for_update(key_share=True)
    )
    await session.execute(statement)


async def count_meetings(session: AsyncSession, series_id: UUID) -> int:
    statement = select(func.count()).where(col(Meeting.series_id) == series_id)
    return int((await session.execute(statement)).scalar_one())


async def working_calendar(
    session: AsyncSession, committee: Committee, first: date, last: date
) -> WorkingCalendar:
    """The days between, both included, on which the committee works."""
    holidays: frozenset[date] = frozenset()
    if committee.duty_station is not None:
        holidays = await days_between(session, committee.duty_station, first, last)
    return WorkingCalendar(frozenset(committee.working_days), holidays)
