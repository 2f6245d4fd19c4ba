"""Fewer seats than are taken: who goes to the waiting list."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.meetings.events import SeatsCut
from app.meetings.problems import PlanDoesNotFit, counted
from app.meetings.tables import Meeting
from app.registrations import seating
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.seat_queries import Held, lock_holders


async def make_room(session: AsyncSession, meeting: Meeting, cut: SeatsCut) -> None:
    """Unseat as many as the cut needs, those that it names or the latest; the seats that fall free
    for others by it are given away by whoever makes the cut.

    The meeting is locked. Raises `PlanDoesNotFit`.
    """
    holders = await lock_holders(
        session, meeting.id, invitation_id=cut.invitation_id, pool_id=cut.pool_id
    )
    leaving = _latest(holders, cut) if cut.leaving is None else _named(holders, cut, cut.leaving)
    for registration, invitation in leaving:
        await seating.unseat(session, meeting, invitation, registration)


def _latest(holders: Sequence[Held], cut: SeatsCut) -> Sequence[Held]:
    """First those who were only offered a seat, then who came last."""
    offered = [held for held in holders if held[0].status is RegistrationStatus.OFFERED]
    seated = [held for held in holders if held[0].status is not RegistrationStatus.OFFERED]
    if len(holders) < cut.needed:
        raise PlanDoesNotFit(
            f"{cut.needed} must leave a seat, and {len(holders)} can: "
            "whoever was checked in keeps it."
        )
    return [*reversed(offered), *reversed(seated)][: cut.needed]


def _named(holders: Sequence[Held], cut: SeatsCut, ids: Collection[UUID]) -> Sequence[Held]:
    leaving = [held for held in reversed(holders) if held[0].id in ids]
    if len(leaving) != len(ids):
        raise PlanDoesNotFit(
            f"{counted(len(ids), 'registration')} named, and {len(leaving)} of these can leave "
            "such a seat."
        )
    if len(leaving) != cut.needed:
        raise PlanDoesNotFit(
            f"{cut.needed} must leave a seat, and {counted(len(leaving), 'registration')} named."
        )
    return leaving
