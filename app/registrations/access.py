"""The only way to get a delegation or a registration for a caller."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import Invalid, NotFound, NotPermitted
from app.core.routes import Session
from app.entities.tables import Entity
from app.invitations.access import acts_for, own_entities
from app.invitations.lifecycle import VISIBLE_TO_ENTITY
from app.invitations.tables import Invitation
from app.meetings.access import MeetingDep, MeetingSecrets, MeetingView
from app.meetings.tables import Meeting
from app.registrations import queries, service
from app.registrations.problems import NotInvited
from app.registrations.tables import Registration


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """A registration with the rows that its seat depends on, all locked."""

    meeting: Meeting
    invitation: Invitation
    registration: Registration
    organizes: bool


async def delegation_for(
    session: AsyncSession, view: MeetingView, ref: str | None
) -> tuple[Invitation, Entity]:
    """The delegation that the caller wants to register for.

    Organizers name any invited entity; focal points only their own, whose name they may leave out
    when there is just one. Raises `Invalid` where it must be named, `NotInvited`, `NotFound`.
    """
    own = own_entities(view)
    if ref is None and not own:
        raise Invalid.at("/entity", "Name the entity to register for.")
    found = await queries.find_invitation_of(session, view.meeting.id, ref or own)
    if len(found) > 1:
        raise Invalid.at("/entity", "You act for more than one invited entity: name it.")
    if view.observes and not view.organizes:
        raise NotPermitted("Observers register nobody.")
    if not found:
        if view.organizes:
            raise NotInvited("This entity has no invitation to the meeting.")
        raise NotFound
    row: Any = found[0]
    invitation, entity = row
    visible = invitation.status in VISIBLE_TO_ENTITY
    if not view.organizes and not (visible and acts_for(view, view.caller, invitation)):
        raise NotFound
    return invitation, entity


async def registration_row(session: Session, view: MeetingDep, registration_id: UUID) -> Any:
    """A row of the list; own ones only for focal points and link holders."""
    row = await queries.find_row(session, view.meeting.id, registration_id)
    if row is None or not (view.observes or await _is_own(session, view, row[0])):
        raise NotFound
    return row


async def registration_of_own(session: Session, view: MeetingDep, registration_id: UUID) -> Any:
    """A row of the list, for organizers and the own entity; not locked."""
    row = await queries.find_row(session, view.meeting.id, registration_id)
    if row is None:
        raise NotFound
    own = await _is_own(session, view, row[0])
    if not (view.organizes or own):
        if view.observes:
            raise NotPermitted("Only the entity itself or an organizer may do this.")
        raise NotFound
    return row


async def registration_to_change(
    session: Session, view: MeetingDep, row: Annotated[Any, Depends(registration_of_own)]
) -> RegistrationView:
    """For organizers and the own entity; meeting, invitation and registration locked."""
    meeting, invitation = await service.lock_seats(session, view.meeting.id, row[0].invitation_id)
    registration = await queries.lock_registration(session, row[0].id)
    assert registration is not None, "registrations are never deleted"
    return RegistrationView(meeting, invitation, registration, view.organizes)


async def registration_to_decide(
    session: Session, view: MeetingSecrets, registration_id: UUID
) -> RegistrationView:
    """For organizers; meeting, invitation and registration locked."""
    row = await queries.find_row(session, view.meeting.id, registration_id)
    if row is None:
        raise NotFound
    return await registration_to_change(session, view, row)


async def _is_own(session: AsyncSession, view: MeetingView, registration: Registration) -> bool:
    invitation = await session.get(Invitation, registration.invitation_id)
    return invitation is not None and acts_for(view, view.caller, invitation)


RegistrationRow = Annotated[Any, Depends(registration_row)]
OwnRegistrationRow = Annotated[Any, Depends(registration_of_own)]
DecidableRegistration = Annotated[RegistrationView, Depends(registration_to_decide)]
RegistrationToChange = Annotated[RegistrationView, Depends(registration_to_change)]
