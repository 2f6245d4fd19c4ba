"""Plans mails to panellists, each with a link to their page where it is of use."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.core import clock
from app.core.ids import new_id
from app.events.tables import LogEntry
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.identity.tables import Link
from app.mail import places, queries
from app.mail.letters import LINKS
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.many import ONCE
from app.mail.merging import WINDOWED
from app.mail.places import Asked
from app.mail.policy import join_link_expires_at
from app.mail.tables import Message
from app.meetings.lifecycle import MeetingStatus
from app.panels import entries as calendar_entries
from app.panels.lifecycle import PanellistStatus
from app.reminders.policy import PAUSE

RENEWAL_PAUSE = timedelta(minutes=1)
_BY_THEMSELVES = "panellist"
_SHOWN = frozenset({"title", "format", "venue"})
_TOLD_MEMBERS = frozenset({"role", "minutes"})
"""Of a panellist: they hear when somebody else changes these."""
Listener = Callable[[AsyncSession, LogEntry, str], Awaitable[None]]


async def plan(
    session: AsyncSession,
    entry: LogEntry,
    kind: MessageKind,
    people: Sequence[Asked],
    domain: str,
    *,
    data: Mapping[str, Any] | None = None,
    recipient: str | None = None,
    at_once: bool = False,
) -> None:
    """A message for each who has none of this kind because of this entry, and the link with it."""
    if not people:
        return
    now = clock.now()
    due = {} if at_once else await _due(session, kind, people, now)
    rows = [
        _row(entry, kind, each, domain, now, recipient)
        | {"due_at": due.get(each.person.id, now), "data": dict(data or {})}
        for each in people
    ]
    statement = insert(Message).on_conflict_do_nothing(index_elements=ONCE)
    added = await session.execute(statement.returning(col(Message.panellist_id)), rows)
    planned = set(added.scalars())
    if LINKS.get(kind) is LinkPurpose.SPEAK_ON_PANEL and kind is not MessageKind.PANEL_LINK_CODE:
        for each in people:
            if each.person.id in planned:
                link_to_page(session, each)


def link_to_page(session: AsyncSession, asked: Asked) -> Link:
    """A fresh link for one mail."""
    expires_at = join_link_expires_at(asked.meeting.ends_at)
    purpose = LinkPurpose.SPEAK_ON_PANEL
    return identity.create_link(session, purpose, asked.person.id, None, expires_at)


async def follow(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """What panellists hear of a fact, if anything."""
    if (listener := LISTENERS.get(entry.name)) is not None:
        await listener(session, entry, domain)


async def remind(
    session: AsyncSession,
    entry: LogEntry,
    kind: MessageKind,
    panellists: Select[Any],
    before: datetime,
    domain: str,
) -> None:
    """Whoever is among these still, and was not asked just now."""
    ids = (await session.execute(panellists)).scalars().all()
    found = [await places.find_asked(session, each) for each in ids]
    lately = before - PAUSE
    people = [
        each
        for each in found
        if each is not None and (each.person.invited_at is None or each.person.invited_at <= lately)
    ]
    await plan(session, entry, kind, people, domain)


async def _invited(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    await _tell_one(session, entry, MessageKind.PANEL_INVITATION, domain)


async def _confirmed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """The slot, and the rehearsal if there is one: calendar programs take one entry a mail."""
    await _tell_one(session, entry, MessageKind.PANEL_CONFIRMED, domain)
    asked = await places.find_asked(session, entry.subject_id)
    if asked is not None:
        await _tell_rehearsal(session, entry, [asked], domain, at_once=True)


async def _withdrawn(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    await _tell_one(session, entry, MessageKind.PANEL_WITHDRAWN, domain, {"was": _was(entry)})
    asked = await places.find_asked(session, entry.subject_id)
    if asked is not None and (data := _times_of_rehearsal(asked)):
        kind = MessageKind.PANEL_REHEARSAL_OFF
        await plan(session, entry, kind, [asked], domain, data=data)


async def _rehearsal_changed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """To those who come with its entry, to the others who were asked as any other change."""
    people = await places.asked_on_panel(session, entry.subject_id)
    await _tell_rehearsal(session, entry, people, domain)
    asked = [each for each in people if not each.comes]
    await plan(session, entry, MessageKind.PANEL_CHANGED, asked, domain)


async def _rehearsal_removed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    people = await places.asked_on_panel(session, entry.subject_id)
    coming = [each for each in people if each.comes]
    data: dict[str, Any] = {
        name: entry.data[name] for name in ("starts_at", "ends_at") if name in entry.data
    }
    kind = MessageKind.PANEL_REHEARSAL_OFF
    await plan(session, entry, kind, coming, domain, data=data)
    asked = [each for each in people if not each.comes]
    await plan(session, entry, MessageKind.PANEL_CHANGED, asked, domain)


def _times_of_rehearsal(asked: Asked) -> dict[str, Any]:
    """For a mail that it is off, before which it may go altogether; nothing without one."""
    held = asked.rehearsal
    if held is None:
        return {}
    return {"starts_at": held.starts_at.isoformat(), "ends_at": held.ends_at.isoformat()}


async def _tell_rehearsal(
    session: AsyncSession,
    entry: LogEntry,
    people: Sequence[Asked],
    domain: str,
    *,
    at_once: bool = False,
) -> None:
    """Its entry to those who come, unless it is over."""
    now = clock.now()
    told = [
        each for each in people if each.comes and each.rehearsal and each.rehearsal.ends_at > now
    ]
    await plan(session, entry, MessageKind.PANEL_REHEARSAL, told, domain, at_once=at_once)


async def _asked_again(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """The same mail as at first, by how far they are."""
    asked = await places.find_asked(session, entry.subject_id)
    if asked is not None:
        kind = _FIRST_MAILS.get(asked.person.status)
        if kind is not None:
            await plan(session, entry, kind, [asked], domain)
        await _tell_rehearsal(session, entry, [asked], domain, at_once=True)


async def _readdressed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """The old address hears that no more comes, the new one, if there is one, gets everything."""
    old = await queries.address_of_place(session, entry.subject_id)
    asked = await places.find_anybody(session, entry.subject_id)
    if asked is None:
        return
    await _asked_again(session, entry, domain)
    if old is not None and old != asked.person.email:
        kind = MessageKind.PANEL_READDRESSED
        await plan(session, entry, kind, [asked], domain, recipient=old)
        if asked.comes and (times := _times_of_rehearsal(asked)):
            kind, data = MessageKind.PANEL_REHEARSAL_OFF, {queries.LEFT_ADDRESS: True, **times}
            await plan(session, entry, kind, [asked], domain, data=data, recipient=old)


async def _entry_dropped(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    await _tell_one(session, entry, MessageKind.PANEL_ENTRY_DROPPED, domain)


async def _entry_given(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    await _tell_one(session, entry, MessageKind.PANEL_CHANGED, domain)


async def _panellist_changed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Only of what others changed, and that concerns them."""
    if entry.actor_kind != _BY_THEMSELVES and _TOLD_MEMBERS & set(entry.data["members"]):
        asked = await places.find_asked(session, entry.subject_id)
        if asked is not None and asked.person.status in _FIRST_MAILS:
            await plan(session, entry, MessageKind.PANEL_CHANGED, [asked], domain)


async def _panel_changed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    if "title" in entry.data["changes"]:
        await _tell_panel(session, entry, domain)
        people = await places.asked_on_panel(session, entry.subject_id)
        await _tell_rehearsal(session, entry, people, domain)


async def _tell_panel(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    people = await places.asked_on_panel(session, entry.subject_id)
    await plan(session, entry, MessageKind.PANEL_CHANGED, people, domain)


async def _rescheduled(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Their panels tell of other times; links end with the meeting."""
    people = await places.asked_for_meeting(session, entry.subject_id)
    if people:
        expires_at = join_link_expires_at(people[0].meeting.ends_at)
        await identity.move_links(session, [each.person.id for each in people], expires_at)
    if entry.data.get("before") == MeetingStatus.POSTPONED.value:
        await _tell_rehearsal(session, entry, people, domain)


async def _postponed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Rehearsals become tentative too: they have times of their own, which need not hold."""
    people = await places.asked_for_meeting(session, entry.subject_id)
    await plan(session, entry, MessageKind.MEETING_POSTPONED, people, domain)
    await _tell_rehearsal(session, entry, people, domain)


async def _cancelled(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    people = await places.asked_for_meeting(session, entry.subject_id)
    await plan(session, entry, MessageKind.MEETING_CANCELLED, people, domain)
    rehearsing = [each for each in people if each.comes and each.rehearsal is not None]
    await plan(session, entry, MessageKind.PANEL_REHEARSAL_OFF, rehearsing, domain)


async def _meeting_changed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Slots and rehearsals say what the meeting is called, and slots where it is; whoever has a
    seat hears that of the meeting.
    """
    if not shown_in_slots(entry):
        return
    people = await places.asked_for_meeting(session, entry.subject_id)
    shown = [each for each in people if each.comes and each.person.has_entry]
    await plan(session, entry, MessageKind.PANEL_CHANGED, shown, domain)
    await _tell_rehearsal(session, entry, people, domain)


def shown_in_slots(entry: LogEntry) -> bool:
    """Of a change of a meeting: whether entries of slots show it, and it was not made silently."""
    told = entry.data.get("calendar_sequence") is not None and not entry.data.get("silent")
    return told and bool(_SHOWN & set(entry.data.get("changes", {})))


async def _seats_changed(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    if entry.meeting_id is not None:
        await calendar_entries.settle(session, entry.meeting_id)


async def link_renewal_asked(
    session: AsyncSession, entry: LogEntry, link: Link, domain: str
) -> None:
    """To the address of now: a link dies where that becomes another one."""
    since = clock.now() - RENEWAL_PAUSE
    asked = await places.find_asked(session, link.resource_id)
    if asked is None or await queries.page_renewed_since(session, asked.person.id, since):
        return
    await plan(session, entry, MessageKind.PANEL_LINK_RENEWED, [asked], domain)


async def link_code_asked(session: AsyncSession, entry: LogEntry, link: Link, domain: str) -> None:
    """The code itself is made when it is sent."""
    asked = await places.find_asked(session, link.resource_id)
    if asked is not None:
        data = {"link_id": str(link.id), "code_asked_at": entry.data["asked_at"]}
        await plan(session, entry, MessageKind.PANEL_LINK_CODE, [asked], domain, data=data)


async def _tell_one(
    session: AsyncSession,
    entry: LogEntry,
    kind: MessageKind,
    domain: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    asked = await places.find_asked(session, entry.subject_id)
    if asked is not None:
        await plan(session, entry, kind, [asked], domain, data=data)


async def _due(
    session: AsyncSession, kind: MessageKind, people: Sequence[Asked], now: datetime
) -> dict[UUID, datetime]:
    """With what waits for them about this meeting; nothing is said of those that go at once."""
    if kind not in WINDOWED:
        return {}
    meeting_id = people[0].meeting.id
    waiting = await queries.waiting_until(session, meeting_id, WINDOWED, now)
    usual = now + await queries.notice_window(session, meeting_id)
    return {each.person.id: waiting.get(each.person.id, usual) for each in people}


def _row(
    entry: LogEntry,
    kind: MessageKind,
    asked: Asked,
    domain: str,
    now: datetime,
    recipient: str | None,
) -> dict[str, Any]:
    message_id = new_id()
    return {
        "id": message_id,
        "created_at": now,
        "event_id": entry.id,
        "kind": kind,
        "meeting_id": asked.meeting.id,
        "panellist_id": asked.person.id,
        "recipient": recipient or asked.person.email,
        "language": asked.language,
        "message_id": f"<{message_id}@{domain}>",
        "state": MessageState.PLANNED,
        "attempts": 0,
    }


def _was(entry: LogEntry) -> str:
    return str(entry.data["before"])


_FIRST_MAILS = {
    PanellistStatus.INVITED: MessageKind.PANEL_INVITATION,
    PanellistStatus.CONFIRMED: MessageKind.PANEL_CONFIRMED,
}
SEATS = (
    "registration.confirmed",
    "registration.promoted",
    "registration.offer_accepted",
    "registration.withdrawn",
    "registration.substituted",
    "registration.unseated",
    "registration.readdressed",
)
LISTENERS: Mapping[str, Listener] = {
    "panellist.invited": _invited,
    "panellist.confirmed": _confirmed,
    "panellist.withdrawn": _withdrawn,
    "panellist.asked_again": _asked_again,
    "panellist.readdressed": _readdressed,
    "panellist.entry_dropped": _entry_dropped,
    "panellist.entry_given": _entry_given,
    "panellist.changed": _panellist_changed,
    "panel.changed": _panel_changed,
    "panel.retimed": _tell_panel,
    "rehearsal.changed": _rehearsal_changed,
    "rehearsal.removed": _rehearsal_removed,
    "meeting.changed": _meeting_changed,
    "meeting.rescheduled": _rescheduled,
    "meeting.postponed": _postponed,
    "meeting.cancelled": _cancelled,
    **dict.fromkeys(SEATS, _seats_changed),
}
