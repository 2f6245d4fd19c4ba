"""What happens to deadlines when the calendars that they are counted on change."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.committees.events import CommitteeChanged
from app.committees.tables import Committee
from app.core import clock
from app.events import announce, react_to
from app.holidays.events import HolidaysReplaced
from app.meetings import calendars, policy, queries
from app.meetings.events import MeetingChanged
from app.meetings.service import about
from app.meetings.tables import Meeting


@react_to(HolidaysReplaced)
async def count_again_with_holidays(session: AsyncSession, event: HolidaysReplaced) -> None:
    await _count_again(session, col(Committee.duty_station) == event.duty_station)


@react_to(CommitteeChanged)
async def count_again_in_week(session: AsyncSession, event: CommitteeChanged) -> None:
    if event.changes.keys() & {"duty_station", "working_days"}:
        await _count_again(session, col(Committee.id) == event.subject_id)


async def _count_again(session: AsyncSession, whose: ColumnElement[bool]) -> None:
    """Move the deadlines that are still to come and stay so; what has closed is not opened again,
    and nothing is closed with hindsight.
    """
    await calendars.keep_from_counting(session)
    now = clock.now()
    for meeting in await queries.lock_counted(session, whose, now):
        assert meeting.registration_deadline is not None, "only such meetings are looked for"
        after = await calendars.deadline_instant(
            session,
            meeting.committee_id,
            meeting.registration_deadline,
            meeting.local_start,
            meeting.timezone,
        )
        before, opens_at = meeting.registration_closes_at, meeting.registration_opens_at
        if after is None or after == before or after <= now:
            continue
        if policy.window_faults(opens_at, after, meeting.ends_at):
            continue
        await _move(session, meeting, before, after)


async def _move(
    session: AsyncSession, meeting: Meeting, before: datetime | None, after: datetime
) -> None:
    changes = {"registration_closes_at": {"before": before, "after": after}}
    meeting.registration_closes_at = after
    await announce(session, MeetingChanged(changes=changes, **about(meeting)))
