"""Working calendars of committees, and the deadlines of meetings that follow from them.

Whoever counts holds a shared lock; whoever changes holidays or a committee's working week takes it
alone before the meetings to come are counted again, so that no deadline is counted from a list that
is gone when it is stored.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.committees.tables import Committee
from app.core.problems import Invalid
from app.holidays.queries import days_between
from app.meetings.deadlines import LOOK_BACK, DeadlineRule, WorkingCalendar, days_back
from app.meetings.policy import YEARS

COUNTED_FROM = frozenset(
    {"local_start", "timezone", "registration_deadline", "registration_closes_at"}
)
"""Members whose change may move a deadline that is a rule."""
_COUNTING = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('working calendars', 0))")
_CHANGING = text("SELECT pg_advisory_xact_lock(hashtextextended('working calendars', 0))")


async def keep_from_counting(session: AsyncSession) -> None:
    """Wait for whoever counts, and let nobody count until the transaction ends."""
    await session.execute(_CHANGING)


async def working_calendar(
    session: AsyncSession, committee_id: UUID, until: date, *, lock: bool = False
) -> WorkingCalendar:
    """What days the committee works on, as far back from a day as anybody counts."""
    if lock:
        await session.execute(_COUNTING)
    statement = select(Committee.working_days, Committee.duty_station).where(
        col(Committee.id) == committee_id
    )
    working_days, station = (await session.execute(statement)).one()
    holidays: frozenset[date] = frozenset()
    if station is not None:
        first = days_back(until, LOOK_BACK.days) or date.min
        holidays = await days_between(session, station, first, until)
    return WorkingCalendar(frozenset(working_days), holidays)


async def with_deadline(
    session: AsyncSession, committee_id: UUID, members: Mapping[str, Any]
) -> dict[str, Any]:
    """The members with the instant of the deadline where that is a rule; raises `Invalid`."""
    if members["registration_deadline"] is None:
        return dict(members)
    closes_at = await deadline_instant(
        session,
        committee_id,
        members["registration_deadline"],
        members["local_start"],
        members["timezone"],
    )
    if closes_at is None:
        raise Invalid.at("/registration_deadline", "There is no such day before the meeting.")
    return {**members, "registration_closes_at": closes_at}


async def deadline_instant(
    session: AsyncSession,
    committee_id: UUID,
    kept: Mapping[str, Any],
    local_start: datetime,
    zone: str,
) -> datetime | None:
    """When a kept rule falls for such a start; None where it falls on no day of this age."""
    rule = DeadlineRule.read(kept)
    calendar = WorkingCalendar()
    if rule.working_days_before is not None:
        calendar = await working_calendar(session, committee_id, local_start.date(), lock=True)
    instant = rule.instant(local_start, zone, calendar)
    return instant if instant is not None and instant.year in YEARS else None
