"""Turns reminders and digests into messages: for the many of a reminder in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.committees.queries import committee_line
from app.committees.tables import Committee
from app.core import clock
from app.core.ids import new_id
from app.events.tables import LogEntry
from app.identity.tables import Account
from app.invitations.tables import Invitation
from app.mail import speaking
from app.mail.crowds import remind_focal_points, remind_registered
from app.mail.digests import kept
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.many import ONCE
from app.mail.policy import link_expires_at
from app.mail.tables import Message
from app.meetings.tables import Meeting
from app.reminders import audience, digests
from app.reminders.digests import Figures
from app.reminders.lifecycle import OF_PANELS, About, To

KINDS = {
    About.ANSWER: MessageKind.REMINDER,
    About.DELEGATION: MessageKind.DELEGATION_REMINDER,
    About.ATTENDANCE: MessageKind.ATTENDANCE_REMINDER,
    About.PANEL_ANSWER: MessageKind.PANEL_REMINDER,
    About.PANEL: MessageKind.PANEL_NEAR,
}


async def plan_reminder(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """Whoever it concerned when it was due and still concerns.

    An invitation that was reminded of again since carries another instant, and is left to that
    reminder.
    """
    meeting = await session.get(Meeting, entry.subject_id)
    if meeting is None:
        return
    about = About(entry.data["about"])
    if about is About.BRIEFER:
        return  # each briefing has a fact of its own, of which its group is told
    kind = KINDS[about]
    if about in OF_PANELS:
        panel_id, before = UUID(entry.data["panel_id"]), entry.recorded_at
        asked = audience.panellists(about, meeting.id, panel_id)
        await speaking.remind(session, entry, kind, asked, before, domain)
        return
    if about is About.ATTENDANCE:
        people = audience.attending(meeting.id, entry.recorded_at)
        await remind_registered(session, entry, kind, people, domain)
        return
    line = await committee_line(session, meeting.committee_id)
    stamped = col(Invitation.reminded_at) == datetime.fromisoformat(entry.data["at"])
    people = audience.focal_points(
        To(entry.data["to"]), line, audience.concerned(about, meeting.id), stamped
    )
    until = link_expires_at(meeting.registration_closes_at, meeting.ends_at, clock.now())
    await remind_focal_points(session, entry, kind, people, domain, until)


async def plan_digest(session: AsyncSession, entry: LogEntry, domain: str) -> None:
    """The same figures for every organizer of the committee who wants them."""
    committee = await session.get(Committee, entry.subject_id)
    if committee is None:
        return
    since, now = datetime.fromisoformat(entry.data["since"]), clock.now()
    found = await digests.figures(session, committee.id, now, since)
    accounts = (await session.execute(digests.readers(committee.id))).scalars().all()
    if not found or not accounts:
        return
    rows = _digest_rows(entry, committee, found, accounts, domain)
    statement = insert(Message).values(rows)
    await session.execute(statement.on_conflict_do_nothing(index_elements=ONCE))


def _digest_rows(
    entry: LogEntry,
    committee: Committee,
    found: Sequence[Figures],
    accounts: Sequence[Account],
    domain: str,
) -> list[dict[str, Any]]:
    """The soonest meeting is the one that they are filed under."""
    now = clock.now()
    data = kept(committee, found, now)
    ids: list[tuple[UUID, Account]] = [(new_id(), account) for account in accounts]
    return [
        {
            "id": message_id,
            "created_at": now,
            "event_id": entry.id,
            "kind": MessageKind.DIGEST,
            "meeting_id": found[0].meeting.id,
            "account_id": account.id,
            "recipient": account.email or "",
            "language": committee.languages[0],
            "message_id": f"<{message_id}@{domain}>",
            "state": MessageState.PLANNED,
            "data": data,
            "due_at": now,
            "attempts": 0,
        }
        for message_id, account in ids
    ]
