"""Publishing the list of participants, and taking it back; the meeting's row is locked."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.events import record
from app.lists.events import ParticipantsPublished, ParticipantsUnpublished
from app.lists.problems import ChathamHouse, NoParticipantsList
from app.meetings.lifecycle import ParticipantsList
from app.meetings.service import about
from app.meetings.tables import Meeting


def check_exists(meeting: Meeting) -> None:
    """Raise the reason why the meeting has no list of participants."""
    if meeting.chatham_house:
        raise ChathamHouse("The meeting is held under the Chatham House rule: there is no list.")
    if meeting.participants_list is ParticipantsList.NONE:
        raise NoParticipantsList("The meeting's participants_list is none.")


async def publish(session: AsyncSession, meeting: Meeting) -> None:
    """Let others read the list as it is at any time; twice is once."""
    check_exists(meeting)
    if meeting.participants_published_at is None:
        meeting.participants_published_at = clock.now()
        record(session, ParticipantsPublished(**about(meeting)))
        await session.flush()


async def unpublish(session: AsyncSession, meeting: Meeting) -> None:
    """Let nobody but the organizers read it any more; always possible."""
    if meeting.participants_published_at is not None:
        meeting.participants_published_at = None
        record(session, ParticipantsUnpublished(**about(meeting)))
        await session.flush()
