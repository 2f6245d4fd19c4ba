"""Acts on many meetings of a series: all of them in one transaction, or none."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.tables import Committee
from app.core import clock
from app.core.ids import new_id
from app.core.problems import FieldError, Invalid
from app.events import record
from app.meetings import moves
from app.meetings.lifecycle import MeetingStatus, MeetingVerb
from app.meetings.policy import Times
from app.meetings.problems import NotReady
from app.meetings.tables import Meeting
from app.meetings.templates import retime_draft
from app.series import policy, queries
from app.series.events import SeriesCancelled, SeriesRescheduled, SeriesScheduled
from app.series.lifecycle import OnDayOff, SeriesVerb, Weekday
from app.series.service import about
from app.series.tables import Series

MAX_ERRORS = 100


@dataclass(frozen=True, slots=True)
class Acted:
    """The meetings that an act changed, and those that it left alone, each with the reason."""

    act: UUID = field(default_factory=new_id)
    changed: list[Meeting] = field(default_factory=list)
    left: list[tuple[Meeting, str]] = field(default_factory=list)

    def fact(self, note: str | None) -> dict[str, Any]:
        return {"act": self.act, "meetings": [each.id for each in self.changed], "note": note}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What changes of the times of each meeting; None for what stays."""

    start: time | None = None
    length: timedelta | None = None
    timezone: str | None = None
    weekday: Weekday | None = None
    days: int = 0


async def schedule(
    session: AsyncSession, series: Series, from_meeting: str | None, note: str | None
) -> Acted:
    """Announce the drafts; raises `NotReady` with what each of them lacks."""
    errors: list[FieldError] = []

    async def announce(meeting: Meeting, act: UUID) -> str | None:
        try:
            await moves.schedule(session, meeting, note, act)
        except NotReady as problem:
            errors.extend(
                FieldError(pointer=f"meetings/{meeting.handle}/{each.pointer}", detail=each.detail)
                for each in problem.errors or ()
            )
        return None

    acted = await _on_each(session, series, SeriesVerb.SCHEDULE, from_meeting, announce)
    if errors:
        raise NotReady(f"{errors[0].pointer}: {errors[0].detail}", errors=errors[:MAX_ERRORS])
    if acted.changed:
        record(session, SeriesScheduled(**acted.fact(note), **about(series)))
    return acted


async def cancel(
    session: AsyncSession, series: Series, from_meeting: str | None, note: str | None
) -> Acted:
    """Cancel for good what is still to come."""

    async def call_off(meeting: Meeting, act: UUID) -> str | None:
        await moves.move(session, meeting, MeetingVerb.CANCEL, note, act)
        return None

    acted = await _on_each(session, series, SeriesVerb.CANCEL, from_meeting, call_off)
    if acted.changed:
        record(session, SeriesCancelled(**acted.fact(note), **about(series)))
    return acted


async def reschedule(
    session: AsyncSession,
    committee: Committee,
    series: Series,
    shift: Shift,
    from_meeting: str | None,
    note: str | None,
) -> Acted:
    """Give the meetings other times, and the series itself, for those still to be made.

    Raises `Invalid` with every meeting that cannot have such times.
    """
    errors: list[FieldError] = []

    async def give_times(meeting: Meeting, act: UUID) -> str | None:
        times = await _shifted(session, committee, series, meeting, shift)
        if isinstance(times, str):
            errors.append(FieldError(pointer=f"meetings/{meeting.handle}", detail=times))
            return None
        if times == _times_of(meeting):
            return "It has these times already."
        try:
            if meeting.status is MeetingStatus.DRAFT:
                await retime_draft(session, meeting, times)
            else:
                await moves.reschedule(session, meeting, times, note, act)
        except Invalid as problem:
            pointer = f"meetings/{meeting.handle}"
            errors.append(FieldError(pointer=pointer, detail=problem.detail[:2000]))
        return None

    acted = await _on_each(session, series, SeriesVerb.RESCHEDULE, from_meeting, give_times)
    if errors:
        raise Invalid(f"{errors[0].pointer}: {errors[0].detail}", errors=errors[:MAX_ERRORS])
    changes = _follow(series, shift)
    if acted.changed or changes:
        event = SeriesRescheduled(changes=changes, **acted.fact(note), **about(series))
        record(session, event)
    await session.flush()
    return acted


async def _on_each(
    session: AsyncSession,
    series: Series,
    verb: SeriesVerb,
    from_meeting: str | None,
    make: Callable[[Meeting, UUID], Awaitable[str | None]],
) -> Acted:
    """`make` says why it left a meeting as it is, or None."""
    acted, now = Acted(), clock.now()
    for meeting in await _concerned(session, series, from_meeting):
        reason = policy.stays(verb, meeting.status, meeting.starts_at, now)
        reason = reason or await make(meeting, acted.act)
        if reason is None:
            acted.changed.append(meeting)
        else:
            acted.left.append((meeting, reason))
    return acted


async def _concerned(
    session: AsyncSession, series: Series, from_meeting: str | None
) -> Sequence[Meeting]:
    """All meetings, or this and those behind it; locked."""
    meetings = await queries.lock_meetings(session, series.id)
    if from_meeting is None:
        return meetings
    places = [
        place
        for place, meeting in enumerate(meetings)
        if from_meeting in {meeting.handle, str(meeting.id)}
    ]
    if not places:
        raise Invalid.at("/from_meeting", "The series has no such meeting.")
    return meetings[places[0] :]


async def _shifted(
    session: AsyncSession, committee: Committee, series: Series, meeting: Meeting, shift: Shift
) -> Times | str:
    local = meeting.local_start
    try:
        day = policy.moved_day(local.date(), shift.weekday, shift.days)
    except OverflowError:
        return "There is no such day."
    if day != local.date() and series.on_day_off is OnDayOff.NEXT_WORKING_DAY:
        day = await _worked(session, committee, day)
    return policy.times_on(
        day,
        shift.start or local.time(),
        shift.length or meeting.ends_at - meeting.starts_at,
        shift.timezone or meeting.timezone,
        series.at_clock_change,
    )


async def _worked(session: AsyncSession, committee: Committee, day: date) -> date:
    calendar = await queries.working_calendar(session, committee, day, day + policy.FARTHEST)
    return policy.next_working_day(day, calendar.works_on) or day


def _times_of(meeting: Meeting) -> Times:
    return Times(
        meeting.timezone,
        meeting.local_start,
        meeting.local_end,
        meeting.starts_at,
        meeting.ends_at,
    )


def _follow(series: Series, shift: Shift) -> dict[str, Any]:
    """Let the series have the new time, length and zone too; what changed of it, for the log."""
    wanted: dict[str, Any] = {
        "start_time": f"{shift.start:%H:%M}" if shift.start else series.start_time,
        "minutes": shift.length // timedelta(minutes=1) if shift.length else series.minutes,
        "timezone": shift.timezone or series.timezone,
    }
    before = {name: getattr(series, name) for name in wanted}
    for name, value in wanted.items():
        setattr(series, name, value)
    return {
        name: {"before": before[name], "after": value}
        for name, value in wanted.items()
        if before[name] != value
    }
