"""Turns what happens to briefings into messages: to working groups, and to those named."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tables import AgendaItem
from app.briefings import entries as calendar_entries
from app.briefings.lifecycle import COMING, BriefingStatus
from app.briefings.queries import briefings_of, with_entries
from app.briefings.tables import Briefing, NamedBriefer
from app.core import clock
from app.core.ids import new_id
from app.events.tables import LogEntry
from app.identity.lifecycle import Role
from app.identity.tables import Account, Grant
from app.mail import queries
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.many import store
from app.mail.merging import WINDOWED
from app.mail.speaking import SEATS, shown_in_slots
from app.meetings.tables import Meeting


class Reader(NamedTuple):
    """Where a mail goes; without an account to whom the briefing names."""

    recipient: str
    account_id: UUID | None = None
    language: str | None = None


class About(NamedTuple):
    """The briefing, which may be gone."""

    meeting_id: UUID
    briefing_id: UUID

    @classmethod
    def of(cls, briefing: Briefing) -> Self:
        return cls(briefing.meeting_id, briefing.id)

    @classmethod
    def of_named(cls, named: NamedBriefer) -> Self:
        return cls(named.meeting_id, named.briefing_id)


Listener = Callable[[AsyncSession, LogEntry, str], Awaitable[None]]


async def follow(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Plan what the fact means to those who brief; `domain` ends the Message-IDs."""
    if (listener := LISTENERS.get(entry.name)) is not None:
        await listener(session, entry, domain)


async def _asked(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """To the contact, or to everybody with an account who acts for the group alone."""
    await _plan_to_group(session, entry, MessageKind.BRIEFER_ASKED, domain)


async def _named(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """To who is named, where it is somebody else than before, and to who was."""
    if entry.data.get("address"):
        await _plan_to_briefer(session, entry, MessageKind.BRIEFER_NAMED, domain)
    await _tell_left(session, entry, MessageKind.BRIEFER_WITHDRAWN, domain)


async def _confirmed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Who has got a seat in the same moment has the slot no longer."""
    await _plan_to_briefer(session, entry, MessageKind.BRIEFER_CONFIRMED, domain)
    await _seats_changed(session, entry, domain)


async def _declined(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Whoever has said so by the link of their own mail knows it; an entry goes in any case."""
    if entry.data.get("had_entry") or not entry.data.get("by_briefer"):
        await _tell_left(session, entry, MessageKind.BRIEFER_WITHDRAWN, domain)


async def _entry_dropped(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    await _tell_left(session, entry, MessageKind.BRIEFER_ENTRY_DROPPED, domain)


async def _seats_changed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    if entry.meeting_id is not None:
        await calendar_entries.settle(session, entry.meeting_id)


async def _meeting_changed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Slots say what the meeting is called, and where it is."""
    if not shown_in_slots(entry):
        return
    known = await with_entries(session, entry.subject_id)
    for briefing in (await briefings_of(session, entry.subject_id)).values():
        if briefing.id in known:
            await _tell(session, entry, MessageKind.BRIEFER_CHANGED, briefing, domain)


async def _tell_left(
    session: AsyncSession, entry: LogEntry, kind: MessageKind, domain: str
) -> None:
    """To who is named no more, or has the slot in the calendar no more."""
    named_id = entry.data.get("left_id") or entry.data.get("named_id")
    named = await session.get(NamedBriefer, UUID(named_id)) if named_id else None
    if named is None or named.email is None:
        return
    reader, about = Reader(named.email, language=named.language), About.of_named(named)
    data = {"had_entry": entry.data.get("had_entry", True)}
    await _store(session, entry, kind, about, [reader], domain, data)


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
    await _store(session, entry, kind, About.of(briefing), readers, domain)


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
        await _store(session, entry, kind, About.of(briefing), [reader], domain)


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
    about: About,
    readers: Sequence[Reader],
    domain: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    meeting = await session.get_one(Meeting, about.meeting_id)
    now = clock.now()
    due_at = await _due(session, kind, about, now)
    ids = [new_id() for _ in readers]
    rows: list[dict[str, Any]] = [
        {
            "id": message_id,
            "created_at": now,
            "event_id": entry.id,
            "kind": kind,
            "meeting_id": meeting.id,
            "briefing_id": about.briefing_id,
            "account_id": reader.account_id,
            "recipient": reader.recipient,
            "language": reader.language or meeting.languages[0],
            "message_id": f"<{message_id}@{domain}>",
            "state": MessageState.PLANNED,
            "data": dict(data or {}),
            "due_at": due_at,
            "attempts": 0,
        }
        for message_id, reader in zip(ids, readers, strict=True)
    ]
    await store(session, rows)


async def _due(session: AsyncSession, kind: MessageKind, about: About, now: datetime) -> datetime:
    """At once, or with what waits for the briefer already."""
    if kind not in WINDOWED:
        return now
    waiting = await queries.waiting_until(session, about.meeting_id, WINDOWED, now)
    if (known := waiting.get(about.briefing_id)) is not None:
        return known
    return now + await queries.notice_window(session, about.meeting_id)


LISTENERS: Mapping[str, Listener] = {
    "briefing.asked": _asked,
    "briefing.named": _named,
    "briefing.confirmed": _confirmed,
    "briefing.declined": _declined,
    "briefing.reminded": _reminded,
    "briefing.retimed": _retimed,
    "briefing.entry_dropped": _entry_dropped,
    "briefing.entry_given": _retimed,
    "meeting.changed": _meeting_changed,
    "meeting.postponed": _postponed,
    "meeting.cancelled": _cancelled,
    **dict.fromkeys(SEATS, _seats_changed),
}
