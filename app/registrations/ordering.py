"""Changing the order of a waiting list, which nobody but an organizer may."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import Invalid, MoveForbidden
from app.events import record
from app.invitations.tables import Invitation
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations.events import RegistrationMoved
from app.registrations.facts import about
from app.registrations.lifecycle import REGISTRATION, RegistrationStatus, WaitingLine
from app.registrations.policy import reordered
from app.registrations.problems import RegistrationClosed
from app.registrations.seat_queries import lock_line
from app.registrations.tables import Registration


async def move(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    registration: Registration,
    line: WaitingLine,
    position: int,
) -> None:
    """Put somebody at a place of a line, from 1; beyond its end is its end.

    Those of the line change numbers among each other, so everybody else's place in every line
    stays. No seat is free that one of them could take, so none moves. The rows are locked.
    """
    if meeting.status in OVER:
        raise RegistrationClosed(f"The meeting is {meeting.status.value}.")
    if registration.status is not RegistrationStatus.WAITING:
        state = registration.status.value
        detail = f"The registration is {state}: only who waits has a place in the line."
        allowed = REGISTRATION.allowed(registration.status)
        raise MoveForbidden(detail, state=state, allowed=allowed)
    if line is WaitingLine.POOL and invitation.pool_id is None:
        raise Invalid.at("/line", "The entity takes its seats from no pool.")
    waiting = await lock_line(session, registration, line, invitation.pool_id)
    numbers = [each.line_number or each.queue_number for each in waiting]
    before = next(n for n, each in enumerate(waiting) if each.id == registration.id)
    after = min(position, len(waiting)) - 1
    if after == before:
        return
    for each, number in zip(waiting, reordered(numbers, before, after), strict=True):
        each.line_number = number if number != each.queue_number else None
    moved = RegistrationMoved(
        line=line, before=before + 1, after=after + 1, **about(meeting, registration)
    )
    record(session, moved)
    await session.flush()
