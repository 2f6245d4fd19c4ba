"""Which entries of the log a caller may read."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.attendance.access import own_entities
from app.core.problems import NotPermitted
from app.identity.access import AccountCaller
from app.identity.lifecycle import Role
from app.meetings.access import MeetingDep
from app.meetings.tables import Meeting


@dataclass(frozen=True, slots=True)
class LogView:
    """A meeting whose log the caller may read: about these entities, or all where None."""

    meeting: Meeting
    entities: frozenset[UUID] | None


async def log_for(view: MeetingDep) -> LogView:
    """All of it for observers, what concerns the own entity for focal points."""
    if view.caller.link is not None:
        raise NotPermitted("A link to an invitation does not show the log.")
    return LogView(view.meeting, None if view.observes else own_entities(view))


async def trail_for(caller: AccountCaller) -> frozenset[UUID] | None:
    """The committees whose audit trail the caller may read; None for all."""
    if caller.is_administrator:
        return None
    organized = caller.committees(Role.ORGANIZER)
    if not organized:
        raise NotPermitted("Only organizers and administrators may read the audit trail.")
    return frozenset(committee for committee in organized if committee is not None)


LogDep = Annotated[LogView, Depends(log_for)]
TrailDep = Annotated[frozenset[UUID] | None, Depends(trail_for)]
