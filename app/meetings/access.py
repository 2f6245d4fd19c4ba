"""The only way to get a meeting for a caller."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.queries import find_committee
from app.committees.queries import line as committee_line
from app.committees.tables import Committee
from app.core.problems import Invalid, NotFound, NotPermitted
from app.core.routes import Session
from app.identity.access import CallerDep
from app.identity.lifecycle import Role
from app.identity.policy import Caller, Permission
from app.meetings import queries
from app.meetings.tables import Meeting

MeetingRef = Annotated[
    str,
    Path(
        min_length=1,
        max_length=80,
        description="Id or handle.",
        examples=["coordination-committee-6"],
    ),
]


@dataclass(frozen=True, slots=True)
class MeetingView:
    """A meeting that the caller may know of."""

    meeting: Meeting
    committee: Committee
    committees: tuple[UUID, ...]
    """The committee that meets, then its parents."""
    caller: Caller

    @property
    def organizes(self) -> bool:
        return self.caller.may(Permission.ORGANIZE, committees=self.committees)

    @property
    def account_id(self) -> UUID:
        """Of an organizer: grants are those of accounts."""
        assert self.caller.account_id is not None, "sessions of links organize nothing"
        return self.caller.account_id

    @property
    def observes(self) -> bool:
        """Organizers and administrators observe too."""
        return self.caller.may(Permission.OBSERVE, committees=self.committees)


async def meeting_for(session: Session, caller: CallerDep, m: MeetingRef) -> MeetingView:
    """A meeting that the caller may know of; `queries.visible_to` says which; others are 404."""
    found = await queries.find_visible(session, caller, m)
    if found is None:
        raise NotFound
    meeting, committee = found
    return view_of(caller, meeting, committee)


def view_of(caller: Caller, meeting: Meeting, committee: Committee) -> MeetingView:
    line = committee_line(committee.id, committee.parent_id)
    return MeetingView(meeting, committee, line, caller)


async def committee_to_meet(session: AsyncSession, caller: Caller, ref: str) -> Committee:
    """The committee of a new meeting, locked, so that its meetings are numbered one by one."""
    refusal = NotPermitted("Only an organizer of the committee may call its meetings.")
    if not caller.is_administrator and not caller.has(Role.ORGANIZER):
        raise refusal
    committee = await find_committee(session, ref, lock=True)
    if committee is None:
        raise Invalid.at("/committee", "There is no such committee.")
    line = committee_line(committee.id, committee.parent_id)
    if not caller.may(Permission.ORGANIZE, committees=line):
        raise refusal
    return committee


async def meeting_to_organize(
    session: Session, view: Annotated[MeetingView, Depends(meeting_for)]
) -> MeetingView:
    """The meeting's row is locked, so what is read of it stays true until the commit."""
    if not view.organizes:
        raise NotPermitted("Only an organizer of the committee may do this.")
    await queries.lock_meeting(session, view.meeting.id)
    return view


async def meeting_to_observe(view: Annotated[MeetingView, Depends(meeting_for)]) -> MeetingView:
    if not view.observes:
        raise NotPermitted("Only organizers and observers of the committee may see this.")
    return view


async def meeting_of_organizer(view: Annotated[MeetingView, Depends(meeting_for)]) -> MeetingView:
    """For organizers only, and without a lock, to read what even observers may not."""
    if not view.organizes:
        raise NotPermitted("Only an organizer of the committee may see this.")
    return view


MeetingDep = Annotated[MeetingView, Depends(meeting_for)]
OrganizedMeeting = Annotated[MeetingView, Depends(meeting_to_organize)]
ObservedMeeting = Annotated[MeetingView, Depends(meeting_to_observe)]
MeetingSecrets = Annotated[MeetingView, Depends(meeting_of_organizer)]
