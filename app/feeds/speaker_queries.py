"""Every select about what stands in the calendars of panellists and briefers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tables import AgendaItem
from app.briefings.tables import Briefing, NamedBriefer
from app.calendar.queries import latest_change
from app.committees.tables import Committee
from app.entities.tables import Person
from app.feeds.policy import FAREWELL, HISTORY, MOST
from app.feeds.tables import Feed
from app.mail.tables import Message
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting
from app.panels.lifecycle import PanellistStatus
from app.panels.tables import Panel, Panellist, Rehearsal


class PlaceRow(NamedTuple):
    """Somebody's place on a panel."""

    meeting: Meeting
    committee: Committee
    panel: Panel
    person: Panellist
    room: str | None
    rehearsal: Rehearsal | None
    changed: datetime | None


class BriefingRow(NamedTuple):
    """A briefing, and who is named for it."""

    meeting: Meeting
    committee: Committee
    briefing: Briefing
    item: AgendaItem
    named: NamedBriefer
    changed: datetime | None


async def find_place(session: AsyncSession, panellist_id: UUID) -> PlaceRow:
    statement = _places().where(col(Panellist.id) == panellist_id)
    return PlaceRow(*(await session.execute(statement)).one())


async def find_briefing(session: AsyncSession, briefing_id: UUID) -> BriefingRow | None:
    """None where nobody is named by an address."""
    statement = _briefings().where(col(Briefing.id) == briefing_id)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else BriefingRow(*row)


async def places_of(
    session: AsyncSession, person: Person, feed: Feed, now: datetime
) -> Sequence[PlaceRow]:
    """Where whoever made the feed has confirmed to speak."""
    statement = _places().where(
        col(Panellist.status) == PanellistStatus.CONFIRMED,
        _is_readers(col(Panellist.email), person, feed),
        _is_shown(now),
    )
    return [PlaceRow(*row) for row in await session.execute(_nearest(statement, now))]


async def briefings_of(
    session: AsyncSession, person: Person, feed: Feed, now: datetime
) -> Sequence[BriefingRow]:
    """What whoever made the feed briefs on."""
    statement = _briefings().where(
        col(NamedBriefer.has_entry),
        _is_readers(col(NamedBriefer.email), person, feed),
        _is_shown(now),
    )
    return [BriefingRow(*row) for row in await session.execute(_nearest(statement, now))]


def _places() -> Select[Any]:
    subjects = [col(Meeting.id), col(Panel.id), col(Panellist.id)]
    changed = latest_change(col(Meeting.id), subjects).scalar_subquery()
    columns: list[Any] = [Meeting, Committee, Panel, Panellist, AgendaItem.room, Rehearsal, changed]
    return (
        select(*columns)
        .select_from(Panellist)
        .join(Panel, col(Panel.id) == col(Panellist.panel_id))
        .join(AgendaItem, col(AgendaItem.id) == col(Panel.item_id))
        .join(Meeting, col(Meeting.id) == col(Panel.meeting_id))
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .outerjoin(Rehearsal, col(Rehearsal.panel_id) == col(Panel.id))
    )


def _briefings() -> Select[Any]:
    subjects = [col(Meeting.id), col(Briefing.id)]
    changed = latest_change(col(Meeting.id), subjects).scalar_subquery()
    columns: list[Any] = [Meeting, Committee, Briefing, AgendaItem, NamedBriefer, changed]
    same = and_(
        col(NamedBriefer.briefing_id) == col(Briefing.id),
        col(NamedBriefer.email) == col(Briefing.email),
    )
    return (
        select(*columns)
        .select_from(Briefing)
        .join(NamedBriefer, same)
        .join(AgendaItem, col(AgendaItem.id) == col(Briefing.item_id))
        .join(Meeting, col(Meeting.id) == col(Briefing.meeting_id))
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
    )


def _is_readers(address: Any, person: Person, feed: Feed) -> ColumnElement[bool]:
    """It is the person's address, and mails to it had gone out when the feed was made.

    A feed is made by the link of a mail. Whoever changes an address in a directory later must not
    show its holder what the reader of another mailbox does.
    """
    written = exists().where(
        col(Message.person_id) == person.id,
        func.lower(col(Message.recipient)) == address,
        col(Message.attempts) > 0,
        col(Message.created_at) <= feed.created_at,
    )
    return and_(address == person.email.lower(), written)


def _is_shown(now: datetime) -> ColumnElement[bool]:
    """Those of the last year and all to come; cancelled ones for a while."""
    changed = latest_change(col(Meeting.id), [col(Meeting.id)]).scalar_subquery()
    called_off = col(Meeting.status) == MeetingStatus.CANCELLED
    return and_(col(Meeting.ends_at) > now - HISTORY, or_(~called_off, changed > now - FAREWELL))


def _nearest(statement: Select[Any], now: datetime) -> Select[Any]:
    distance = func.abs(func.extract("epoch", col(Meeting.starts_at) - now))
    return statement.order_by(distance, col(Meeting.id)).limit(MOST)
