"""The only way to get a mail that came in for a caller."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.committees.queries import line as committee_line
from app.core.problems import NotFound
from app.core.routes import Session
from app.identity.access import AccountCaller
from app.identity.policy import Permission
from app.inbox import queries
from app.inbox.tables import IncomingMail


async def mail_for(session: Session, caller: AccountCaller, mail_id: UUID) -> IncomingMail:
    return await _mail(session, caller, mail_id, lock=False)


async def mail_to_change(session: Session, caller: AccountCaller, mail_id: UUID) -> IncomingMail:
    return await _mail(session, caller, mail_id, lock=True)


async def _mail(
    session: Session, caller: AccountCaller, mail_id: UUID, *, lock: bool
) -> IncomingMail:
    """For organizers of the committee that meets; what is about no meeting, for administrators."""
    row = await queries.find_row(session, mail_id, lock=lock)
    if row is None:
        raise NotFound
    mail: IncomingMail = row[0]
    committee = row[2]
    line = committee_line(committee.id, committee.parent_id) if committee else ()
    organizes = committee and caller.may(Permission.ORGANIZE, committees=line)
    if not (caller.is_administrator or organizes):
        raise NotFound
    return mail


MailDep = Annotated[IncomingMail, Depends(mail_for)]
MailToChange = Annotated[IncomingMail, Depends(mail_to_change)]
