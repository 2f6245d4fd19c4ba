"""Every select about plans of reminders, their runs, and digests."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    column,
    distinct,
    exists,
    func,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.briefings.lifecycle import BriefingStatus
from app.briefings.tables import Briefing
from app.committees.tables import Committee
from app.holidays.tables import OfficialHoliday
from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation
from app.meetings.deadlines import LOOK_BACK, WorkingCalendar
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting
from app.panels.lifecycle import ASKED
from app.panels.tables import Panel, Panellist, Rehearsal
from app.reminders import audience
from app.reminders.lifecycle import OF_PANELS, About, RunOutcome, Source, To
from app.reminders.policy import PAUSE, Due, Step
from app.reminders.tables import ReminderPlan, ReminderRun

_MESSAGES = table(
    "messages",
    column("id", Uuid),
    column("event_id", Uuid),
    column("meeting_id", Uuid),
    column("state", Text),
)
"""Mails lie to the right of this domain: their columns are named here, nothing is imported."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting to come with the steps that count for it."""

    meeting: Meeting
    working_days: frozenset[int]
    duty_station: str | None
    steps: list[Step]
    source: Source

    @property
    def tells_panels(self) -> bool:
        return any(step.about in OF_PANELS for step in self.steps)


class PanelRow(NamedTuple):
    """When a panel begins, and its rehearsal."""

    id: UUID
    slot: datetime | None
    rehearsal: datetime | None


REMINDED = (MeetingStatus.SCHEDULED, MeetingStatus.IN_SESSION)
"""Once it has begun, only panels to come are reminded of."""


async def find_plan(
    session: AsyncSession, *, committee_id: UUID | None = None, meeting_id: UUID | None = None
) -> ReminderPlan | None:
    """The committee's own or the meeting's own; the owner is locked by whoever changes it."""
    owner = (
        col(ReminderPlan.committee_id) == committee_id
        if meeting_id is None
        else col(ReminderPlan.meeting_id) == meeting_id
    )
    return (await session.execute(select(ReminderPlan).where(owner))).scalar_one_or_none()


async def list_planned(session: AsyncSession, now: datetime) -> list[Planned]:
    """The announced meetings that have steps and have not begun, or have panels to come, in one
    statement.
    """
    to_come = and_(col(Meeting.status) == MeetingStatus.SCHEDULED, col(Meeting.starts_at) > now)
    going_on = and_(col(Meeting.status).in_(REMINDED), col(Meeting.ends_at) > now)
    statement = _planned().where(or_(to_come, going_on))
    found = [_read(row) for row in await session.execute(statement)]
    return [
        each for each in found if each.tells_panels or (each.steps and each.meeting.starts_at > now)
    ]


async def panels_of(
    session: AsyncSession, meetings: Collection[UUID]
) -> dict[UUID, list[PanelRow]]:
    """By meeting, the panels on which somebody was asked."""
    asked = exists().where(
        col(Panellist.panel_id) == col(Panel.id), col(Panellist.status).in_(ASKED)
    )
    columns: list[Any] = [Panel.meeting_id, Panel.id, Panel.slot_starts_at, Rehearsal.starts_at]
    statement = (
        select(*columns)
        .outerjoin(Rehearsal, col(Rehearsal.panel_id) == col(Panel.id))
        .where(col(Panel.meeting_id).in_(meetings), asked)
        .order_by(col(Panel.id))
    )
    found: dict[UUID, list[PanelRow]] = {}
    for meeting_id, *row in await session.execute(statement):
        found.setdefault(meeting_id, []).append(PanelRow(*row))
    return found


async def find_planned(session: AsyncSession, meeting_id: UUID) -> Planned:
    """A meeting as it is now with the steps that count for it."""
    statement = _planned().where(col(Meeting.id) == meeting_id)
    statement = statement.execution_options(populate_existing=True)
    return _read((await session.execute(statement)).one())


async def calendars_of(
    session: AsyncSession, meetings: Sequence[Planned]
) -> dict[UUID, WorkingCalendar]:
    """By meeting, the days that its committee works on; one statement for all of them."""
    stations = {each.duty_station for each in meetings if each.duty_station is not None}
    holidays: dict[str, set[date]] = {station: set() for station in stations}
    if stations:
        days = [each.meeting.local_start.date() for each in meetings]
        statement = select(OfficialHoliday.duty_station, OfficialHoliday.day).where(  # type: ignore[call-overload]  # columns
            col(OfficialHoliday.duty_station).in_(stations),
            col(OfficialHoliday.day).between(min(days) - LOOK_BACK, max(days)),
        )
        for station, day in await session.execute(statement):
            holidays[station].add(day)
    return {
        each.meeting.id: WorkingCalendar(
            each.working_days, frozenset(holidays.get(each.duty_station or "", ()))
        )
        for each in meetings
    }


async def list_runs(
    session: AsyncSession, meetings: Collection[UUID]
) -> dict[UUID, dict[str, ReminderRun]]:
    """By meeting and key."""
    found: dict[UUID, dict[str, ReminderRun]] = {meeting_id: {} for meeting_id in meetings}
    statement = select(ReminderRun).where(col(ReminderRun.meeting_id).in_(meetings))
    for run in (await session.execute(statement)).scalars():
        found[run.meeting_id][run.step_key] = run
    return found


async def claim_run(
    session: AsyncSession, meeting_id: UUID, due: Due, reason: str | None, event_id: UUID
) -> bool:
    """Record what becomes of a step; False where somebody else has."""
    run = ReminderRun(
        meeting_id=meeting_id,
        step_key=due.key,
        due_at=due.due_at,
        outcome=RunOutcome.RAN if reason is None else RunOutcome.SKIPPED,
        reason=reason,
        event_id=event_id,
    )
    statement = insert(ReminderRun).values(run.model_dump()).on_conflict_do_nothing()
    return (await session.execute(statement.returning(col(ReminderRun.id)))).first() is not None


async def mark_reminded(
    session: AsyncSession, about: About, meeting_id: UUID, now: datetime
) -> None:
    """Stamp the invitations that a step concerns, but for those that were stirred lately."""
    statement = (
        update(Invitation)
        .where(audience.concerned(about, meeting_id), audience.rested(now - PAUSE))
        .values(reminded_at=now)
        .execution_options(synchronize_session=False)
    )
    await session.execute(statement)


async def unnamed_briefings(
    session: AsyncSession, meeting_id: UUID, now: datetime
) -> Sequence[Briefing]:
    """Of the groups that have named nobody and were not asked or reminded lately, locked."""
    statement = (
        select(Briefing)
        .where(*_unnamed(meeting_id, now))
        .order_by(col(Briefing.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalars().all()


async def lock_to_remind(
    session: AsyncSession, meeting_id: UUID, wanted: Collection[UUID] | None
) -> Sequence[Invitation]:
    """The named invitations of a meeting, or all that are not answered, locked."""
    statement = select(Invitation).where(col(Invitation.meeting_id) == meeting_id)
    if wanted is None:
        statement = statement.where(col(Invitation.status) == InvitationStatus.SENT)
    else:
        statement = statement.where(col(Invitation.id).in_(wanted))
    statement = statement.order_by(col(Invitation.id)).with_for_update(key_share=True)
    statement = statement.execution_options(populate_existing=True)
    return (await session.execute(statement)).scalars().all()


async def told_by(session: AsyncSession, runs: Collection[ReminderRun]) -> dict[UUID, int]:
    """By the entry that they follow from, how many mails were planned and not suppressed."""
    statement = (
        select(_MESSAGES.c.event_id, func.count())
        .where(
            _MESSAGES.c.event_id.in_([run.event_id for run in runs]),
            _MESSAGES.c.state != "suppressed",
        )
        .group_by(_MESSAGES.c.event_id)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def would_tell(
    session: AsyncSession, meeting_id: UUID, line: Sequence[UUID], now: datetime
) -> dict[tuple[About, To], int]:
    """How many people each kind of step would tell now, in one statement."""
    kinds = [(about, to) for about in (About.ANSWER, About.DELEGATION) for to in To]
    crowds = [
        audience.focal_points(
            to,
            line,
            audience.concerned(about, meeting_id),
            audience.rested(now - PAUSE),
        ).subquery()
        for about, to in kinds
    ]
    crowds.append(audience.attending(meeting_id).subquery())
    kinds.append((About.ATTENDANCE, To.ALL))
    for about in (About.PANEL_ANSWER, About.PANEL):
        crowds.append(audience.panellists(about, meeting_id).subquery())
        kinds.append((about, To.ALL))
    counts = [select(func.count(distinct(crowd.c.person_id))).scalar_subquery() for crowd in crowds]
    unnamed = select(func.count(col(Briefing.id))).where(*_unnamed(meeting_id, now))
    counts.append(unnamed.scalar_subquery())
    kinds.append((About.BRIEFER, To.ALL))
    row = (await session.execute(select(*counts))).one()
    return dict(zip(kinds, row, strict=True))


def _unnamed(meeting_id: UUID, now: datetime) -> list[ColumnElement[bool]]:
    stirred = func.greatest(col(Briefing.asked_at), col(Briefing.reminded_at))
    return [
        col(Briefing.meeting_id) == meeting_id,
        col(Briefing.status) == BriefingStatus.ASKED,
        stirred <= now - PAUSE,
    ]


def _planned() -> Select[Any]:
    own, general = aliased(ReminderPlan), aliased(ReminderPlan)
    columns: list[Any] = [
        Meeting,
        Committee.working_days,
        Committee.duty_station,
        col(own.steps).label("own"),
        col(general.steps).label("general"),
    ]
    return (
        select(*columns)
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .outerjoin(own, col(own.meeting_id) == col(Meeting.id))
        .outerjoin(general, col(general.committee_id) == col(Meeting.committee_id))
        .order_by(col(Meeting.id))
    )


def _read(row: Any) -> Planned:
    meeting, working_days, station, own, general = row
    source = Source.NONE if general is None else Source.COMMITTEE
    if own is not None:
        source = Source.MEETING
    steps = own if own is not None else general or []
    return Planned(
        meeting, frozenset(working_days), station, [Step.read(kept) for kept in steps], source
    )
