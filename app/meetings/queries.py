"""Every select about meetings."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    ScalarSelect,
    Select,
    TableClause,
    Text,
    Uuid,
    and_,
    cast,
    column,
    exists,
    false,
    func,
    not_,
    or_,
    table,
    true,
)
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.committees.tables import Committee, Membership
from app.core.problems import NotFound
from app.entities.queries import by_ref
from app.holidays.tables import OfficialHoliday
from app.identity.lifecycle import LinkPurpose, Role
from app.identity.policy import Caller
from app.meetings.lifecycle import TO_COME, MeetingFormat, MeetingStatus
from app.meetings.readiness import Plan
from app.meetings.tables import ConferenceRoom, Meeting

_INVITATIONS = table(
    "invitations",
    column("id", Uuid),
    column("meeting_id", Uuid),
    column("entity_id", Uuid),
    column("sent_at", DateTime(timezone=True)),
    column("status", Text),
)
_REGISTRATIONS = table("registrations", column("meeting_id", Uuid), column("status", Text))
_CREDENTIALS = table("credentials", column("invitation_id", Uuid), column("status", Text))
_AGENDA_ITEMS = table(
    "agenda_items",
    column("id", Uuid),
    column("meeting_id", Uuid),
    column("kind", Text),
    column("working_group_id", Uuid),
    column("standing", Text),
)
_BRIEFINGS = table("briefings", column("item_id", Uuid), column("status", Text))
_AGENDA_VERSIONS = table("agenda_versions", column("meeting_id", Uuid))
"""These lie to the right of this domain: their columns are named here, nothing is imported."""


async def find_meeting(session: AsyncSession, ref: str | UUID) -> Meeting | None:
    """By id or handle, whoever asks."""
    return (await session.execute(select(Meeting).where(by_ref(Meeting, ref)))).scalar_one_or_none()


async def find_visible(
    session: AsyncSession, caller: Caller, ref: str | UUID
) -> tuple[Meeting, Committee] | None:
    """A meeting that the caller may know of, with its committee."""
    statement = _meetings().where(by_ref(Meeting, ref), visible_to(caller))
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1]) if row else None


async def visible_among(
    session: AsyncSession, caller: Caller, meetings: Collection[UUID]
) -> set[UUID]:
    """Which of the meetings the caller may know of."""
    statement = (
        sa_select(col(Meeting.id))
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .where(col(Meeting.id).in_(meetings), visible_to(caller))
    )
    return set((await session.execute(statement)).scalars())


async def lock_meetings_to_come(session: AsyncSession, now: datetime) -> Sequence[Meeting]:
    """Those that are neither over nor under way, by their start, locked."""
    awaited = (MeetingStatus.DRAFT, MeetingStatus.SCHEDULED, MeetingStatus.POSTPONED)
    statement = (
        select(Meeting)
        .where(col(Meeting.status).in_(awaited), col(Meeting.ends_at) > now)
        .order_by(col(Meeting.starts_at), col(Meeting.id))
        .with_for_update(key_share=True)
    )
    return (await session.execute(statement)).scalars().all()


async def lock_meeting(session: AsyncSession, meeting_id: UUID) -> Meeting:
    """The meeting as it is now, kept from changing until the end of the transaction.

    FOR NO KEY UPDATE: rows that refer to the meeting may still be added. Raises `NotFound` when
    the meeting was deleted meanwhile.
    """
    statement = (
        select(Meeting)
        .where(col(Meeting.id) == meeting_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    meeting = (await session.execute(statement)).scalar_one_or_none()
    if meeting is None:
        raise NotFound
    return meeting


async def lock_counted(
    session: AsyncSession, whose: ColumnElement[bool], now: datetime
) -> Sequence[Meeting]:
    """The meetings to come of these committees whose deadline is counted in working days and has
    not passed, locked in the order of their ids.
    """
    statement = (
        select(Meeting)
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .where(
            whose,
            col(Meeting.status).in_(TO_COME),
            col(Meeting.starts_at) > now,
            col(Meeting.registration_closes_at) > now,
            col(Meeting.registration_deadline)["working_days_before"].astext.is_not(None),
        )
        .order_by(col(Meeting.id))
        .with_for_update(key_share=True, of=Meeting)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalars().all()


async def find_room(session: AsyncSession, meeting_id: UUID) -> ConferenceRoom | None:
    return await session.get(ConferenceRoom, meeting_id, populate_existing=True)


async def next_number(session: AsyncSession, committee_id: UUID) -> int:
    """The number of the committee's next meeting; the committee's row is locked by the caller."""
    highest = select(func.max(col(Meeting.number))).where(col(Meeting.committee_id) == committee_id)
    return ((await session.execute(highest)).scalar_one() or 0) + 1


async def find_plan(session: AsyncSession, meeting: Meeting) -> Plan:
    """What the meeting consists of so far, for the rules of readiness."""
    here = col(ConferenceRoom.meeting_id) == meeting.id
    per_status = (
        sa_select(_INVITATIONS.c.status, func.count().label("number"))
        .where(_INVITATIONS.c.meeting_id == meeting.id)
        .group_by(_INVITATIONS.c.status)
        .subquery()
    )
    invitations = sa_select(func.json_object_agg(per_status.c.status, per_status.c.number))
    found = (
        await session.execute(
            sa_select(
                exists().where(here).label("has_room"),
                _count_below(_AGENDA_ITEMS, meeting.id).label("agenda_items"),
                _count_below(_AGENDA_VERSIONS, meeting.id).label("agenda_versions"),
                invitations.scalar_subquery().label("invitations"),
                _without_list(meeting).label("without_holidays"),
                _pending(meeting.id).label("pending"),
                _credentials(meeting).label("credentials"),
                _briefings(meeting.id).label("briefings"),
            )
        )
    ).one()
    return Plan(
        meeting_id=meeting.id,
        status=meeting.status,
        format=meeting.format,
        title=meeting.title,
        languages=meeting.languages,
        venue=meeting.venue,
        contacts=len(meeting.contacts),
        starts_at=meeting.starts_at,
        registration_closes_at=meeting.registration_closes_at,
        has_room=found.has_room,
        agenda_items=found.agenda_items,
        agenda_versions=found.agenda_versions,
        invitations=found.invitations or {},
        year=meeting.local_start.year,
        counts_working_days=(meeting.registration_deadline or {}).get("working_days_before")
        is not None,
        without_holidays=found.without_holidays,
        pending=found.pending,
        credentials=found.credentials or {},
        briefings=found.briefings or {},
    )


def _briefings(meeting_id: UUID) -> Any:
    item, status = _AGENDA_ITEMS.c, func.coalesce(_BRIEFINGS.c.status, "unasked")
    per_status = (
        sa_select(status.label("status"), func.count().label("number"))
        .select_from(_AGENDA_ITEMS.outerjoin(_BRIEFINGS, _BRIEFINGS.c.item_id == item.id))
        .where(
            item.meeting_id == meeting_id,
            item.kind == "briefing",
            item.standing == "standing",
            item.working_group_id.is_not(None),
        )
        .group_by(status)
        .subquery()
    )
    counts = sa_select(func.json_object_agg(per_status.c.status, per_status.c.number))
    return counts.scalar_subquery()


def _pending(meeting_id: UUID) -> Any:
    waiting = sa_select(func.count()).select_from(_REGISTRATIONS)
    mine = _REGISTRATIONS.c.meeting_id == meeting_id
    return waiting.where(mine, _REGISTRATIONS.c.status == "pending").scalar_subquery()


def _credentials(meeting: Meeting) -> Any:
    """Of those who have accepted, how many by state; none where no credentials are needed."""
    state = func.coalesce(_CREDENTIALS.c.status, "missing").label("state")
    each = (
        sa_select(state, func.count().label("number"))
        .select_from(
            _INVITATIONS.outerjoin(_CREDENTIALS, _CREDENTIALS.c.invitation_id == _INVITATIONS.c.id)
        )
        .where(
            _INVITATIONS.c.meeting_id == meeting.id,
            _INVITATIONS.c.status == "accepted",
            true() if meeting.needs_credentials else false(),
        )
        .group_by(state)
        .subquery()
    )
    return sa_select(func.json_object_agg(each.c.state, each.c.number)).scalar_subquery()


@dataclass(frozen=True, slots=True)
class MeetingFilter:
    """What a list of meetings is limited to."""

    committee: str | None = None
    status: MeetingStatus | None = None
    format: MeetingFormat | None = None
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    series: UUID | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.committee is not None:
            found.append(by_ref(Committee, self.committee))
        if self.status is not None:
            found.append(col(Meeting.status) == self.status)
        if self.format is not None:
            found.append(col(Meeting.format) == self.format)
        if self.starts_after is not None:
            found.append(col(Meeting.starts_at) > self.starts_after)
        if self.starts_before is not None:
            found.append(col(Meeting.starts_at) < self.starts_before)
        if self.series is not None:
            found.append(col(Meeting.series_id) == self.series)
        return found


def list_meetings(caller: Caller, wanted: MeetingFilter) -> Select[Any]:
    """The meetings that the caller may know of, each with its committee."""
    return _meetings().where(visible_to(caller), *wanted.conditions())


def list_public(wanted: MeetingFilter) -> Select[Any]:
    """The announced meetings that everybody may see, each with its committee."""
    return _meetings().where(col(Meeting.public), announced(), *wanted.conditions())


async def find_public(session: AsyncSession, ref: str | UUID) -> Meeting | None:
    statement = select(Meeting).where(by_ref(Meeting, ref), col(Meeting.public), announced())
    return (await session.execute(statement)).scalar_one_or_none()


async def find_public_with_committee(
    session: AsyncSession, ref: str | UUID
) -> tuple[Meeting, Committee] | None:
    statement = _meetings().where(by_ref(Meeting, ref), col(Meeting.public), announced())
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1]) if row else None


def announced() -> ColumnElement[bool]:
    """Neither a draft nor one that was cancelled as a draft.

    Cancelling raises the calendar's sequence of an announced meeting only, which tells these
    apart: what nobody was told of stays unknown.
    """
    unheard = and_(
        col(Meeting.status) == MeetingStatus.CANCELLED, col(Meeting.calendar_sequence) == 0
    )
    return and_(col(Meeting.status) != MeetingStatus.DRAFT, not_(unheard))


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """What the caller may know of, as a condition over `Meeting` joined with its `Committee`.

    Administrators, organizers and observers see drafts too. An entity sees announced meetings to
    which it was asked, or of committees that it belongs to on the day; the holder of a link only
    the meeting of the invitation that the link is for.
    """
    observed = caller.committees(Role.ORGANIZER, Role.OBSERVER)
    if caller.is_administrator or None in observed:
        return true()
    ways: list[ColumnElement[bool]] = []
    if observed:
        ways.append(_in_committees([c for c in observed if c is not None]))
    ways.extend(and_(announced(), way) for way in _ways_of_entities(caller))
    return or_(false(), *ways)


def _meetings() -> Select[Any]:
    columns: list[Any] = [Meeting, Committee]
    return sa_select(*columns).join(Committee, col(Committee.id) == col(Meeting.committee_id))


def _without_list(meeting: Meeting) -> ScalarSelect[str | None]:
    """The committee's duty station, where nobody has said its holidays of the meeting's year."""
    year = meeting.local_start.year
    listed = exists().where(
        col(OfficialHoliday.duty_station) == col(Committee.duty_station),
        col(OfficialHoliday.day).between(date(year, 1, 1), date(year, 12, 31)),
    )
    station = sa_select(col(Committee.duty_station))
    return station.where(col(Committee.id) == meeting.committee_id, ~listed).scalar_subquery()


def _count_below(child: TableClause, meeting_id: UUID) -> ScalarSelect[int]:
    count = sa_select(func.count()).select_from(child)
    return count.where(child.c.meeting_id == meeting_id).scalar_subquery()


def _ways_of_entities(caller: Caller) -> list[ColumnElement[bool]]:
    acts_for: dict[UUID | None, list[UUID]] = defaultdict(list)
    for right in caller.rights:
        if right.role is Role.FOCAL_POINT and right.entity_id is not None:
            acts_for[right.committee_id].append(right.entity_id)
    ways: list[ColumnElement[bool]] = []
    for committee_id, entities in acts_for.items():
        concerns = or_(_asked(_INVITATIONS.c.entity_id.in_(entities)), _belongs(entities))
        within = true() if committee_id is None else _in_committees([committee_id])
        ways.append(and_(within, concerns))
    if caller.link is not None and caller.link.purpose is LinkPurpose.ANSWER_INVITATION:
        ways.append(_asked(_INVITATIONS.c.id == caller.link.resource_id))
    return ways


def _in_committees(committees: list[UUID]) -> ColumnElement[bool]:
    """Rights in a committee reach its working groups."""
    return or_(col(Committee.id).in_(committees), col(Committee.parent_id).in_(committees))


def _asked(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """An invitation that was sent once; that it was withdrawn later is known to the entity."""
    return exists().where(
        _INVITATIONS.c.meeting_id == col(Meeting.id), _INVITATIONS.c.sent_at.is_not(None), which
    )


def _belongs(entities: list[UUID]) -> ColumnElement[bool]:
    day = cast(col(Meeting.local_start), Date)
    return exists().where(
        col(Membership.committee_id) == col(Meeting.committee_id),
        col(Membership.entity_id).in_(entities),
        col(Membership.since) <= day,
        or_(col(Membership.until).is_(None), col(Membership.until) > day),
    )
