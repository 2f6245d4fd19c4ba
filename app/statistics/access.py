"""Whose figures a caller may read, and whether small cells are shown."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from app.committees.access import CommitteeDep, RoleHolder
from app.committees.queries import line
from app.committees.tables import Committee
from app.core.problems import NotPermitted
from app.identity.policy import Permission
from app.meetings.access import MeetingView, ObservedMeeting

Publishable = Annotated[
    bool,
    Query(description="Hide small cells also for who may see them: figures that may be published."),
]


@dataclass(frozen=True, slots=True)
class MeetingFigures:
    """A meeting whose figures the caller may read; `exact` with small cells."""

    view: MeetingView
    exact: bool


@dataclass(frozen=True, slots=True)
class CommitteeFigures:
    """A committee whose figures the caller may read; `exact` with small cells."""

    committee: Committee
    exact: bool


async def figures_of_meeting(
    view: ObservedMeeting, *, publishable: Publishable = False
) -> MeetingFigures:
    """For observers and organizers; small cells for organizers."""
    return MeetingFigures(view, exact=view.organizes and not publishable)


async def figures_of_committee(
    caller: RoleHolder, committee: CommitteeDep, *, publishable: Publishable = False
) -> CommitteeFigures:
    committees = line(committee.id, committee.parent_id)
    if not caller.may(Permission.OBSERVE, committees=committees):
        raise NotPermitted("Only organizers and observers of the committee may see this.")
    organizes = caller.may(Permission.ORGANIZE, committees=committees)
    return CommitteeFigures(committee, exact=organizes and not publishable)


MeetingFiguresDep = Annotated[MeetingFigures, Depends(figures_of_meeting)]
CommitteeFiguresDep = Annotated[CommitteeFigures, Depends(figures_of_committee)]
