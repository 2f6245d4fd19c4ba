"""Which mails and addresses a caller may see."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.core.problems import NotFound, NotPermitted
from app.core.routes import Session
from app.identity.access import AccountCaller
from app.identity.lifecycle import Role
from app.identity.policy import Caller
from app.mail import queries
from app.mail.tables import Message, SuppressedAddress
from app.meetings.tables import Meeting


@dataclass(frozen=True, slots=True)
class MessageView:
    """A mail about a meeting that the caller organizes."""

    message: Message
    meeting: Meeting


async def correspondent(caller: AccountCaller) -> Caller:
    """Whoever organizes something, or everything."""
    if not (caller.is_administrator or caller.has(Role.ORGANIZER)):
        raise NotPermitted("Only organizers may see whom the service has written to.")
    return caller


Correspondent = Annotated[Caller, Depends(correspondent)]


async def message_for(session: Session, caller: Correspondent, message_id: UUID) -> MessageView:
    """The mail, if it is about a meeting that the caller organizes; others are 404."""
    found = await queries.find_message(session, caller, message_id)
    if found is None:
        raise NotFound
    return MessageView(*found)


async def message_to_change(
    session: Session, caller: Correspondent, message_id: UUID
) -> MessageView:
    """The same, locked, so that what is decided about it holds."""
    found = await queries.find_message(session, caller, message_id, lock=True)
    if found is None:
        raise NotFound
    return MessageView(*found)


async def address_for(
    session: Session, caller: Correspondent, address_id: UUID
) -> SuppressedAddress:
    """An address that takes no mails, of somebody to whom the caller's meetings wrote."""
    found = await queries.lock_suppressed(session, caller, address_id)
    if found is None:
        raise NotFound
    return found


MessageDep = Annotated[MessageView, Depends(message_for)]
MessageToChange = Annotated[MessageView, Depends(message_to_change)]
SuppressedDep = Annotated[SuppressedAddress, Depends(address_for)]
