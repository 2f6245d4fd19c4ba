"""Who has to be where: panellists and briefers on their items, in this meeting and in others."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, any_, cast, column, func, null, table, union_all
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.core.tables import Instant, TextList
from app.entities.tables import PersonAddress
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting
from app.panels.lifecycle import GONE, PanellistStatus
from app.panels.tables import Panel, Panellist, Rehearsal
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration

TIME_SETTLED = frozenset(MeetingStatus) - {
    MeetingStatus.DRAFT,
    MeetingStatus.POSTPONED,
    MeetingStatus.CANCELLED,
}
"""Meetings that keep people busy."""

_BRIEFINGS = table(
    "briefings",
    column("id", Uuid),
    column("meeting_id", Uuid),
    column("item_id", Uuid),
    column("status", Text),
    column("name", Text),
    column("email", Text),
    column("timezone", Text),
)
"""Briefings lie to the right of this domain: their columns are named here, nothing is imported."""


class Seat(NamedTuple):
    """Somebody on an item who is not gone; `key` is the same wherever the person is."""

    key: str
    panel_id: UUID | None
    panellist_id: UUID | None
    briefing_id: UUID | None
    name: str
    timezone: str
    item_id: UUID
    status: str
    rehearses_at: datetime | None
    """When the panel's rehearsal begins, if it has one."""
    rehearses_until: datetime | None
    meeting: Meeting

    @property
    def confirmed(self) -> bool:
        return self.status == PanellistStatus.CONFIRMED.value


class Elsewhere(NamedTuple):
    """A confirmed registration of somebody at another meeting."""

    key: str
    meeting: Meeting


async def seats_of(session: AsyncSession, meeting: Meeting) -> list[Seat]:
    """Everybody on the panels and briefings of a meeting who has not declined or withdrawn."""
    seated = _seated()
    statement = _placed(seated).where(seated.c.meeting_id == meeting.id)
    return [_seat(row, meeting) for row in (await session.execute(statement)).all()]


async def seats_elsewhere(
    session: AsyncSession, meeting_id: UUID, keys: Collection[str]
) -> list[Seat]:
    """The same people in other announced meetings, in two statements: a meeting of many seats is
    read once.
    """
    if not keys:
        return []
    seated = _seated()
    statement = (
        _placed(seated)
        .join(Meeting, col(Meeting.id) == seated.c.meeting_id)
        .where(
            seated.c.meeting_id != meeting_id,
            col(Meeting.status).in_(TIME_SETTLED),
            seated.c.key == any_(cast(list(keys), TextList)),
        )
    )
    rows = (await session.execute(statement)).all()
    meetings = await _meetings(session, {row[0] for row in rows})
    return [_seat(row, meetings[row[0]]) for row in rows]


async def registered_elsewhere(
    session: AsyncSession,
    meeting_id: UUID,
    keys: Collection[str],
    between: tuple[datetime, datetime],
) -> list[Elsewhere]:
    """Other announced meetings at which people with these addresses have a place at that time."""
    if not keys:
        return []
    starts_at, ends_at = between
    columns: list[Any] = [PersonAddress.address, Meeting]
    statement = (
        sa_select(*columns)
        .join(Registration, col(Registration.person_id) == col(PersonAddress.person_id))
        .join(Meeting, col(Meeting.id) == col(Registration.meeting_id))
        .where(
            col(PersonAddress.address) == any_(cast(list(keys), TextList)),
            col(Registration.status) == RegistrationStatus.CONFIRMED,
            col(Meeting.id) != meeting_id,
            col(Meeting.status).in_(TIME_SETTLED),
            col(Meeting.starts_at) < ends_at,
            col(Meeting.ends_at) > starts_at,
        )
        .order_by(col(Meeting.starts_at), col(Meeting.id), col(PersonAddress.address))
        .distinct()
    )
    return [Elsewhere(*row) for row in (await session.execute(statement)).all()]


@cache
def _seated() -> Any:
    """Panellists and briefers alike; a briefing that is asked for has nobody yet."""
    panellists: list[Any] = [
        _key(col(Panellist.email), col(Panellist.name)).label("key"),
        col(Panel.id).label("panel_id"),
        col(Panellist.id).label("panellist_id"),
        null().cast(Uuid).label("briefing_id"),
        col(Panellist.name).label("name"),
        col(Panellist.timezone).label("timezone"),
        col(Panel.item_id).label("item_id"),
        col(Panel.meeting_id).label("meeting_id"),
        cast(col(Panellist.status), Text).label("status"),
        col(Rehearsal.starts_at).label("rehearses_at"),
        col(Rehearsal.ends_at).label("rehearses_until"),
    ]
    briefing = _BRIEFINGS.c
    briefers: list[Any] = [
        _key(briefing.email, briefing.name),
        null().cast(Uuid),
        null().cast(Uuid),
        briefing.id,
        briefing.name,
        briefing.timezone,
        briefing.item_id,
        briefing.meeting_id,
        briefing.status,
        null().cast(Instant),
        null().cast(Instant),
    ]
    return union_all(
        sa_select(*panellists)
        .join(Panel, col(Panel.id) == col(Panellist.panel_id))
        .outerjoin(Rehearsal, col(Rehearsal.panel_id) == col(Panel.id))
        .where(col(Panellist.status).not_in(GONE)),
        sa_select(*briefers).where(briefing.status.in_(["named", "confirmed"])),
    ).subquery()


def _placed(seated: Any) -> Select[Any]:
    """The id of the meeting, then what a `Seat` has before it."""
    seat = seated.c
    order = func.coalesce(seat.panellist_id, seat.briefing_id)
    columns: list[Any] = [
        *(seat.meeting_id, seat.key, seat.panel_id, seat.panellist_id, seat.briefing_id, seat.name),
        *(seat.timezone, seat.item_id, seat.status, seat.rehearses_at, seat.rehearses_until),
    ]
    return sa_select(*columns).order_by(order)


def _key(email: Any, name: Any) -> Any:
    """Who somebody is: their address, else their name whatever its letter case.

    The database makes both sides of every comparison, as its idea of letter case is its own.
    """
    return func.coalesce(email, func.lower(name))


def _seat(row: Sequence[Any], meeting: Meeting) -> Seat:
    return Seat._make([*row[1:], meeting])


async def _meetings(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Meeting]:
    if not ids:
        return {}
    found = (await session.execute(select(Meeting).where(col(Meeting.id).in_(ids)))).scalars()
    return {meeting.id: meeting for meeting in found}
