"""Checking people in and out: the organizer's verbs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance import queries
from app.attendance.events import CheckedIn, CheckedOut, PresenceStruck
from app.attendance.lifecycle import CheckInSource, RecordOutcome
from app.attendance.problems import (
    NotUnderWay,
    RegistrationNotConfirmed,
)
from app.attendance.tables import Attendance
from app.core import clock
from app.core.problems import NotFound, Problem
from app.events import record
from app.meetings.lifecycle import UNCHANGEABLE, UNDER_WAY, MeetingStatus
from app.meetings.problems import MeetingClosed
from app.meetings.tables import Meeting
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration


@dataclass(frozen=True, slots=True)
class RowRecord:
    """What became of one registration of a list."""

    registration_id: UUID
    outcome: RecordOutcome
    attendance_id: UUID | None = None
    problem: str | None = None


async def check_in(
    session: AsyncSession, meeting: Meeting, ids: Sequence[UUID], *, dry_run: bool
) -> list[RowRecord]:
    """Record that people are there; after the adjournment, that they were there until then.

    The meeting's row is locked. Raises `NotUnderWay` and `MeetingClosed`.
    """
    late = meeting.status is MeetingStatus.ADJOURNED
    if not late:
        check_under_way(meeting)
    named = await queries.find_named(session, meeting.id, ids)

    def judge(registration: Registration, was: bool, is_: bool) -> Verdict:
        if was if late else is_:
            return RecordOutcome.UNCHANGED
        if registration.status is not RegistrationStatus.CONFIRMED:
            return RegistrationNotConfirmed
        return RecordOutcome.RECORDED

    rows = _judged(ids, named, judge)
    if dry_run:
        return rows
    chosen = [named[row.registration_id][0] for row in rows if row.outcome is _RECORDED]
    moment = meeting.adjourned_at if late else None
    now = clock.now()
    new = await queries.add_intervals(
        session, chosen, CheckInSource.ORGANIZER, moment or now, moment, now
    )
    for registration in chosen:
        record_check_in(
            session, meeting, registration, new[registration.id], CheckInSource.ORGANIZER
        )
    await session.flush()
    return _with_intervals(rows, new)


async def check_out(
    session: AsyncSession, meeting: Meeting, ids: Sequence[UUID], *, dry_run: bool
) -> list[RowRecord]:
    """Record that people have left. Raises `NotUnderWay` and `MeetingClosed`."""
    check_under_way(meeting)
    named = await queries.find_named(session, meeting.id, ids)
    rows = _judged(
        ids,
        named,
        lambda _, __, is_: RecordOutcome.RECORDED if is_ else RecordOutcome.UNCHANGED,
    )
    if dry_run:
        return rows
    chosen = [row.registration_id for row in rows if row.outcome is _RECORDED]
    ended = await queries.end_intervals(session, chosen, clock.now())
    for registration_id, interval_id in ended.items():
        registration = named[registration_id][0]
        record(
            session,
            CheckedOut(
                subject_id=interval_id,
                committee_id=meeting.committee_id,
                meeting_id=meeting.id,
                entity_id=registration.entity_id,
                registration_id=registration.id,
                person_id=registration.person_id,
            ),
        )
    await session.flush()
    return _with_intervals(rows, ended)


async def strike(
    session: AsyncSession, meeting: Meeting, interval: Attendance, registration: Registration
) -> None:
    """Take back an interval that was recorded by mistake; the log keeps both."""
    check_open_record(meeting)
    record(
        session,
        PresenceStruck(
            subject_id=interval.id,
            committee_id=meeting.committee_id,
            meeting_id=meeting.id,
            entity_id=registration.entity_id,
            registration_id=registration.id,
            person_id=registration.person_id,
        ),
    )
    await session.delete(interval)
    await session.flush()


def record_check_in(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    interval_id: UUID,
    source: CheckInSource,
) -> None:
    record(
        session,
        CheckedIn(
            subject_id=interval_id,
            committee_id=meeting.committee_id,
            meeting_id=meeting.id,
            entity_id=registration.entity_id,
            registration_id=registration.id,
            person_id=registration.person_id,
            source=source,
        ),
    )


def check_under_way(meeting: Meeting) -> None:
    check_open_record(meeting)
    if meeting.status not in UNDER_WAY:
        state = meeting.status.value
        raise NotUnderWay(f"The meeting is {state}.", state=state)


def check_open_record(meeting: Meeting) -> None:
    if meeting.status in UNCHANGEABLE:
        state = meeting.status.value
        raise MeetingClosed(f"The meeting is {state}: its record does not change.", state=state)


_RECORDED = RecordOutcome.RECORDED
Known = dict[UUID, tuple[Registration, bool, bool]]
Verdict = RecordOutcome | type[Problem]
Judge = Callable[[Registration, bool, bool], Verdict]


def _judged(ids: Sequence[UUID], named: Known, judge: Judge) -> list[RowRecord]:
    """A verdict for each id in its order; one that is repeated changes nothing the second time."""
    rows: list[RowRecord] = []
    seen: set[UUID] = set()
    for registration_id in ids:
        known = named.get(registration_id)
        verdict = NotFound if known is None else judge(*known)
        if isinstance(verdict, type):
            refused = RecordOutcome.REFUSED
            rows.append(RowRecord(registration_id, refused, problem=verdict.slug))
        elif registration_id in seen:
            rows.append(RowRecord(registration_id, RecordOutcome.UNCHANGED))
        else:
            rows.append(RowRecord(registration_id, verdict))
        seen.add(registration_id)
    return rows


def _with_intervals(rows: list[RowRecord], intervals: dict[UUID, UUID]) -> list[RowRecord]:
    return [
        RowRecord(row.registration_id, row.outcome, intervals[row.registration_id])
        if row.outcome is _RECORDED
        else row
        for row in rows
    ]
