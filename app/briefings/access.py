"""The only way to get a briefing for a caller: organizers, and whoever speaks for its group."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path
from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.access import MeetingToPlan
from app.briefings import queries, service
from app.briefings.sight import Sight, sight_of
from app.briefings.tables import Briefing
from app.committees.tables import Committee
from app.core.problems import NotFound, NotPermitted
from app.core.routes import Session
from app.identity.access import CallerDep
from app.identity.policy import Caller
from app.meetings.access import MeetingRef, MeetingView, view_of
from app.meetings.queries import find_meeting, lock_meeting
from app.meetings.service import check_changeable

BriefingId = Annotated[UUID, Path(description="Id of the briefing.")]


@dataclass(frozen=True, slots=True)
class BriefingView:
    """A briefing, and what the caller has to do with it."""

    meeting: MeetingView
    briefing: Briefing
    group: Committee
    speaks: bool
    """For the group."""

    @property
    def organizes(self) -> bool:
        return self.meeting.organizes

    @property
    def names(self) -> bool:
        """Whether the caller names the briefer, and so knows how to reach them."""
        return self.organizes or self.speaks

    @property
    def sight(self) -> Sight:
        return sight_of(self.meeting.meeting, organizes=self.organizes, speaks=self.speaks)


async def briefing_for(
    session: Session, caller: CallerDep, m: MeetingRef, b: BriefingId
) -> BriefingView:
    """Also for whoever speaks for the group and may know of nothing else of the meeting."""
    view = await _find(session, caller, m, b)
    if not (view.names or view.meeting.observes):
        raise NotFound
    return view


async def briefing_to_name(
    session: Session, caller: CallerDep, m: MeetingRef, b: BriefingId
) -> BriefingView:
    """With the meeting locked; groups until their deadline. Raises `BriefersDue`."""
    view = await _find(session, caller, m, b)
    if not view.names:
        if view.meeting.observes:
            raise NotPermitted("Only organizers and whoever speaks for the group may do this.")
        raise NotFound
    meeting = await lock_meeting(session, view.meeting.meeting.id)
    check_changeable(meeting)
    if not view.organizes:
        service.check_due(meeting)
    if await queries.find_briefing(session, meeting.id, b) is None:
        raise NotFound  # it was deleted while the lock was waited for
    return view


async def briefing_to_change(session: Session, view: MeetingToPlan, b: BriefingId) -> BriefingView:
    """For organizers."""
    briefing = await queries.find_briefing(session, view.meeting.id, b)
    group = await queries.find_group(session, briefing.item_id) if briefing else None
    if briefing is None or group is None:
        raise NotFound
    return BriefingView(view, briefing, group, speaks=False)


async def _find(session: AsyncSession, caller: Caller, m: str, b: UUID) -> BriefingView:
    meeting = await find_meeting(session, m)
    briefing = await queries.find_briefing(session, meeting.id, b) if meeting else None
    group = await queries.find_group(session, briefing.item_id) if briefing else None
    if meeting is None or briefing is None or group is None:
        raise NotFound
    committee = await session.get_one(Committee, meeting.committee_id)
    speaks = await queries.speaks_for(session, caller, group)
    return BriefingView(view_of(caller, meeting, committee), briefing, group, speaks)


BriefingDep = Annotated[BriefingView, Depends(briefing_for)]
BriefingToName = Annotated[BriefingView, Depends(briefing_to_name)]
BriefingToChange = Annotated[BriefingView, Depends(briefing_to_change)]
