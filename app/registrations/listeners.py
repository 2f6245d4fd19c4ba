"""What happens to seats and answers when something to the left changes, in the same transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.events import react_to
from app.invitations.events import InvitationChanged, InvitationWithdrawn
from app.meetings import queries as meetings
from app.meetings.events import MeetingChanged, MeetingRescheduled
from app.questions.events import FormChanged
from app.registrations import counting, queries, service


@react_to(InvitationWithdrawn)
async def withdraw_delegation(session: AsyncSession, event: InvitationWithdrawn) -> None:
    """An entity that is no longer invited has no delegation; its seats go to those who wait."""
    assert event.meeting_id is not None
    meeting, invitation = await service.lock_seats(session, event.meeting_id, event.subject_id)
    for registration in await queries.list_live_of_invitation(session, invitation.id):
        await service.take_out(session, meeting, invitation, registration)
    await service.promote(session, meeting)


@react_to(InvitationChanged)
async def fill_new_seats(session: AsyncSession, event: InvitationChanged) -> None:
    assert event.meeting_id is not None
    await service.promote(session, await meetings.lock_meeting(session, event.meeting_id))


@react_to(MeetingChanged)
async def fill_new_capacity(session: AsyncSession, event: MeetingChanged) -> None:
    if "capacity" in event.changes:
        await service.promote(session, await meetings.lock_meeting(session, event.subject_id))


@react_to(MeetingRescheduled)
async def ask_for_answers_again(session: AsyncSession, event: MeetingRescheduled) -> None:
    """Other times, other answers (RFC 5546 section 3.2.2.1)."""
    await queries.ask_again(session, event.subject_id, event.calendar_sequence)


@react_to(FormChanged)
async def find_what_is_missing(session: AsyncSession, event: FormChanged) -> None:
    """Other questions, other answers missing."""
    await counting.recount_all(session, await meetings.lock_meeting(session, event.subject_id))
