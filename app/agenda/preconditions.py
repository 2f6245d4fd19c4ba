"""`If-Match` over the working agenda."""

from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.access import AgendaView
from app.agenda.views import agenda_out, item_out
from app.core import preconditions
from app.core.problems import PreconditionFailed, PreconditionRequired


async def require_match(
    session: AsyncSession, request: Request, seen: AgendaView, item_id: UUID | None = None
) -> None:
    """Let a change pass only over the agenda, or the item, that the caller has read.

    The meeting's row is locked. Raises `PreconditionRequired` and `PreconditionFailed`.
    """
    if "if-match" not in request.headers:
        raise PreconditionRequired("Send If-Match with the ETag of the resource that you read.")
    await accept_match(session, request, seen, item_id)


async def accept_match(
    session: AsyncSession, request: Request, seen: AgendaView, item_id: UUID | None = None
) -> None:
    """Honour `If-Match` where it is not demanded."""
    if item_id is not None:
        try:
            preconditions.accept_match(request, item_out(seen.agenda, item_id, full=True))
        except PreconditionFailed:
            pass
        else:
            return
    organizes = seen.meeting.organizes
    whole = agenda_out(seen.agenda, seen.symbol, full=seen.full, organizes=organizes)
    preconditions.accept_match(request, whole)
