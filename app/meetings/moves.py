"""The moves of a meeting's life; the meeting's row is locked by then."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.problems import FieldError, Invalid
from app.events import announce
from app.meetings import policy, queries, readiness
from app.meetings.calendars import deadline_instant
from app.meetings.events import PLAIN_MOVES, MeetingRescheduled, MeetingScheduled
from app.meetings.lifecycle import MEETING, MeetingVerb
from app.meetings.policy import Times
from app.meetings.problems import NotReady
from app.meetings.service import about, check_changeable
from app.meetings.tables import Meeting


async def schedule(
    session: AsyncSession, meeting: Meeting, note: str | None, act: UUID | None = None
) -> None:
    """Announce the meeting; raises `NotReady` with all that must be there first."""
    MEETING.move(meeting.status, MeetingVerb.SCHEDULE)
    plan = await queries.find_plan(session, meeting)
    lacking = readiness.blocking(readiness.missing(plan, clock.now()))
    if lacking:
        errors = [FieldError(pointer=f"readiness/{m.code}", detail=m.detail) for m in lacking]
        raise NotReady(" ".join(m.detail for m in lacking), errors=errors)
    move = _moved(meeting, MeetingVerb.SCHEDULE, note, act)
    event = MeetingScheduled(
        starts_at=meeting.starts_at, ends_at=meeting.ends_at, **move, **about(meeting)
    )
    await announce(session, event)
    await session.flush()


async def reschedule(
    session: AsyncSession,
    meeting: Meeting,
    times: Times,
    note: str | None,
    act: UUID | None = None,
) -> None:
    """Give the meeting other times; everybody's calendar follows by the raised sequence, and a
    deadline that is a rule is counted again.

    Raises `Invalid` where registration would close after the new end, or before it opens, and
    `MeetingClosed` where it ended so long ago that its people were erased.
    """
    before, after = _times_of(meeting), _times_of(times)
    move = _moved(meeting, MeetingVerb.RESCHEDULE, note, act)
    check_changeable(meeting)
    before["registration_closes_at"] = meeting.registration_closes_at
    after["registration_closes_at"] = await _deadline(session, meeting, times)
    for name, value in after.items():
        setattr(meeting, name, value)
    changes = {
        name: {"before": before[name], "after": value}
        for name, value in after.items()
        if before[name] != value
    }
    await announce(session, MeetingRescheduled(changes=changes, **move, **about(meeting)))
    await session.flush()


async def move(
    session: AsyncSession,
    meeting: Meeting,
    verb: MeetingVerb,
    note: str | None,
    act: UUID | None = None,
) -> None:
    """Any move that takes nothing but a note; raises `MoveForbidden`."""
    told = _moved(meeting, verb, note, act)
    await announce(session, PLAIN_MOVES[verb](**told, **about(meeting)))
    await session.flush()


def _moved(
    meeting: Meeting, verb: MeetingVerb, note: str | None, act: UUID | None
) -> dict[str, Any]:
    """Make the move and return what its event tells; raises `MoveForbidden`."""
    before, now = meeting.status, clock.now()
    meeting.status = MEETING.move(before, verb)
    if policy.alters_calendars(before, verb):
        meeting.calendar_sequence += 1
    match verb:
        case MeetingVerb.OPEN:
            meeting.opened_at = now
        case MeetingVerb.ADJOURN:
            meeting.adjourned_at = now
        case MeetingVerb.CLOSE:
            meeting.closed_at = now
        case _:
            pass
    return {
        "before": before,
        "after": meeting.status,
        "calendar_sequence": meeting.calendar_sequence,
        "note": note,
        "act": act,
    }


async def _deadline(session: AsyncSession, meeting: Meeting, times: Times) -> datetime | None:
    """When registration closes at the new times; raises `Invalid` where that cannot be."""
    rule = meeting.registration_deadline
    if rule is None:
        closes_at = meeting.registration_closes_at
        if policy.window_faults(None, closes_at, times.ends_at):
            detail = "Registration closes after the new end: change registration_closes_at first."
            raise Invalid.at("/local_end", detail)
        return closes_at
    closes_at = await deadline_instant(
        session, meeting.committee_id, rule, times.local_start, times.timezone
    )
    faults = policy.window_faults(meeting.registration_opens_at, closes_at, times.ends_at)
    if closes_at is None or faults:
        detail = "The registration deadline does not fit the new times: change it first."
        raise Invalid.at("/local_start", detail)
    return closes_at


def _times_of(timed: Meeting | Times) -> dict[str, Any]:
    return {name: getattr(timed, name) for name in _TIMES}


_TIMES = [field.name for field in fields(Times)]
