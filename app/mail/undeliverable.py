"""What delivery reports say of mails that were handed over."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.events import Event, record
from app.mail.answers import Stage, Verdict, enhanced, judge
from app.mail.bounces import DETAIL_LENGTH, record_bounce
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.tables import Message
from app.meetings.tables import Meeting

FOR_GOOD = 550
"""What a report of failure amounts to, where its status says no more."""
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
    session: AsyncSession, message: Message, status: str, detail: str, *, of_ours: bool
) -> bool:
    """Note that the mail will not arrive; its row is locked. Whether that is news.

    It is judged like the answer of a mail server, but what could be tried again is given up. Where
    the report is not `of_ours`, but of an address that ours forwards to, ours still takes mail.
    """
    if message.state not in COMES_BACK or message.attempts == 0:
        return False
    verdict = judge(Stage.DATA, FOR_GOOD, status).verdict
    if verdict in {Verdict.BOUNCED, Verdict.NO_SUCH_ADDRESS}:
        hard = of_ours and verdict is Verdict.NO_SUCH_ADDRESS
        await record_bounce(session, message, detail, hard=hard)
    else:
        message.state, message.last_error = MessageState.FAILED, detail[:DETAIL_LENGTH]
    meeting = await session.get_one(Meeting, message.meeting_id)
    event = MessageBounced(
        subject_id=message.id,
        meeting_id=meeting.id,
        committee_id=meeting.committee_id,
        kind=message.kind,
        status=".".join(map(str, enhanced(status) or ())),
    )
    record(session, event)
    return True
