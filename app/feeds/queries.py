"""Every select about feeds and what they show: one statement for each kind of row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.calendar.queries import latest_agenda, latest_change
from app.committees.tables import Committee
from app.entities.tables import Entity, Person
from app.events.tables import LogEntry
from app.feeds.policy import FAREWELL, HISTORY, MOST
from app.feeds.tables import Feed
from app.identity.lifecycle import LinkPurpose
from app.identity.policy import Caller
from app.identity.tables import Link
from app.invitations.lifecycle import LIVE as LIVE_INVITATIONS
from app.invitations.tables import Invitation
from app.mail.queries import live_link
from app.meetings import queries as meetings
from app.meetings.lifecycle import MeetingStatus
from app.meetings.queries import MeetingFilter
from app.meetings.tables import Meeting
from app.registrations.lifecycle import LEFT as LEFT_REGISTRATIONS
from app.registrations.lifecycle import LIVE as LIVE_REGISTRATIONS
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration


@dataclass(frozen=True, slots=True)
class Delegation:
    """Names of an entity's people at one meeting, in the order in which they were registered."""

    registered: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


def list_feeds(entity_id: UUID) -> Select[Any]:
    statement: Select[Any] = select(Feed)
    return statement.where(col(Feed.entity_id) == entity_id)


async def find_feed(
    session: AsyncSession, entity_id: UUID, feed_id: UUID, *, lock: bool = False
) -> Feed | None:
    statement = list_feeds(entity_id).where(col(Feed.id) == feed_id)
    if lock:
        statement = statement.with_for_update()
    found: Feed | None = (await session.execute(statement)).scalar_one_or_none()
    return found


async def find_subject(
    session: AsyncSession, feed_id: UUID
) -> tuple[Feed, Entity, Person | None] | None:
    """A feed with whom it is about: who was merged is who they were merged into."""
    listed = aliased(Person)
    columns: list[Any] = [Feed, Entity, Person]
    statement: Select[Any] = (
        select(*columns)
        .join(Entity, col(Entity.id) == col(Feed.entity_id))
        .outerjoin(listed, col(listed.id) == col(Feed.person_id))
        .outerjoin(Person, col(Person.id) == func.coalesce(col(listed.merged_into), col(listed.id)))
        .where(col(Feed.id) == feed_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1], row[2]) if row else None


async def find_own(session: AsyncSession, person_id: UUID) -> Feed | None:
    statement = select(Feed).where(
        col(Feed.person_id) == person_id, col(Feed.own), col(Feed.revoked_at).is_(None)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def insert_own(session: AsyncSession, feed: Feed) -> Feed | None:
    """The feed as a row of the session; None where the person has one by now.

    Waits for whoever is making it, and leaves the transaction usable.
    """
    statement = insert(Feed).values(feed.model_dump())
    statement = statement.on_conflict_do_nothing(
        index_elements=["person_id"],
        index_where=and_(col(Feed.own), col(Feed.revoked_at).is_(None)),
    )
    return (await session.scalars(statement.returning(Feed))).one_or_none()


async def committee_of_invitation(session: AsyncSession, invitation_id: UUID) -> UUID | None:
    statement = (
        select(col(Meeting.committee_id))
        .join(Invitation, col(Invitation.meeting_id) == col(Meeting.id))
        .where(col(Invitation.id) == invitation_id)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def meetings_of_person(
    session: AsyncSession, person_id: UUID, committee_id: UUID | None, now: datetime
) -> Sequence[Row[Any]]:
    """Rows of (Meeting, Committee, Registration, personal link or None, last change, agenda)."""
    purpose = LinkPurpose.JOIN_MEETING
    personal = live_link(purpose, col(Registration.id), col(Registration.person_id))
    link = aliased(Link, personal.lateral())
    live = col(Registration.status).in_(LIVE_REGISTRATIONS)
    left = and_(
        col(Registration.status).in_(LEFT_REGISTRATIONS),
        func.coalesce(
            col(Registration.withdrawn_at),
            col(Registration.substituted_at),
            col(Registration.offer_ends_at),
        )
        > now - FAREWELL,
    )
    changed = latest_change(col(Meeting.id), [col(Meeting.id), col(Registration.id)])
    columns: list[Any] = [Meeting, Committee, Registration, link]
    statement: Select[Any] = (
        select(*columns)
        .select_from(Registration)
        .join(Meeting, col(Meeting.id) == col(Registration.meeting_id))
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .outerjoin(link, true())
        .where(
            col(Registration.person_id) == person_id,
            or_(and_(live, _still_shown(changed, now)), left),
            _within(committee_id),
        )
    )
    return await _nearest(session, statement, changed, now)


async def meetings_of_entity(
    session: AsyncSession, entity_id: UUID, committee_id: UUID | None, now: datetime
) -> Sequence[Row[Any]]:
    """Rows of (Meeting, Committee, last change, agenda): those that it is invited to.

    What changed of its delegation counts, for the entry shows it.
    """
    changed = select(func.max(col(LogEntry.recorded_at))).where(
        col(LogEntry.meeting_id) == col(Meeting.id),
        or_(col(LogEntry.subject_id) == col(Meeting.id), col(LogEntry.entity_id) == entity_id),
    )
    columns: list[Any] = [Meeting, Committee]
    statement: Select[Any] = (
        select(*columns)
        .select_from(Invitation)
        .join(Meeting, col(Meeting.id) == col(Invitation.meeting_id))
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .where(
            col(Invitation.entity_id) == entity_id,
            col(Invitation.status).in_(LIVE_INVITATIONS),
            col(Invitation.sent_at).is_not(None),
            _still_shown(changed, now),
            _within(committee_id),
        )
    )
    return await _nearest(session, statement, changed, now)


async def delegations(
    session: AsyncSession, entity_id: UUID, meeting_ids: Collection[UUID]
) -> Mapping[UUID, Delegation]:
    """Who of the entity is registered or waits, by meeting."""
    statement = (
        select(col(Registration.meeting_id), col(Registration.status), col(Person.name))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(
            col(Registration.entity_id) == entity_id,
            col(Registration.meeting_id).in_(meeting_ids),
            col(Registration.status).in_(LIVE_REGISTRATIONS),
        )
        .order_by(col(Registration.queue_number))
    )
    found: dict[UUID, Delegation] = {}
    for meeting_id, status, name in await session.execute(statement):
        delegation = found.setdefault(meeting_id, Delegation())
        waits = status is not RegistrationStatus.CONFIRMED
        (delegation.waiting if waits else delegation.registered).append(name)
    return found


async def meetings_of_committee(
    session: AsyncSession, committee_id: UUID, caller: Caller | None, now: datetime
) -> Sequence[Row[Any]]:
    """Rows of (Meeting, Committee, last change, agenda), of its working groups too.

    Those that the caller may know of; without a caller, those that everybody may.
    """
    changed = latest_change(col(Meeting.id), [col(Meeting.id)])
    everything = MeetingFilter()
    known = (
        meetings.list_public(everything)
        if caller is None
        else meetings.list_meetings(caller, everything)
    )
    statement = known.where(_within(committee_id), _still_shown(changed, now))
    return await _nearest(session, statement, changed, now)


async def has_public_meeting(session: AsyncSession, committee_id: UUID) -> bool:
    known = meetings.list_public(MeetingFilter()).where(_within(committee_id))
    return bool((await session.execute(select(exists(known.subquery().select())))).scalar_one())


def _within(committee_id: UUID | None) -> ColumnElement[bool]:
    if committee_id is None:
        return true()
    return or_(col(Committee.id) == committee_id, col(Committee.parent_id) == committee_id)


def _still_shown(changed: Select[Any], now: datetime) -> ColumnElement[bool]:
    """A cancelled meeting for a while: nothing of it changes any more, so its last change was
    the cancellation.
    """
    called_off = col(Meeting.status) == MeetingStatus.CANCELLED
    return or_(~called_off, changed.scalar_subquery() > now - FAREWELL)


async def _nearest(
    session: AsyncSession, statement: Select[Any], changed: Select[Any], now: datetime
) -> Sequence[Row[Any]]:
    """Those of the last year and all to come, no more than a feed holds, in the order of time."""
    distance = func.abs(func.extract("epoch", col(Meeting.starts_at) - now))
    statement = (
        statement.add_columns(
            changed.scalar_subquery(), latest_agenda(col(Meeting.id)).scalar_subquery()
        )
        .where(col(Meeting.ends_at) > now - HISTORY)
        .order_by(distance, col(Meeting.id))
        .limit(MOST)
    )
    rows = (await session.execute(statement)).all()
    return sorted(rows, key=lambda row: (row[0].starts_at, row[0].id))
