"""The adoption of the agenda: an act of the meeting, and the version that it makes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda import queries, storing
from app.agenda.events import AgendaAdopted
from app.agenda.lifecycle import ItemKind, VersionStatus
from app.agenda.problems import ItemUnknown, NotInSession
from app.agenda.schemas import AdoptionCreate, AdoptionOut, VersionOut
from app.agenda.tables import AgendaAdoption
from app.agenda.tree import WorkingAgenda
from app.agenda.versions import Bodies, keep, next_status, next_version, rendered
from app.events import record
from app.meetings.lifecycle import MeetingStatus
from app.meetings.policy import Telling
from app.meetings.tables import Meeting


async def adopt(
    session: AsyncSession, agenda: WorkingAgenda, act: AdoptionCreate, told: Telling
) -> VersionOut:
    """Record that the meeting adopts the version in force, or the working agenda as amended.

    Raises `NotInSession`, `MoveForbidden` where there is nothing to adopt or it was adopted
    already, `ItemUnknown`, `SymbolTaken`.
    """
    meeting = agenda.meeting
    if meeting.status is not MeetingStatus.IN_SESSION:
        state = meeting.status.value
        raise NotInSession(f"The meeting is {state}: nothing is adopted.", state=state)
    before = await queries.versions_so_far(session, meeting.id)
    status = next_status(before, VersionStatus.ADOPTED)
    version = next_version(meeting.handle, before, status, act.symbol)
    of_number = before[-1].number
    if act.amended:
        bodies = await rendered(session, agenda, version)
    else:
        in_force = await queries.bodies(session, meeting.id, of_number)
        bodies = Bodies(*(storing.renamed(each, version) for each in in_force))
    item_id = _adopting_item(json.loads(bodies.full)["items"], act.item_id)
    row, out = await keep(session, agenda, version, told, bodies)
    adoption = AgendaAdoption(
        meeting_id=meeting.id,
        version_id=row.id,
        of_number=of_number,
        amended=act.amended,
        adopted_at=version.issued_at,
        item_id=item_id,
        chair=act.chair,
    )
    session.add(adoption)
    record(session, _adopted(meeting, adoption, version.number))
    await session.flush()
    return out.model_copy(update={"adoption": AdoptionOut.of(adoption)})


def _adopted(meeting: Meeting, adoption: AgendaAdoption, number: int) -> AgendaAdopted:
    return AgendaAdopted(
        subject_id=adoption.version_id,
        meeting_id=meeting.id,
        committee_id=meeting.committee_id,
        number=number,
        of_number=adoption.of_number,
        amended=adoption.amended,
        item_id=adoption.item_id,
    )


def _adopting_item(items: Sequence[Mapping[str, Any]], wanted: UUID | None) -> UUID | None:
    """The item that was named; otherwise the only one for it, if there is one."""
    found = list(_items(items))
    if wanted is None:
        meant = [each["id"] for each in found if each["kind"] == ItemKind.ADOPTION_OF_AGENDA]
        return UUID(meant[0]) if len(meant) == 1 else None
    if str(wanted) not in {each["id"] for each in found}:
        raise ItemUnknown.at("/item_id", "The agenda has no such item.")
    return wanted


def _items(items: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for item in items:
        yield item
        yield from _items(item["items"])
