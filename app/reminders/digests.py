"""Every select about the organizers' morning digests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    TableClause,
    Text,
    Uuid,
    and_,
    case,
    column,
    exists,
    func,
    literal,
    or_,
    table,
    union_all,
)
from sqlalchemy import select as sa_select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.agenda.tables import AgendaItem
from app.briefings.lifecycle import BriefingStatus
from app.briefings.tables import Briefing
from app.committees.tables import Committee
from app.entities.tables import Entity
from app.holidays.tables import OfficialHoliday
from app.identity.lifecycle import Role
from app.identity.tables import Account, Grant
from app.invitations.lifecycle import LIVE, InvitationStatus
from app.invitations.tables import Invitation
from app.meetings.deadlines import WorkingCalendar
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting
from app.panels.lifecycle import PanellistStatus
from app.panels.tables import Panel, Panellist
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration
from app.reminders.tables import DigestChoice, DigestRun

MOST_MEETINGS = 50
MOST_ANSWERS = 100
"""That one digest names of a meeting."""
_MESSAGES = table("messages", column("meeting_id", Uuid), column("state", Text))
"""See `queries`."""
_INCOMING = table("incoming_mails", column("meeting_id", Uuid), column("state", Text))
"""Mails that came in lie to the right as well."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How the answers to one meeting stand."""

    meeting: Meeting
    answers: Mapping[str, int]
    """Invitations by status."""
    waiting: int
    bounced: int
    delayed: int
    unread: int
    """Mails that came in and that somebody should look at."""
    news: Sequence[tuple[str, str]]
    """Abbreviation and answer of those who answered since the last digest."""
    pending: int = 0
    """Registrations that wait for a decision."""
    speakers: Sequence[tuple[str, dict[str, str], str]] = ()
    """What became of whom since the last digest, the title of the panel or item, and the name."""

    @property
    def unanswered(self) -> int:
        return self.answers.get(InvitationStatus.SENT, 0)


async def list_candidates(
    session: AsyncSession, now: datetime
) -> Sequence[tuple[Committee, datetime]]:
    """Committees that somebody organizes, with answers open in them or in a working group, and
    the moment at which the first such invitation went out, or the first speaker was asked.
    """
    meeting, group = aliased(Meeting), aliased(Committee)
    here = or_(col(group.id) == col(Committee.id), col(group.parent_id) == col(Committee.id))
    opened_at = (
        sa_select(func.min(col(Invitation.sent_at)))
        .join(meeting, col(meeting.id) == col(Invitation.meeting_id))
        .join(group, col(group.id) == col(meeting.committee_id))
        .where(_is_open(meeting, now), here, col(Invitation.status).in_(LIVE))
        .correlate(Committee)
        .scalar_subquery()
    )
    asked = _asked_to_speak()
    asked_at = (
        sa_select(func.min(asked.c.at))
        .join(meeting, col(meeting.id) == asked.c.meeting_id)
        .join(group, col(group.id) == col(meeting.committee_id))
        .where(_is_to_come(meeting, now), here)
        .correlate(Committee)
        .scalar_subquery()
    )
    organized = exists().where(
        col(Grant.committee_id) == col(Committee.id),
        col(Grant.role) == Role.ORGANIZER,
        col(Grant.revoked_at).is_(None),
    )
    statement = sa_select(Committee, func.least(opened_at, asked_at)).where(organized)
    rows = await session.execute(statement.order_by(col(Committee.id)))
    return [(committee, opened) for committee, opened in rows if opened is not None]


async def calendars_on(
    session: AsyncSession, committees: Sequence[Committee], day: date
) -> dict[UUID, WorkingCalendar]:
    """By committee, which of the days around this one are worked."""
    stations = {each.duty_station for each in committees if each.duty_station is not None}
    holidays: dict[str, set[date]] = {station: set() for station in stations}
    around = (day - timedelta(days=1), day + timedelta(days=1))
    columns: list[Any] = [OfficialHoliday.duty_station, OfficialHoliday.day]
    statement = sa_select(*columns).where(
        col(OfficialHoliday.duty_station).in_(stations), col(OfficialHoliday.day).between(*around)
    )
    for station, held in await session.execute(statement) if stations else ():
        holidays[station].add(held)
    return {
        each.id: WorkingCalendar(
            frozenset(each.working_days), frozenset(holidays.get(each.duty_station or "", ()))
        )
        for each in committees
    }


async def last_run(session: AsyncSession, committee_id: UUID, before: date) -> datetime | None:
    """When the digest before that of this day went out."""
    statement = select(func.max(col(DigestRun.created_at))).where(
        col(DigestRun.committee_id) == committee_id, col(DigestRun.day) < before
    )
    return (await session.execute(statement)).scalar_one()


async def ran_on(session: AsyncSession, wanted: Mapping[UUID, date]) -> set[UUID]:
    """The committees whose digest of the day went out, or was found needless."""
    columns: list[Any] = [DigestRun.committee_id, DigestRun.day]
    statement = sa_select(*columns).where(col(DigestRun.committee_id).in_(wanted))
    statement = statement.where(col(DigestRun.day).in_(set(wanted.values())))
    rows = await session.execute(statement)
    return {committee_id for committee_id, day in rows if wanted[committee_id] == day}


async def claim_day(session: AsyncSession, committee_id: UUID, day: date) -> bool:
    """Let this be the one digest of the day; False where it is somebody else's."""
    run = DigestRun(committee_id=committee_id, day=day)
    statement = insert(DigestRun).values(run.model_dump()).on_conflict_do_nothing()
    return (await session.execute(statement.returning(col(DigestRun.id)))).first() is not None


async def figures(
    session: AsyncSession, committee_id: UUID, now: datetime, since: datetime
) -> list[Figures]:
    """How the answers stand where they are open, or came in since; soonest meeting first.

    Three statements, however many meetings and answers there are.
    """
    rows = (await session.execute(_figures(committee_id, now, since))).all()
    news = await _news(session, [row[0].id for row in rows], since)
    speakers = await _speakers(session, [row[0].id for row in rows], since)
    found = [
        Figures(
            meeting=row[0],
            answers=row[1] or {},
            waiting=row[2],
            bounced=row[3],
            delayed=row[4],
            unread=row[5],
            news=news.get(row[0].id, []),
            pending=row[6],
            speakers=speakers.get(row[0].id, []),
        )
        for row in rows
    ]
    return [each for each in found if _tells(each)]


def _tells(found: Figures) -> bool:
    waits = found.unanswered or found.unread or found.pending
    return bool(waits or found.news or found.speakers)


def readers(committee_id: UUID) -> Select[Any]:
    """The organizers' accounts that have an address and want digests of the committee."""
    return select(Account).where(may_read(col(Account.id), committee_id)).order_by(col(Account.id))


def may_read(account_id: Any, committee_id: Any) -> ColumnElement[bool]:
    """Whether an account organizes the committee and wants its digests; values or columns."""
    holder = aliased(Account)
    organizes = exists().where(
        col(holder.id) == account_id,
        col(holder.disabled_at).is_(None),
        col(holder.email).is_not(None),
        col(Grant.account_id) == col(holder.id),
        col(Grant.role) == Role.ORGANIZER,
        col(Grant.committee_id) == committee_id,
        col(Grant.revoked_at).is_(None),
    )
    declined = exists().where(
        col(DigestChoice.account_id) == account_id,
        col(DigestChoice.committee_id) == committee_id,
    )
    return and_(organizes, ~declined)


async def find_choice(
    session: AsyncSession, account_id: UUID, committee_id: UUID
) -> DigestChoice | None:
    statement = select(DigestChoice).where(
        col(DigestChoice.account_id) == account_id,
        col(DigestChoice.committee_id) == committee_id,
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def decline(session: AsyncSession, account_id: UUID, committee_id: UUID) -> bool:
    """False where it was so already."""
    choice = DigestChoice(account_id=account_id, committee_id=committee_id)
    statement = insert(DigestChoice).values(choice.model_dump()).on_conflict_do_nothing()
    return (await session.execute(statement.returning(col(DigestChoice.id)))).first() is not None


def _is_open(meeting: Any, now: datetime) -> ColumnElement[bool]:
    closes = func.coalesce(col(meeting.registration_closes_at), col(meeting.starts_at))
    return and_(col(meeting.status) == MeetingStatus.SCHEDULED, closes > now)


def _is_to_come(meeting: Any, now: datetime) -> ColumnElement[bool]:
    """Speakers answer after registration has closed as well."""
    return and_(col(meeting.status) == MeetingStatus.SCHEDULED, col(meeting.starts_at) > now)


def _figures(committee_id: UUID, now: datetime, since: datetime) -> Select[Any]:
    heard = _heard_of_speakers(since)
    speaks = exists().where(heard.c.meeting_id == col(Meeting.id))
    per_status = (
        sa_select(col(Invitation.status).label("status"), func.count().label("number"))
        .where(col(Invitation.meeting_id) == col(Meeting.id), col(Invitation.status).in_(LIVE))
        .group_by(col(Invitation.status))
        .correlate(Meeting)
        .subquery()
        .lateral()
    )
    answers = sa_select(func.json_object_agg(per_status.c.status, per_status.c.number))
    columns: list[Any] = [
        Meeting,
        answers.scalar_subquery(),
        _registrations(RegistrationStatus.WAITING),
        _mails(_MESSAGES, "bounced", "failed"),
        _mails(_MESSAGES, "delayed"),
        _mails(_INCOMING, "held", "filed"),
        _registrations(RegistrationStatus.PENDING),
    ]
    return (
        sa_select(*columns)
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .where(
            or_(col(Committee.id) == committee_id, col(Committee.parent_id) == committee_id),
            or_(_is_open(Meeting, now), and_(_is_to_come(Meeting, now), speaks)),
        )
        .order_by(col(Meeting.starts_at), col(Meeting.id))
        .limit(MOST_MEETINGS)
    )


def _registrations(status: RegistrationStatus) -> Any:
    count = sa_select(func.count()).where(
        col(Registration.meeting_id) == col(Meeting.id), col(Registration.status) == status
    )
    return count.correlate(Meeting).scalar_subquery()


def _mails(mails: TableClause, *states: str) -> Any:
    count = sa_select(func.count()).where(
        mails.c.meeting_id == col(Meeting.id), mails.c.state.in_(states)
    )
    return count.correlate(Meeting).scalar_subquery()


async def _news(
    session: AsyncSession, meetings: Collection[UUID], since: datetime
) -> dict[UUID, list[tuple[str, str]]]:
    columns: list[Any] = [Invitation.meeting_id, Entity.abbreviation, Invitation.status]
    statement = (
        sa_select(*columns)
        .join(Entity, col(Entity.id) == col(Invitation.entity_id))
        .where(
            col(Invitation.meeting_id).in_(meetings),
            col(Invitation.status).in_(set(LIVE) - {InvitationStatus.SENT}),
            col(Invitation.answered_at) > since,
        )
        .order_by(col(Entity.abbreviation))
    )
    found: dict[UUID, list[tuple[str, str]]] = {}
    for meeting_id, abbreviation, status in await session.execute(statement):
        found.setdefault(meeting_id, []).append((abbreviation, status.value))
    return {meeting_id: news[:MOST_ANSWERS] for meeting_id, news in found.items()}


async def _speakers(
    session: AsyncSession, meetings: Collection[UUID], since: datetime
) -> dict[UUID, list[tuple[str, dict[str, str], str]]]:
    heard = _heard_of_speakers(since)
    statement = sa_select(heard).where(heard.c.meeting_id.in_(meetings)).order_by(heard.c.at)
    found: dict[UUID, list[tuple[str, dict[str, str], str]]] = {}
    for meeting_id, what, title, name, _ in await session.execute(statement):
        found.setdefault(meeting_id, []).append((what, title, name))
    return {meeting_id: told[:MOST_ANSWERS] for meeting_id, told in found.items()}


def _heard_of_speakers(since: datetime) -> Any:
    """Who has confirmed, or was named, since: those who do not come are told of at once."""
    confirmed = col(Briefing.status) == BriefingStatus.CONFIRMED
    named = and_(col(Briefing.status) == BriefingStatus.NAMED, col(Briefing.named_at) > since)
    panellists: list[Any] = [
        col(Panel.meeting_id).label("meeting_id"),
        literal("panellist_confirmed", Text).label("what"),
        col(Panel.title).label("title"),
        col(Panellist.name).label("name"),
        col(Panellist.answered_at).label("at"),
    ]
    briefers: list[Any] = [
        col(Briefing.meeting_id),
        case((confirmed, "briefer_confirmed"), else_="briefer_named"),
        col(AgendaItem.title),
        col(Briefing.name),
        case((confirmed, col(Briefing.answered_at)), else_=col(Briefing.named_at)),
    ]
    return union_all(
        sa_select(*panellists)
        .join(Panel, col(Panel.id) == col(Panellist.panel_id))
        .where(
            col(Panellist.status) == PanellistStatus.CONFIRMED, col(Panellist.answered_at) > since
        ),
        sa_select(*briefers)
        .join(AgendaItem, col(AgendaItem.id) == col(Briefing.item_id))
        .where(or_(named, and_(confirmed, col(Briefing.answered_at) > since))),
    ).subquery("heard")


def _asked_to_speak() -> Any:
    """When somebody was asked, by meeting."""
    panellists: list[Any] = [
        col(Panel.meeting_id).label("meeting_id"),
        col(Panellist.invited_at).label("at"),
    ]
    briefings: list[Any] = [Briefing.meeting_id, Briefing.asked_at]
    return union_all(
        sa_select(*panellists).join(Panel, col(Panel.id) == col(Panellist.panel_id)),
        sa_select(*briefings),
    ).subquery("asked")
