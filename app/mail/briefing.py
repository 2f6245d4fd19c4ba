"""Turns what happens to briefings into messages: to working groups, and to those named."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tables import AgendaItem
from app.briefings.lifecycle import BriefingStatus
from app.briefings.tables import Briefing
from app.core import clock
from app.core.ids import new_id
from app.events.tables import LogEntry
from app.identity.lifecycle import Role
from app.identity.tables import Account, Grant
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.many import store
from app.meetings.tables import Meeting


class Reader(NamedTuple):
    """Where a mail goes; without an account to whom the briefing names."""

    recipient: str
    account_id: UUID | None = None
    language: str | None = None


async def plan_asking(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """To the contact, or to everybody with an account who acts for the group alone."""
    await _plan_to_group(session, entry, MessageKind.BRIEFER_ASKED, domain)


async def plan_named(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """To who is named, where it is somebody else than before."""
    if entry.data.get("address"):
        await _plan_to_briefer(session, entry, domain)


async def plan_reminding(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """To whoever has to act now."""
    briefing = await session.get(Briefing, entry.subject_id)
    if briefing is not None and briefing.status is BriefingStatus.NAMED:
        await _plan_to_briefer(session, entry, domain)
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


async def _plan_to_briefer(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    briefing = await session.get(Briefing, entry.subject_id)
    if briefing is not None and briefing.email is not None:
        reader = Reader(briefing.email, language=briefing.language)
        await _store(session, entry, MessageKind.BRIEFER_NAMED, briefing, [reader], domain)


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
            "due_at": now,
            "attempts": 0,
        }
        for message_id, reader in zip(ids, readers, strict=True)
    ]
    await store(session, rows)
