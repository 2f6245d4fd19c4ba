"""HTTP for the sittings of a meeting, which its timetable runs through."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response, status

from app.agenda import sitting_service as service
from app.agenda.access import AgendaDep, AgendaToEdit, AgendaView
from app.agenda.answers import agenda_tag
from app.agenda.preconditions import accept_match, require_match
from app.agenda.problems import (
    AgendaNotIssued,
    AgendaOutdated,
    PersonInTwoSlots,
    SittingsFull,
    SittingsOverlap,
    SittingUnknown,
)
from app.agenda.saving import load_agenda
from app.agenda.sitting_schemas import (
    SittingOut,
    SittingPatch,
    SittingsOut,
    SittingsWrite,
    SittingWrite,
)
from app.agenda.sitting_service import Entry
from app.agenda.sittings import HeldSitting
from app.core import preconditions
from app.core.ids import new_id
from app.core.openapi import needs_if_match, raises, takes_if_match
from app.core.pages import Page, Paging, page_of
from app.core.patches import merged
from app.core.problems import NotFound, PreconditionFailed
from app.core.routes import Session, router_for
from app.meetings.problems import MeetingClosed

router = router_for("agenda")
BASE = "/meetings/{m}/sittings"


async def sitting_for(seen: AgendaDep, sitting_id: UUID) -> HeldSitting:
    return _held(seen, sitting_id)


async def sitting_to_edit(seen: AgendaToEdit, sitting_id: UUID) -> HeldSitting:
    return _held(seen, sitting_id)


SittingDep = Annotated[HeldSitting, Depends(sitting_for)]
SittingToEdit = Annotated[HeldSitting, Depends(sitting_to_edit)]


@router.get(BASE, operation_id="listSittings", responses=raises(AgendaNotIssued))
async def list_sittings(seen: AgendaDep, paging: Paging, response: Response) -> Page[SittingOut]:
    """List the sittings of the meeting in their order.

    The `ETag` is that of the agenda, as replacing all of them wants it.
    """
    response.headers["ETag"] = agenda_tag(seen)
    return page_of(paging, seen.agenda.sittings, _order, 2, SittingOut.of)


@router.put(
    BASE,
    operation_id="replaceSittings",
    openapi_extra=needs_if_match(),
    responses=raises(
        AgendaOutdated, MeetingClosed, PersonInTwoSlots, SittingsOverlap, SittingUnknown
    ),
)
async def replace_sittings(
    session: Session, seen: AgendaToEdit, body: SittingsWrite, request: Request, response: Response
) -> SittingsOut:
    """Replace all sittings, over the agenda as you read it; those with an id are kept.

    The `ETag` of the answer is that of the agenda.
    """
    await require_match(session, request, seen)
    present = {held.id for held in seen.agenda.sittings}
    entries: dict[UUID, Entry] = {}
    for place, said in enumerate(body.sittings):
        pointer = f"/sittings/{place}"
        if said.id is not None and (said.id not in present or said.id in entries):
            raise SittingUnknown.at(f"{pointer}/id", "The meeting has no such sitting, or once.")
        sitting_id = said.id or new_id()
        entries[sitting_id] = Entry(sitting_id, said, pointer)
    kept = await _keep(session, seen, list(entries.values()))
    agenda = await load_agenda(session, seen.meeting.meeting)
    response.headers["ETag"] = agenda_tag(replace(seen, agenda=agenda))
    return SittingsOut(sittings=[SittingOut.of(held) for held in kept])


@router.post(
    BASE,
    operation_id="addSitting",
    status_code=status.HTTP_201_CREATED,
    openapi_extra=takes_if_match(),
    responses=raises(
        AgendaOutdated, MeetingClosed, PersonInTwoSlots, SittingsOverlap, SittingsFull
    ),
)
async def add_sitting(
    session: Session, seen: AgendaToEdit, body: SittingWrite, request: Request, response: Response
) -> SittingOut:
    """Add a sitting; with the first one, items no longer flow through the meeting as a whole."""
    await accept_match(session, request, seen)
    entry = Entry(new_id(), body)
    kept = await _keep(session, seen, [*_others(seen), entry])
    response.headers["Location"] = f"/v1/meetings/{seen.meeting.meeting.id}/sittings/{entry.id}"
    return _out(kept, entry.id)


@router.get(BASE + "/{sitting_id}", operation_id="getSitting", responses=raises(AgendaNotIssued))
async def get_sitting(held: SittingDep) -> SittingOut:
    """Read a sitting."""
    return SittingOut.of(held)


@router.patch(
    BASE + "/{sitting_id}",
    operation_id="changeSitting",
    openapi_extra=needs_if_match(),
    responses=raises(AgendaOutdated, MeetingClosed, PersonInTwoSlots, SittingsOverlap),
)
async def change_sitting(
    session: Session, seen: AgendaToEdit, held: SittingToEdit, body: SittingPatch, request: Request
) -> SittingOut:
    """Change a sitting by JSON merge patch, over the sitting or the agenda as you read it."""
    await _require_match(session, request, seen, held)
    said = merged(SittingWrite, SittingWrite.of_held(held), body)
    kept = await _keep(session, seen, [*_others(seen, held.id), Entry(held.id, said)])
    return _out(kept, held.id)


@router.delete(
    BASE + "/{sitting_id}",
    operation_id="deleteSitting",
    status_code=status.HTTP_204_NO_CONTENT,
    openapi_extra=needs_if_match(),
    responses=raises(AgendaOutdated, MeetingClosed, PersonInTwoSlots),
)
async def delete_sitting(
    session: Session, seen: AgendaToEdit, held: SittingToEdit, request: Request
) -> None:
    """Delete a sitting; the items that named it follow what comes before them."""
    await _require_match(session, request, seen, held)
    await _keep(session, seen, _others(seen, held.id))


def _held(seen: AgendaView, sitting_id: UUID) -> HeldSitting:
    for held in seen.agenda.sittings:
        if held.id == sitting_id:
            return held
    raise NotFound


def _order(held: HeldSitting) -> tuple[str, UUID]:
    return held.local_start.isoformat(), held.id


def _others(seen: AgendaView, sitting_id: UUID | None = None) -> list[Entry]:
    """All but one, as they are."""
    others = [held for held in seen.agenda.sittings if held.id != sitting_id]
    return [Entry(held.id, SittingWrite.of_held(held)) for held in others]


async def _keep(session: Session, seen: AgendaView, entries: Sequence[Entry]) -> list[HeldSitting]:
    meeting = seen.meeting.meeting
    return await service.keep_sittings(session, meeting, seen.agenda.sittings, entries)


def _out(kept: Sequence[HeldSitting], sitting_id: UUID) -> SittingOut:
    return next(SittingOut.of(held) for held in kept if held.id == sitting_id)


async def _require_match(
    session: Session, request: Request, seen: AgendaView, held: HeldSitting
) -> None:
    """Take the tag of the sitting or that of the whole agenda."""
    try:
        preconditions.require_match(request, SittingOut.of(held))
    except PreconditionFailed:
        await require_match(session, request, seen)
