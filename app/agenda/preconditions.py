"""`If-Match` over the working agenda: who comes too late learns what they have missed."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda import queries
from app.agenda.access import AgendaView
from app.agenda.change_schemas import AgendaEdit
from app.agenda.problems import AgendaOutdated
from app.agenda.tags import tags_in
from app.agenda.views import agenda_body, item_body
from app.core.problems import PreconditionFailed, PreconditionRequired

MOST_EDITS = 20
MOST_ITEMS = 1000
"""That a refusal tells of; at least one edit is told whole."""


async def require_match(
    session: AsyncSession, request: Request, seen: AgendaView, item_id: UUID | None = None
) -> None:
    """Let a change pass only over the agenda, or the item, that the caller has read.

    The meeting's row is locked. Raises `PreconditionRequired`, `AgendaOutdated` where the tag says
    what was read, and `PreconditionFailed` otherwise.
    """
    if "if-match" not in request.headers:
        raise PreconditionRequired("Send If-Match with the ETag of the resource that you read.")
    await accept_match(session, request, seen, item_id)


async def accept_match(
    session: AsyncSession, request: Request, seen: AgendaView, item_id: UUID | None = None
) -> None:
    """Honour `If-Match` where it is not demanded."""
    header = request.headers.get("if-match")
    if header is None or "*" in (part.strip() for part in header.split(",")):
        return
    agenda = list(tags_in(header, seen.meeting.meeting.id))
    item = [] if item_id is None else list(tags_in(header, item_id))
    bases = {tag.basis for tag in (*item, *agenda)} - {None}
    digests = {tag.digest for tag in agenda}
    if seen.basis in bases:
        return
    if item_id is not None and item_body(seen, item_id).tag.digest in digests:
        return
    if agenda_body(seen).tag.digest in digests:
        return
    read = [basis.revision for basis in bases if basis is not None]
    raise await _outdated(session, seen, max(read, default=None))


async def _outdated(
    session: AsyncSession, seen: AgendaView, read: int | None
) -> PreconditionFailed:
    """What was missed; or nothing of the agenda itself, but of the meeting's times, or a name."""
    now = seen.agenda.ground.revision
    if read is None or read >= now:
        return PreconditionFailed("The resource has changed since you read it; read it again.")
    rows = await queries.edits_since(session, seen.agenda.meeting.id, read, MOST_EDITS)
    edits = _few([AgendaEdit.of_entry(row.revision, row) for row in rows])
    return AgendaOutdated(
        f"The agenda was changed since you read it ({now - read}); read it again.",
        changes=[edit.model_dump(mode="json") for edit in edits],
        revision=now,
    )


def _few(edits: Sequence[AgendaEdit]) -> list[AgendaEdit]:
    told: list[AgendaEdit] = []
    size = 0
    for edit in edits:
        size += edit.size
        if told and size > MOST_ITEMS:
            break
        told.append(edit)
    return told
