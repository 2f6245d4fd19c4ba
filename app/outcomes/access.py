"""The only way to get a decision or an action item for a caller."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from app.attendance.access import own_entities
from app.core.problems import NotFound, NotPermitted
from app.core.routes import Session
from app.meetings.access import MeetingDep, OrganizedMeeting
from app.meetings.queries import lock_meeting
from app.meetings.tables import Meeting
from app.outcomes import queries
from app.outcomes.tables import ActionItem, Decision


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision that an organizer changes; meeting and decision locked, in this order."""

    meeting: Meeting
    decision: Decision


@dataclass(frozen=True, slots=True)
class ActionView:
    """An action item that is changed; meeting and action item locked, in this order."""

    meeting: Meeting
    action: ActionItem
    owner: str | None
    """Handle of the entity that owns it."""
    organizes: bool


async def decision_for(session: Session, view: MeetingDep, decision_id: UUID) -> Decision:
    """For everybody who sees the meeting."""
    decision = await queries.find_decision(session, view.meeting.id, decision_id)
    if decision is None:
        raise NotFound
    return decision


async def decision_to_change(
    session: Session, view: OrganizedMeeting, decision_id: UUID
) -> DecisionView:
    decision = await queries.find_decision(session, view.meeting.id, decision_id, lock=True)
    if decision is None:
        raise NotFound
    return DecisionView(view.meeting, decision)


async def action_row(session: Session, view: MeetingDep, action_id: UUID) -> Any:
    """For everybody who sees the meeting: (ActionItem, handle of its owner or None)."""
    row = await queries.find_action(session, view.meeting.id, action_id)
    if row is None:
        raise NotFound
    return row


async def action_to_change(
    session: Session,
    view: MeetingDep,
    action_id: UUID,
    row: Annotated[Any, Depends(action_row)],
) -> ActionView:
    """For organizers, and for the focal points of the entity that owns it."""
    if not (view.organizes or row[0].owner_entity_id in own_entities(view)):
        raise NotPermitted("Only organizers and the entity that owns it may do this.")
    meeting = await lock_meeting(session, view.meeting.id)
    row = await queries.find_action(session, meeting.id, action_id, lock=True)
    if row is None or not (view.organizes or row[0].owner_entity_id in own_entities(view)):
        raise NotFound
    return ActionView(meeting, row[0], row[1], view.organizes)


async def action_to_delete(session: Session, view: OrganizedMeeting, action_id: UUID) -> ActionView:
    row = await queries.find_action(session, view.meeting.id, action_id, lock=True)
    if row is None:
        raise NotFound
    return ActionView(view.meeting, row[0], row[1], organizes=True)


DecisionDep = Annotated[Decision, Depends(decision_for)]
DecisionToChange = Annotated[DecisionView, Depends(decision_to_change)]
ActionRow = Annotated[Any, Depends(action_row)]
ActionToChange = Annotated[ActionView, Depends(action_to_change)]
ActionToDelete = Annotated[ActionView, Depends(action_to_delete)]
