"""What the worker does about reminders every half a minute: find what is due, and let it happen.

Nothing is remembered between two looks, so a clock that jumps, a worker that was down and a second
worker change nothing but the hour: what happened stands in a table, once.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.briefings.service import due_at
from app.briefings.service import remind as remind_group
from app.committees.tables import Committee
from app.core import clock
from app.core.database import Database, is_unavailable
from app.core.ids import new_id
from app.core.zones import to_local
from app.events import Event, record
from app.meetings.deadlines import WorkingCalendar
from app.meetings.lifecycle import MeetingStatus
from app.meetings.queries import lock_meeting
from app.meetings.service import about
from app.meetings.tables import Meeting
from app.reminders import digests, policy, queries
from app.reminders.events import DigestDue, ReminderDue, ReminderSkipped
from app.reminders.lifecycle import About
from app.reminders.policy import Due, Moment, PanelTimes, Timing, Verdict
from app.reminders.queries import PanelRow, Planned
from app.reminders.tables import ReminderRun

PAUSE = 30.0
"""Seconds between two looks."""

log = structlog.get_logger()


async def look(database: Database) -> bool:
    """Run every step and digest that is due; never more at once."""
    async with database.transaction() as session:
        meetings = await pending(session, clock.now())
    for meeting_id in meetings:
        await _apart(database, partial(run_steps, meeting_id=meeting_id))
    async with database.transaction() as session:
        days = await digests_due(session, clock.now())
    for committee_id, day in days.items():
        await _apart(database, partial(run_digest, committee_id=committee_id, day=day))
    return False


async def _apart(database: Database, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """In a transaction of its own: what fails for one meeting must not hold up the others."""
    try:
        async with database.transaction() as session:
            await work(session)
    except Exception as error:
        if is_unavailable(error):
            raise
        log.exception("a reminder failed")


async def pending(session: AsyncSession, now: datetime) -> list[UUID]:
    """The meetings that have a step to be run or skipped; three statements for all of them, and one
    more where some have steps about panels.
    """
    planned = await queries.list_planned(session, now)
    timings = await _timings(session, planned)
    runs = await queries.list_runs(session, [each.meeting.id for each in planned])
    return [
        each.meeting.id
        for each in planned
        if policy.verdicts(_all_due(each, timings[each.meeting.id]), runs[each.meeting.id], now)
    ]


async def run_steps(session: AsyncSession, meeting_id: UUID) -> None:
    """Let what is due for a meeting happen, as things are once the meeting is locked."""
    await lock_meeting(session, meeting_id)
    planned = await queries.find_planned(session, meeting_id)
    meeting, now = planned.meeting, clock.now()
    if meeting.status not in queries.REMINDED:
        return
    due = _all_due(planned, (await _timings(session, [planned]))[meeting_id])
    runs = await queries.list_runs(session, [meeting_id])
    for verdict in policy.verdicts(due, runs[meeting_id], now):
        await _carry_out(session, meeting, verdict, now)


async def timed(session: AsyncSession, planned: Planned) -> list[Due | None]:
    """For each step when it is due first."""
    timings = await _timings(session, [planned])
    return policy.timed(planned.steps, timings[planned.meeting.id])


async def _timings(session: AsyncSession, planned: Sequence[Planned]) -> dict[UUID, Timing]:
    calendars = await queries.calendars_of(session, planned)
    with_panels = [each.meeting.id for each in planned if each.tells_panels]
    panels = await queries.panels_of(session, with_panels) if with_panels else {}
    return {
        each.meeting.id: timing_of(
            each.meeting, calendars[each.meeting.id], panels.get(each.meeting.id, ())
        )
        for each in planned
    }


def _all_due(planned: Planned, timing: Timing) -> list[Due]:
    """Of a meeting that has begun only what its panels are told."""
    found = policy.all_due(planned.steps, timing)
    if planned.meeting.status is MeetingStatus.SCHEDULED:
        return found
    return [due for due in found if due.panel_id is not None]


def timing_of(
    meeting: Meeting, calendar: WorkingCalendar, panels: Sequence[PanelRow] = ()
) -> Timing:
    closes_at, briefers_due = meeting.registration_closes_at, due_at(meeting)
    return Timing(
        zone=meeting.timezone,
        local_start=meeting.local_start,
        starts_at=meeting.starts_at,
        closes_at=closes_at,
        local_close=to_local(closes_at, meeting.timezone) if closes_at else None,
        calendar=calendar,
        panels=tuple(
            PanelTimes(each.id, _moment(each.slot, meeting), _moment(each.rehearsal, meeting))
            for each in panels
        ),
        briefers_due=(briefers_due, to_local(briefers_due, meeting.timezone)),
    )


def _moment(instant: datetime | None, meeting: Meeting) -> Moment | None:
    return None if instant is None else (instant, to_local(instant, meeting.timezone))


def run_of(due: Due | None, runs: Mapping[str, ReminderRun]) -> ReminderRun | None:
    return runs.get(due.key) if due is not None else None


async def digests_due(session: AsyncSession, now: datetime) -> dict[UUID, date]:
    """The committees whose digest of the day is due and has not gone out."""
    candidates = await digests.list_candidates(session, now)
    calendars = await digests.calendars_on(session, [each for each, _ in candidates], now.date())
    days = {
        each.id: day
        for each, opened_at in candidates
        if (day := _digest_day(each, calendars[each.id], now, opened_at)) is not None
    }
    done = await digests.ran_on(session, days) if days else set()
    return {committee_id: day for committee_id, day in days.items() if committee_id not in done}


async def run_digest(session: AsyncSession, committee_id: UUID, day: date) -> None:
    """Announce the digest of a day, unless there is nothing open and nothing new."""
    now = clock.now()
    since = await digests.last_run(session, committee_id, day) or now - timedelta(days=1)
    if not await digests.claim_day(session, committee_id, day):
        return
    if await digests.figures(session, committee_id, now, since):
        ids = {"subject_id": committee_id, "committee_id": committee_id}
        record(session, DigestDue(day=day.isoformat(), since=since, **ids))
        log.info("digest due", committee=str(committee_id), day=day.isoformat())


async def _carry_out(
    session: AsyncSession, meeting: Meeting, verdict: Verdict, now: datetime
) -> None:
    """The claim comes before the fact, so that of two at once one records it."""
    due, step = verdict.due, verdict.due.step
    fact: Event
    if verdict.reason is not None:
        fact = ReminderSkipped(
            step=due.key, due_at=due.due_at, reason=verdict.reason, **about(meeting)
        )
    else:
        fact = ReminderDue(
            step=due.key,
            about=step.about,
            to=step.to,
            due_at=due.due_at,
            at=now,
            panel_id=due.panel_id,
            **about(meeting),
        )
    entry_id = new_id()
    if not await queries.claim_run(session, meeting.id, due, verdict.reason, entry_id):
        return
    record(session, fact).id = entry_id
    if verdict.runs and step.about is About.BRIEFER:
        for briefing in await queries.unnamed_briefings(session, meeting.id, now):
            await remind_group(session, meeting, briefing)
    elif verdict.runs and step.about in (About.ANSWER, About.DELEGATION):
        await queries.mark_reminded(session, step.about, meeting.id, now)
    log.info("reminder", meeting=meeting.handle, step=due.key, skipped=verdict.reason)


def _digest_day(
    committee: Committee, calendar: WorkingCalendar, now: datetime, opened_at: datetime
) -> date | None:
    local = now.astimezone(ZoneInfo(committee.timezone)).replace(tzinfo=None)
    return policy.digest_day(now, local, committee.timezone, calendar, opened_at)
