"""What happens to seats and answers when something to the left changes, in the same transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.entities.events import PersonChanged
from app.events import react_to
from app.invitations.events import InvitationChanged, InvitationWithdrawn, SeatPoolChanged
from app.meetings import queries as meetings
from app.meetings.events import (
    MeetingAdjourned,
    MeetingCancelled,
    MeetingChanged,
    MeetingRescheduled,
    SeatsCut,
)
from app.registrations import cuts, offers, queries, seating, service
from app.registrations.readdressing import readdress


@react_to(InvitationWithdrawn)
async def withdraw_delegation(session: AsyncSession, event: InvitationWithdrawn) -> None:
    """An entity that is no longer invited has no delegation; its seats go to those who wait."""
    assert event.meeting_id is not None
    meeting, invitation = await service.lock_seats(session, event.meeting_id, event.subject_id)
    for registration in await queries.list_live_of_invitation(session, invitation.id):
        await service.take_out(session, meeting, invitation, registration)
    await seating.promote(session, meeting)


@react_to(InvitationChanged)
async def fill_new_seats(session: AsyncSession, event: InvitationChanged) -> None:
    assert event.meeting_id is not None
    await seating.promote(session, await meetings.lock_meeting(session, event.meeting_id))


@react_to(SeatPoolChanged)
async def fill_new_shared_seats(session: AsyncSession, event: SeatPoolChanged) -> None:
    assert event.meeting_id is not None
    await seating.promote(session, await meetings.lock_meeting(session, event.meeting_id))


@react_to(SeatsCut)
async def clear_seats(session: AsyncSession, event: SeatsCut) -> None:
    assert event.meeting_id is not None
    await cuts.make_room(session, await meetings.lock_meeting(session, event.meeting_id), event)


@react_to(MeetingCancelled)
async def take_back_offers(session: AsyncSession, event: MeetingCancelled) -> None:
    await offers.take_back(session, await meetings.lock_meeting(session, event.subject_id))


@react_to(MeetingAdjourned)
async def take_back_last_offers(session: AsyncSession, event: MeetingAdjourned) -> None:
    await offers.take_back(session, await meetings.lock_meeting(session, event.subject_id))


@react_to(MeetingChanged)
async def fill_new_capacity(session: AsyncSession, event: MeetingChanged) -> None:
    if "capacity" in event.changes:
        await seating.promote(session, await meetings.lock_meeting(session, event.subject_id))


@react_to(MeetingRescheduled)
async def ask_for_answers_again(session: AsyncSession, event: MeetingRescheduled) -> None:
    """Other times, other answers (RFC 5546 section 3.2.2.1)."""
    await queries.ask_again(session, event.subject_id, event.calendar_sequence)


@react_to(PersonChanged)
async def send_to_new_address(session: AsyncSession, event: PersonChanged) -> None:
    """Whoever has the old mailbox, which may be a stranger's, joins nothing by what went there."""
    if "email" in event.members:
        await readdress(session, event.subject_id)
