"""Which dates of a series come next, and making their meetings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.tables import Committee
from app.core import clock
from app.core.database import constraint
from app.core.problems import Problem
from app.core.routes import as_problem
from app.core.zones import to_local
from app.meetings.lifecycle import MeetingStatus
from app.meetings.policy import YEARS, Times
from app.meetings.queries import next_number
from app.meetings.service import create_meeting, keep_room
from app.meetings.tables import Meeting
from app.meetings.templates import Room, members_of
from app.series import agendas, policy, queries
from app.series.lifecycle import SeriesDateOutcome, SeriesDateReason
from app.series.policy import Slot
from app.series.problems import ONE_A_DATE
from app.series.service import template_of
from app.series.tables import Series
from app.series.template import SeriesTemplate


@dataclass(frozen=True, slots=True)
class Planned:
    """A date of the series, with what there is for it or can be."""

    slot: Slot
    outcome: SeriesDateOutcome
    reason: SeriesDateReason | None = None
    detail: str | None = None
    times: Times | None = None
    meeting: Meeting | None = None


def today_of(series: Series) -> date:
    return to_local(clock.now(), series.timezone).date()


async def next_dates(
    session: AsyncSession, committee: Committee, series: Series, since: date, enough: int
) -> list[Planned]:
    """The dates from `since` on, until `enough` of them are not skipped; nothing is changed."""
    days = policy.upcoming(series.days, since, enough)
    if not days:
        return []
    last = days[-1] + policy.FARTHEST
    calendar = await queries.working_calendar(session, committee, days[0], last)
    known = await queries.meetings_by_date(session, series.id)
    live = (each for each in known.values() if each.status is not MeetingStatus.CANCELLED)
    held = {each.local_start.date() for each in live}
    found: list[Planned] = []
    for slot in policy.slots(days, calendar.works_on, series.on_day_off):
        if slot.day < since:
            continue
        if sum(each.outcome is not SeriesDateOutcome.SKIPPED for each in found) == enough:
            break
        found.append(_planned(series, slot, known, held))
    return found


def _planned(series: Series, slot: Slot, known: Mapping[date, Meeting], held: set[date]) -> Planned:
    if slot.day in known:
        return Planned(slot, SeriesDateOutcome.THERE, meeting=known[slot.day])
    if slot.held_on is None:
        return Planned(slot, SeriesDateOutcome.SKIPPED, slot.reason)
    if slot.held_on in held:
        return Planned(slot, SeriesDateOutcome.SKIPPED, SeriesDateReason.SAME_DAY)
    times = policy.times_on(
        slot.held_on, series.start, series.length, series.timezone, series.at_clock_change
    )
    if isinstance(times, str):
        of_this_age = slot.held_on.year in YEARS
        reason = SeriesDateReason.CLOCK_CHANGE if of_this_age else SeriesDateReason.FORBIDDEN
        return Planned(slot, SeriesDateOutcome.REFUSED, reason, times)
    return Planned(slot, SeriesDateOutcome.FREE, slot.reason, times=times)


async def make_meetings(
    session: AsyncSession,
    committee: Committee,
    series: Series,
    since: date,
    enough: int,
    room: Room | None,
) -> list[Planned]:
    """See to it that the next dates have their meetings, as drafts, numbered in their order.

    The committee and the series are locked, so whoever comes second finds the meetings of the
    first; besides, the database takes one meeting a date.
    """
    template = template_of(series)
    planned = await next_dates(session, committee, series, since, enough)
    return [
        await _made(session, committee, series, template, each, room)
        if each.outcome is SeriesDateOutcome.FREE
        else each
        for each in planned
    ]


async def _made(
    session: AsyncSession,
    committee: Committee,
    series: Series,
    template: SeriesTemplate,
    planned: Planned,
    room: Room | None,
) -> Planned:
    try:
        async with session.begin_nested():
            meeting = await _make(session, committee, series, template, planned)
            if room is not None:
                await keep_room(session, meeting, None, room.model_dump())
    except (Problem, IntegrityError) as error:
        reason = error if isinstance(error, Problem) else as_problem(error)
        if not isinstance(reason, Problem) or _is_race(error):
            raise
        detail = reason.detail[:2000]
        return replace(
            planned,
            outcome=SeriesDateOutcome.REFUSED,
            reason=SeriesDateReason.FORBIDDEN,
            detail=detail,
        )
    return replace(planned, outcome=SeriesDateOutcome.MADE, meeting=meeting)


def _is_race(error: Problem | IntegrityError) -> bool:
    """Somebody else has made the meeting of this date meanwhile: the whole request is refused."""
    return isinstance(error, IntegrityError) and constraint(error) == ONE_A_DATE


async def _make(
    session: AsyncSession,
    committee: Committee,
    series: Series,
    template: SeriesTemplate,
    planned: Planned,
) -> Meeting:
    assert planned.times is not None, "a free date has its times"
    number = await next_number(session, committee.id)
    title = policy.filled(template.title, number, planned.times.local_start.year)
    members: dict[str, Any] = await members_of(session, committee, template, planned.times, title)
    members |= {"series_id": series.id, "series_date": planned.slot.day}
    meeting = await create_meeting(session, committee, number, None, members)
    await agendas.give(session, committee, meeting, template.agenda)
    return meeting


def count_made(planned: Sequence[Planned]) -> int:
    return sum(each.outcome is SeriesDateOutcome.MADE for each in planned)
