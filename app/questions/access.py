"""The only way to get a version of a form for a caller."""

from typing import Annotated

from fastapi import Depends, Path
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import PlainNumber
from app.core.problems import Invalid, NotFound
from app.core.routes import Session
from app.meetings.access import MeetingDep, MeetingView
from app.meetings.queries import find_visible
from app.questions import queries
from app.questions.tables import FormVersion

VersionNumber = Annotated[PlainNumber, Path(description="From 1.", examples=[1])]


async def version_for(session: Session, view: MeetingDep, number: VersionNumber) -> FormVersion:
    """For everybody who sees the meeting; the words of a form are no secret."""
    found = await queries.find_version(session, view.meeting.id, number)
    if found is None:
        raise NotFound
    return found


async def form_to_copy(session: AsyncSession, view: MeetingView, ref: str) -> FormVersion | None:
    """Of another meeting of the same committee, whose organizer the caller is therefore too."""
    found = await find_visible(session, view.caller, ref)
    if found is None or found[0].committee_id != view.meeting.committee_id:
        raise Invalid.at("/meeting", "The committee has no such meeting.")
    return await queries.current_form(session, found[0])


VersionDep = Annotated[FormVersion, Depends(version_for)]
