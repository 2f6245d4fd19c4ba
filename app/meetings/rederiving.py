"""When the rules of a time zone change: wall times stay, and their instants follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.zones import TZDATA_VERSION, RepeatedWallTime, ZoneTrouble, offset_at, to_instant
from app.events import announce
from app.meetings import queries
from app.meetings.calendars import deadline_instant
from app.meetings.events import MeetingChanged, MeetingRescheduled
from app.meetings.lifecycle import MeetingStatus
from app.meetings.service import about
from app.meetings.tables import Meeting


@dataclass(frozen=True, slots=True)
class Shifted:
    """A meeting to come whose stored instants are not what the present rules make of them.

    `trouble` where the rules leave no instant for a wall time: somebody must choose another.
    """

    meeting: Meeting
    starts_at: datetime
    ends_at: datetime
    trouble: str | None = None


async def list_shifted(session: AsyncSession, now: datetime) -> list[Shifted]:
    """Of all meetings that are still to begin, by their start; their rows are locked."""
    found = [_shifted(meeting) for meeting in await queries.lock_meetings_to_come(session, now)]
    return [each for each in found if each is not None]


async def rederive(session: AsyncSession, shifted: Sequence[Shifted], note: str | None) -> int:
    """Give each its right instants; how many could be.

    An announced meeting is told as rescheduled: calendars keep the UID and get a higher SEQUENCE,
    although the clock on the wall shows the same.
    """
    mended = [each for each in shifted if each.trouble is None]
    for each in mended:
        meeting = each.meeting
        changes = (
            {
                name: {"before": getattr(meeting, name), "after": getattr(each, name)}
                for name in ("starts_at", "ends_at")
            }
            | await _deadline(session, meeting)
            | {"zone_rules": {"before": None, "after": TZDATA_VERSION}}
        )
        meeting.starts_at, meeting.ends_at = each.starts_at, each.ends_at
        if meeting.status is not MeetingStatus.SCHEDULED:
            await announce(session, MeetingChanged(changes=changes, **about(meeting)))
            continue
        meeting.calendar_sequence += 1
        move = MeetingRescheduled(
            changes=changes,
            before=meeting.status,
            after=meeting.status,
            calendar_sequence=meeting.calendar_sequence,
            note=note,
            **about(meeting),
        )
        await announce(session, move)
    await session.flush()
    return len(mended)


async def _deadline(session: AsyncSession, meeting: Meeting) -> dict[str, Any]:
    """What becomes of a deadline that is a rule; one that is an instant stays it."""
    before = meeting.registration_closes_at
    if meeting.registration_deadline is None:
        return {}
    after = await deadline_instant(
        session,
        meeting.committee_id,
        meeting.registration_deadline,
        meeting.local_start,
        meeting.timezone,
    )
    if after is None or after == before:
        return {}
    meeting.registration_closes_at = after
    return {"registration_closes_at": {"before": before, "after": after}}


def words_of(shifted: Shifted) -> str:
    """A line for a person."""
    meeting = shifted.meeting
    wall = f"{meeting.handle}: {meeting.local_start:%Y-%m-%d %H:%M} {meeting.timezone}"
    if shifted.trouble is not None:
        return f"{wall} has no instant any more: {shifted.trouble}"
    before, after = (_z(instant) for instant in (meeting.starts_at, shifted.starts_at))
    return f"{wall} was {before} and is {after}"


def _z(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _shifted(meeting: Meeting) -> Shifted | None:
    try:
        starts_at = _instant(meeting.local_start, meeting.timezone, meeting.starts_at)
        ends_at = _instant(meeting.local_end, meeting.timezone, meeting.ends_at)
    except ZoneTrouble as error:
        return Shifted(meeting, meeting.starts_at, meeting.ends_at, str(error))
    if (starts_at, ends_at) == (meeting.starts_at, meeting.ends_at):
        return None
    if ends_at <= starts_at:
        trouble = "It would end before it starts."
        return Shifted(meeting, meeting.starts_at, meeting.ends_at, trouble)
    return Shifted(meeting, starts_at, ends_at)


def _instant(local: datetime, zone: str, before: datetime) -> datetime:
    """Of a wall time that is shown twice, the one that is nearer to what was meant so far."""
    try:
        return to_instant(local, zone)
    except RepeatedWallTime as error:
        meant = offset_at(before, zone)
        offset = meant if meant in error.offsets else error.offsets[0]
        return to_instant(local, zone, fold_offset=offset)
