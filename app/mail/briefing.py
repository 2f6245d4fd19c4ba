"""Turns what happens to briefings into messages: to working groups, and to those named."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tables import AgendaItem
from app.briefings.lifecycle import COMING, BriefingStatus
from app.briefings.queries import briefings_of
from app.briefings.tables import Briefing
from app.core import clock
from app.core.ids import new_id
from app.events.tables import LogEntry
from app.identity.lifecycle import Role
from app.identity.tables import Account, Grant
from app.mail import queries
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.many import store
from app.mail.merging import WINDOWED
from app.meetings.tables import Meeting


class Reader(NamedTuple):
    """Where a mail goes; without an account to whom the briefing names."""

    recipient: str
    account_id: UUID | None = None
    language: str | None = None


Listener = Callable[[AsyncSession, LogEntry, str], Awaitable[None]]


async def follow(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Plan what the fact means to those who brief; `domain` ends the Message-IDs."""
    if (listener := LISTENERS.get(entry.name)) is not None:
        await listener(session, entry, domain)


async def _asked(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """To the contact, or to everybody with an account who acts for the group alone."""
    await _plan_to_group(session, entry, MessageKind.BRIEFER_ASKED, domain)


async def _named(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """To who is named, where it is somebody else than before."""
    if entry.data.get("address"):
        await _plan_to_briefer(session, entry, MessageKind.BRIEFER_NAMED, domain)


async def _reminded(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """To whoever has to act now."""
    briefing = await session.get(Briefing, entry.subject_id)
    if briefing is not None and briefing.status is BriefingStatus.NAMED:
        await _plan_to_briefer(session, entry, MessageKind.BRIEFER_NAMED, domain)
    elif briefing is not None:
        await _plan_to_group(session, entry, MessageKind.BRIEFER_REMINDER, domain)


async def _plan_to_group(
    session: AsyncSession, entry: LogEntry, kind: MessageKind, domain: str
) -> None:
    briefing = await session.get(Briefing, entry.subject_id)
    if briefing is None:
        return
    if briefing.contact_email is not None:
        readers = [Reader(briefing.contact_email, language=briefing.contact_language)]
    else:
        found = await session.execute(_acting_for_group(briefing.item_id))
        readers = [Reader(email, account_id) for account_id, email in found.all()]
    await _store(session, entry, kind, briefing, readers, domain)


async def _retimed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    await _plan_to_briefer(session, entry, MessageKind.BRIEFER_CHANGED, domain)


async def _cancelled(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    await _plan_to_all(session, entry, MessageKind.MEETING_CANCELLED, domain)


async def _postponed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    await _plan_to_all(session, entry, MessageKind.MEETING_POSTPONED, domain)


async def _plan_to_all(
    session: AsyncSession, entry: LogEntry, kind: MessageKind, domain: str
) -> None:
    """To everybody who is named or comes to the meeting."""
    for briefing in (await briefings_of(session, entry.subject_id)).values():
        await _tell(session, entry, kind, briefing, domain)


async def _plan_to_briefer(
    session: AsyncSession, entry: LogEntry, kind: MessageKind, domain: str
) -> None:
    briefing = await session.get(Briefing, entry.subject_id)
    if briefing is not None:
        await _tell(session, entry, kind, briefing, domain)


async def _tell(
    session: AsyncSession, entry: LogEntry, kind: MessageKind, briefing: Briefing, domain: str
) -> None:
    if briefing.email is not None and briefing.status in COMING:
        reader = Reader(briefing.email, language=briefing.language)
        await _store(session, entry, kind, briefing, [reader], domain)


def _acting_for_group(item_id: UUID) -> Select[Any]:
    """Accounts that organize the group of an item, or are focal points for it alone."""
    columns: list[Any] = [Account.id, Account.email]
    grants = exists().where(
        col(Grant.account_id) == col(Account.id),
        col(Grant.revoked_at).is_(None),
        col(Grant.role).in_([Role.ORGANIZER, Role.FOCAL_POINT]),
        col(Grant.committee_id) == col(AgendaItem.working_group_id),
    )
    return (
        select(*columns)
        .select_from(Account)
        .join(AgendaItem, col(AgendaItem.id) == item_id)
        .where(col(Account.email).is_not(None), col(Account.disabled_at).is_(None), grants)
        .order_by(col(Account.id))
    )


async def _store(
    session: AsyncSession,
    entry: LogEntry,
    kind: MessageKind,
    briefing: Briefing,
    readers: Sequence[Reader],
    domain: str,
) -> None:
    meeting = await session.get_one(Meeting, briefing.meeting_id)
    now = clock.now()
    due_at = await _due(session, kind, briefing, now)
    ids = [new_id() for _ in readers]
    rows: list[dict[str, Any]] = [
        {
            "id": message_id,
            "created_at": now,
            "event_id": entry.id,
            "kind": kind,
            "meeting_id": meeting.id,
            "briefing_id": briefing.id,
            "account_id": reader.account_id,
            "recipient": reader.recipient,
            "language": reader.language or meeting.languages[0],
            "message_id": f"<{message_id}@{domain}>",
            "state": MessageState.PLANNED,
            "data": {},
            "due_at": due_at,
            "attempts": 0,
        }
        for message_id, reader in zip(ids, readers, strict=True)
    ]
    await store(session, rows)


async def _due(
    session: AsyncSession, kind: MessageKind, briefing: Briefing, now: datetime
) -> datetime:
    """At once, or with what waits for the briefer already."""
    if kind not in WINDOWED:
        return now
    waiting = await queries.waiting_until(session, briefing.meeting_id, WINDOWED, now)
    if (known := waiting.get(briefing.id)) is not None:
        return known
    return now + await queries.notice_window(session, briefing.meeting_id)


LISTENERS: Mapping[str, Listener] = {
    "briefing.asked": _asked,
    "briefing.named": _named,
    "briefing.reminded": _reminded,
    "briefing.retimed": _retimed,
    "meeting.postponed": _postponed,
    "meeting.cancelled": _cancelled,
}
