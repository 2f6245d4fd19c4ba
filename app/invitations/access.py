"""The only way to get an invitation for a caller."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from app.core.problems import NotFound, NotPermitted
from app.core.routes import Session
from app.entities.tables import Person
from app.identity.policy import Caller, Permission
from app.identity.tables import Link
from app.invitations import queries
from app.invitations.lifecycle import VISIBLE_TO_ENTITY
from app.invitations.tables import Invitation
from app.meetings.access import MeetingDep, MeetingSecrets, MeetingView, OrganizedMeeting
from app.meetings.queries import lock_meeting
from app.meetings.tables import Meeting


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation that the caller may see, and whether they organize its meeting."""

    meeting: Meeting
    invitation: Invitation
    organizes: bool


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link by which an invitation is answered, for an organizer."""

    meeting: Meeting
    invitation: Invitation
    link: Link
    person: Person


def acts_for(view: MeetingView, caller: Caller, invitation: Invitation) -> bool:
    """Whether the caller speaks for the invited entity, by role or by a link to this invitation."""
    if caller.link is not None:
        return caller.link.resource_id == invitation.id
    return caller.may(
        Permission.ACT_FOR_ENTITY, committees=view.committees, entity_id=invitation.entity_id
    )


def own_entities(view: MeetingView) -> frozenset[UUID]:
    """The entities that the caller speaks for in this committee; a link is for its entity."""
    caller = view.caller
    if caller.link is not None:
        return frozenset({caller.link.entity_id})
    return frozenset(
        entity_id
        for entity_id in caller.entities()
        if caller.may(Permission.ACT_FOR_ENTITY, committees=view.committees, entity_id=entity_id)
    )


async def invitation_row(session: Session, view: MeetingDep, invitation_id: UUID) -> Any:
    """A row of the board; own ones only for focal points and link holders, once sent."""
    row = await queries.find_row(session, view.meeting.id, invitation_id)
    if row is None:
        raise NotFound
    invitation = row[0]
    own = invitation.status in VISIBLE_TO_ENTITY and acts_for(view, view.caller, invitation)
    if not (view.observes or own):
        raise NotFound
    return row


async def invitation_to_answer(
    session: Session, view: MeetingDep, invitation_id: UUID
) -> InvitationView:
    """For organizers and the entity; meeting and invitation locked, in this order."""
    meeting = await lock_meeting(session, view.meeting.id)
    invitation = await queries.find_invitation(session, meeting.id, invitation_id, lock=True)
    found = _own(view, invitation)
    return InvitationView(meeting, found.invitation, view.organizes)


async def invitation_of_own(
    session: Session, view: MeetingDep, invitation_id: UUID
) -> InvitationView:
    """For organizers and the entity itself, and without a lock."""
    found = await queries.find_invitation(session, view.meeting.id, invitation_id)
    return _own(view, found)


async def invitation_of_own_to_change(
    session: Session, view: MeetingDep, invitation_id: UUID
) -> InvitationView:
    """The same with the invitation locked, and the meeting not: for what moves no seat."""
    found = await queries.find_invitation(session, view.meeting.id, invitation_id, lock=True)
    return _own(view, found)


def _own(view: MeetingView, invitation: Invitation | None) -> InvitationView:
    if invitation is None:
        raise NotFound
    own = invitation.status in VISIBLE_TO_ENTITY and acts_for(view, view.caller, invitation)
    if not (view.organizes or own):
        if view.observes:
            raise NotPermitted("Only the entity itself or an organizer may do this.")
        raise NotFound
    return InvitationView(view.meeting, invitation, view.organizes)


async def organized_invitation(
    session: Session, view: OrganizedMeeting, invitation_id: UUID
) -> InvitationView:
    """For organizers; meeting and invitation locked."""
    invitation = await queries.find_invitation(session, view.meeting.id, invitation_id, lock=True)
    if invitation is None:
        raise NotFound
    return InvitationView(view.meeting, invitation, organizes=True)


async def invitation_of_organizer(
    session: Session, view: MeetingSecrets, invitation_id: UUID
) -> Invitation:
    """For organizers, and without a lock."""
    invitation = await queries.find_invitation(session, view.meeting.id, invitation_id)
    if invitation is None:
        raise NotFound
    return invitation


async def link_to_change(
    session: Session, found: Annotated[InvitationView, Depends(organized_invitation)], link_id: UUID
) -> LinkView:
    """For organizers; meeting, invitation and link locked, in this order."""
    row = await queries.lock_link(session, found.invitation.id, link_id)
    if row is None:
        raise NotFound
    return LinkView(found.meeting, found.invitation, *row)


InvitationRow = Annotated[Any, Depends(invitation_row)]
InvitationToAnswer = Annotated[InvitationView, Depends(invitation_to_answer)]
InvitationOfOwn = Annotated[InvitationView, Depends(invitation_of_own)]
InvitationOfOwnToChange = Annotated[InvitationView, Depends(invitation_of_own_to_change)]
OrganizersInvitation = Annotated[Invitation, Depends(invitation_of_organizer)]
LinkToChange = Annotated[LinkView, Depends(link_to_change)]
OrganizedInvitation = Annotated[InvitationView, Depends(organized_invitation)]
