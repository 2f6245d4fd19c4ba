"""What of the presence at a meeting a caller may see or take back."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.attendance import queries
from app.attendance.tables import Attendance
from app.core.problems import NotFound, NotPermitted
from app.core.routes import Session
from app.identity.policy import Permission
from app.meetings.access import MeetingDep, MeetingView, OrganizedMeeting
from app.meetings.tables import Meeting
from app.registrations.tables import Registration


@dataclass(frozen=True, slots=True)
class PresenceView:
    """A meeting whose presence the caller may see: of these entities, or of all where None."""

    meeting: Meeting
    entities: frozenset[UUID] | None


@dataclass(frozen=True, slots=True)
class IntervalView:
    """An interval with what it belongs to; meeting and interval locked, in this order."""

    meeting: Meeting
    interval: Attendance
    registration: Registration


def own_entities(view: MeetingView) -> frozenset[UUID]:
    """The entities that the caller speaks for in this committee; by a link, none."""
    return frozenset(
        entity_id
        for entity_id in view.caller.entities()
        if view.caller.may(
            Permission.ACT_FOR_ENTITY, committees=view.committees, entity_id=entity_id
        )
    )


async def presence_for(view: MeetingDep) -> PresenceView:
    """Everybody's for observers, the own entity's for focal points; links are for answering."""
    if view.caller.link is not None:
        raise NotPermitted("A link to an invitation does not show who was there.")
    return PresenceView(view.meeting, None if view.observes else own_entities(view))


async def interval_to_strike(
    session: Session, view: OrganizedMeeting, attendance_id: UUID
) -> IntervalView:
    found = await queries.lock_interval(session, view.meeting.id, attendance_id)
    if found is None:
        raise NotFound
    return IntervalView(view.meeting, *found)


PresenceDep = Annotated[PresenceView, Depends(presence_for)]
IntervalToStrike = Annotated[IntervalView, Depends(interval_to_strike)]
