"""Mails that tell of several meetings of a series: of which, and of which still."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.invitations.tables import Invitation
from app.mail.policy import STALE_AFTER, Present, moot
from app.mail.tables import Message
from app.meetings.tables import Meeting
from app.registrations.tables import Registration

KEY = "series"
"""Of `Message.data`."""


@dataclass(frozen=True, slots=True)
class About:
    """A meeting of which a mail tells, and by what its reader has to do with it."""

    meeting_id: UUID
    invitation_id: UUID | None = None
    registration_id: UUID | None = None


def kept(meetings: Iterable[About]) -> dict[str, Any]:
    """As `Message.data` keeps them."""
    names = ("meeting_id", "invitation_id", "registration_id")
    return {
        KEY: [
            {name: str(found) for name in names if (found := getattr(each, name)) is not None}
            for each in meetings
        ]
    }


def read(data: Mapping[str, Any]) -> list[About]:
    """None where a mail tells of its own meeting only."""
    return [
        About(**{name: UUID(found) for name, found in each.items()}) for each in data.get(KEY, ())
    ]


def besides(data: list[Mapping[str, str]] | None, meeting_id: UUID) -> frozenset[UUID]:
    """The meetings of which a mail about this one tells too."""
    return frozenset(UUID(each["meeting_id"]) for each in data or ()) - {meeting_id}


async def still_told(
    session: AsyncSession, message: Message, now: datetime
) -> list[tuple[About, Meeting]]:
    """Of its meetings those of which it would still say something true, in their order."""
    found = []
    for each in read(message.data):
        meeting = await session.get(Meeting, each.meeting_id, populate_existing=True)
        if meeting is None:
            continue
        invitation = await _get(session, Invitation, each.invitation_id)
        registration = await _get(session, Registration, each.registration_id)
        present = Present(
            meeting=meeting.status,
            stale=now > meeting.ends_at + STALE_AFTER,
            invitation=invitation.status if invitation else None,
            registration=registration.status if registration else None,
        )
        if moot(message.kind, present) is None:
            found.append((each, meeting))
    return found


async def lead(session: AsyncSession, message: Message, now: datetime) -> None:
    """Let a mail about several meetings be about the first of which it still says something true;
    it is only needless once it would say nothing of any.
    """
    if not message.data.get(KEY):
        return
    told = await still_told(session, message, now)
    if told:
        about = told[0][0]
        message.meeting_id, message.invitation_id = about.meeting_id, about.invitation_id
        message.registration_id = about.registration_id
        await session.flush()


async def _get(session: AsyncSession, kind: Any, row_id: UUID | None) -> Any:
    return None if row_id is None else await session.get(kind, row_id, populate_existing=True)
