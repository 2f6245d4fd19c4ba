"""What a refused mail means for it and for the address."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.calendar.writer import plain
from app.core import clock
from app.core.fields import normalised_email
from app.core.ids import new_id
from app.events import record
from app.mail.events import AddressSuppressed
from app.mail.lifecycle import MessageState
from app.mail.tables import Message, SuppressedAddress
from app.meetings.tables import Meeting

DETAIL_LENGTH = 300


async def record_bounce(
    session: AsyncSession, message: Message, detail: str, *, hard: bool = True
) -> None:
    """The message's recipient refused it, at once or by a delivery report.

    After a `hard` bounce the address gets no more mails until somebody lifts that.
    """
    reason = plain(detail)[:DETAIL_LENGTH]
    message.state, message.last_error = MessageState.BOUNCED, reason
    if hard:
        await _suppress(session, message, reason)


async def find_suppressed(session: AsyncSession, address: str) -> SuppressedAddress | None:
    """The row of an address that gets no mails now."""
    statement = select(SuppressedAddress).where(
        col(SuppressedAddress.address) == normalised_email(address),
        col(SuppressedAddress.lifted_at).is_(None),
    )
    return (await session.execute(statement)).scalar_one_or_none()


def told(suppressed: SuppressedAddress) -> str:
    """Why a mail is not even tried."""
    return f"The address refused mail on {suppressed.since:%Y-%m-%d}: {suppressed.reason}"


async def _suppress(session: AsyncSession, message: Message, reason: str) -> None:
    address_id = await _keep(session, message, reason, clock.now())
    if address_id is None:
        return
    meeting = await session.get_one(Meeting, message.meeting_id)
    record(
        session,
        AddressSuppressed(
            subject_id=address_id,
            committee_id=meeting.committee_id,
            meeting_id=meeting.id,
            message_id=message.id,
            person_id=message.person_id,
        ),
    )


async def _keep(session: AsyncSession, message: Message, reason: str, now: datetime) -> UUID | None:
    """The id of the address's row, unless it gets no mails already."""
    members = {"since": now, "reason": reason, "message_id": message.id, "lifted_at": None}
    address = normalised_email(message.recipient)
    statement = (
        insert(SuppressedAddress)
        .values(id=new_id(), created_at=now, address=address, **members)
        .on_conflict_do_update(
            index_elements=["address"],
            set_=members,
            where=col(SuppressedAddress.lifted_at).is_not(None),
        )
        .returning(col(SuppressedAddress.id))
    )
    return (await session.execute(statement)).scalar_one_or_none()
