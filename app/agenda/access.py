"""The only way to get an agenda, or an item of it, for a caller."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.agenda import queries
from app.agenda.problems import AgendaNotIssued
from app.agenda.saving import load_agenda
from app.agenda.tags import Basis
from app.agenda.tree import WorkingAgenda
from app.core.problems import NotFound
from app.core.routes import Session
from app.meetings.access import MeetingDep, MeetingView, OrganizedMeeting
from app.meetings.lifecycle import UNCHANGEABLE
from app.meetings.problems import MeetingClosed


@dataclass(frozen=True)
class AgendaView:
    """A working agenda, and how much of it the caller may see."""

    meeting: MeetingView
    agenda: WorkingAgenda
    symbol: str | None
    """Of the version in force."""

    @property
    def full(self) -> bool:
        """Whether restricted items are shown."""
        return self.meeting.observes

    @cached_property
    def basis(self) -> Basis | None:
        """What the caller's view is made of; for those who see all of it."""
        if not self.full:
            return None
        agenda = self.agenda
        return Basis.of(
            agenda.ground.revision, (agenda.surroundings, self.symbol, self.meeting.organizes)
        )


async def meeting_to_plan(view: OrganizedMeeting) -> MeetingView:
    """A meeting whose programme may still change; its row is locked."""
    if view.meeting.status in UNCHANGEABLE:
        raise MeetingClosed(f"The meeting is {view.meeting.status.value}: nothing changes.")
    return view


async def agenda_for(session: Session, view: MeetingDep) -> AgendaView:
    """Organizers and observers see all of it; others its public items once it has been issued."""
    symbol = await queries.latest_symbol(session, view.meeting.id)
    if symbol is None and not view.observes:
        raise AgendaNotIssued
    return AgendaView(view, await load_agenda(session, view.meeting), symbol)


async def agenda_to_edit(
    session: Session, view: Annotated[MeetingView, Depends(meeting_to_plan)]
) -> AgendaView:
    """The agenda under the lock of its meeting."""
    symbol = await queries.latest_symbol(session, view.meeting.id)
    return AgendaView(view, await load_agenda(session, view.meeting), symbol)


async def item_for(seen: Annotated[AgendaView, Depends(agenda_for)], item_id: UUID) -> UUID:
    """The id of an item that the caller may see."""
    known = item_id in seen.agenda.states
    if not known or (item_id in seen.agenda.hidden and not seen.full):
        raise NotFound
    return item_id


async def item_to_edit(seen: Annotated[AgendaView, Depends(agenda_to_edit)], item_id: UUID) -> UUID:
    if item_id not in seen.agenda.states:
        raise NotFound
    return item_id


MeetingToPlan = Annotated[MeetingView, Depends(meeting_to_plan)]
AgendaDep = Annotated[AgendaView, Depends(agenda_for)]
AgendaToEdit = Annotated[AgendaView, Depends(agenda_to_edit)]
ItemDep = Annotated[UUID, Depends(item_for)]
ItemToEdit = Annotated[UUID, Depends(item_to_edit)]
