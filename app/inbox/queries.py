"""Every select about mails that came in, and about what they answer."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, func, or_
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.committees.tables import Committee
from app.entities.queries import by_ref
from app.entities.tables import Person
from app.identity.lifecycle import Role
from app.identity.policy import Caller
from app.inbox.lifecycle import IncomingKind, IncomingState
from app.inbox.tables import IncomingMail
from app.mail.tables import Message
from app.meetings.tables import Meeting
from app.registrations.tables import Registration


async def find_same(session: AsyncSession, content_hash: bytes) -> IncomingMail | None:
    """The row of this very mail; of two that take it in at once, the second waits for the first."""
    key = func.hashtextextended(content_hash.hex(), 0)
    await session.execute(sa_select(func.pg_advisory_xact_lock(key)))
    statement = select(IncomingMail).where(col(IncomingMail.content_hash) == content_hash)
    return (await session.execute(statement)).scalar_one_or_none()


async def lock_message(session: AsyncSession, message_id: UUID) -> Message | None:
    statement = select(Message).where(col(Message.id) == message_id).with_for_update(key_share=True)
    return (await session.execute(statement)).scalar_one_or_none()


async def find_message(session: AsyncSession, message_ids: Sequence[str]) -> UUID | None:
    """The message with one of these Message-IDs: the first of them that is ours."""
    if not message_ids:
        return None
    statement = select(Message.message_id, Message.id).where(
        col(Message.message_id).in_(message_ids)
    )
    found = {row[0]: row[1] for row in await session.execute(statement)}
    return next((found[each] for each in message_ids if each in found), None)


async def find_standing(
    session: AsyncSession, registration_id: UUID
) -> tuple[Registration, Meeting, Person] | None:
    """A registration, locked, and then what belongs to it as it is under that lock."""
    locked = (
        select(Registration)
        .where(col(Registration.id) == registration_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    registration = (await session.execute(locked)).scalar_one_or_none()
    if registration is None:
        return None
    meeting = await session.get_one(Meeting, registration.meeting_id, populate_existing=True)
    person = await session.get_one(Person, registration.person_id, populate_existing=True)
    return registration, meeting, person


async def find_row(session: AsyncSession, mail_id: UUID, *, lock: bool = False) -> Any | None:
    """(IncomingMail, Meeting or None, Committee or None)."""
    statement = _listed().where(col(IncomingMail.id) == mail_id)
    if lock:
        statement = statement.with_for_update(of=IncomingMail, key_share=True)
    statement = statement.execution_options(populate_existing=True)
    return (await session.execute(statement)).one_or_none()


def list_mails(
    caller: Caller,
    *,
    meeting: str | None = None,
    invitation_id: UUID | None = None,
    state: IncomingState | None = None,
    kind: IncomingKind | None = None,
) -> Select[Any]:
    """Those about meetings of the committees that the caller organizes; all for administrators."""
    statement = _listed()
    if not caller.is_administrator:
        organized = [c for c in caller.committees(Role.ORGANIZER) if c is not None]
        statement = statement.where(
            or_(
                false(),
                col(Committee.id).in_(organized),
                col(Committee.parent_id).in_(organized),
            )
        )
    if meeting is not None:
        statement = statement.where(by_ref(Meeting, meeting))
    if invitation_id is not None:
        statement = statement.where(col(IncomingMail.invitation_id) == invitation_id)
    if state is not None:
        statement = statement.where(col(IncomingMail.state) == state)
    if kind is not None:
        statement = statement.where(col(IncomingMail.kind) == kind)
    return statement


def _listed() -> Select[Any]:
    columns: list[Any] = [IncomingMail, Meeting, Committee]
    return (
        sa_select(*columns)
        .select_from(IncomingMail)
        .outerjoin(Meeting, col(Meeting.id) == col(IncomingMail.meeting_id))
        .outerjoin(Committee, col(Committee.id) == col(Meeting.committee_id))
    )
