"""What delivery reports say of mails that were handed over."""

import re
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.events import Event, record
from app.mail.bounces import DETAIL_LENGTH, record_bounce
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.tables import Message
from app.meetings.tables import Meeting

_STATUS = re.compile(r"\b[245]\.[0-9]{1,3}\.[0-9]{1,3}\b")
COMES_BACK = frozenset({MessageState.PLANNED, MessageState.SENT, MessageState.DELAYED})
"""A report may be faster than the note that the mail went out."""


@dataclass(frozen=True, kw_only=True)
class MessageBounced(Event):
    """A mail server reports that the mail will not reach its recipient."""

    name: ClassVar[str] = "message.bounced"
    kind: MessageKind
    status: str
    """By RFC 3463, such as 5.1.1; the words of the report name people and stay out of the log."""


async def record_report(
    session: AsyncSession, message: Message, detail: str, *, permanent: bool
) -> bool:
    """Note that the mail will not arrive; its row is locked. Whether that is news.

    Permanent means that the address is at fault, else a server on the way gave up.
    """
    if message.state not in COMES_BACK or message.attempts == 0:
        return False
    if permanent:
        await record_bounce(session, message, detail)
    else:
        message.state, message.last_error = MessageState.FAILED, detail[:DETAIL_LENGTH]
    meeting = await session.get_one(Meeting, message.meeting_id)
    event = MessageBounced(
        subject_id=message.id,
        meeting_id=meeting.id,
        committee_id=meeting.committee_id,
        kind=message.kind,
        status="".join(_STATUS.findall(detail)[:1]),
    )
    record(session, event)
    return True
