"""The only way to get a series for a caller."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.committees.access import RoleHolder, RollDep, RollToKeep
from app.committees.queries import line
from app.committees.tables import Committee
from app.core.problems import NotFound, NotPermitted
from app.core.routes import Session
from app.identity.policy import Caller, Permission
from app.series import queries
from app.series.tables import Series


@dataclass(frozen=True, slots=True)
class SeriesView:
    """A series of a committee whose members the caller may see."""

    series: Series
    committee: Committee
    caller: Caller

    @property
    def observes(self) -> bool:
        """Organizers and administrators observe too."""
        return observes(self.caller, self.committee)


def observes(caller: Caller, committee: Committee) -> bool:
    committees = line(committee.id, committee.parent_id)
    return caller.may(Permission.OBSERVE, committees=committees)


async def series_for(
    session: Session, caller: RoleHolder, roll: RollDep, series_id: UUID
) -> SeriesView:
    """For whoever observes or organizes the committee, and for those who belong to it: else 404."""
    series = await queries.find_series(session, roll.committee.id, series_id)
    if series is None:
        raise NotFound
    return SeriesView(series, roll.committee, caller)


async def series_to_observe(view: Annotated[SeriesView, Depends(series_for)]) -> SeriesView:
    """What is still to be made shows which drafts there are."""
    if not view.observes:
        raise NotPermitted("Only organizers and observers of the committee may see this.")
    return view


async def series_to_organize(
    session: Session, caller: RoleHolder, roll: RollToKeep, series_id: UUID
) -> SeriesView:
    """For organizers; committee and series locked, in this order."""
    series = await queries.find_series(session, roll.committee.id, series_id, lock=True)
    if series is None:
        raise NotFound
    return SeriesView(series, roll.committee, caller)


SeriesDep = Annotated[SeriesView, Depends(series_for)]
ObservedSeries = Annotated[SeriesView, Depends(series_to_observe)]
SeriesToOrganize = Annotated[SeriesView, Depends(series_to_organize)]
