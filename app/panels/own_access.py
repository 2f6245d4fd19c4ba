"""The only way to get a panellist's own place for the holder of their link."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path

from app.core.problems import NotFound
from app.core.routes import Session
from app.identity.access import PanellistCaller
from app.identity.policy import Caller
from app.meetings.lifecycle import UNCHANGEABLE
from app.meetings.problems import MeetingClosed
from app.meetings.queries import lock_meeting
from app.panels import own_queries as queries
from app.panels.own_queries import OwnPlace

PlaceId = Annotated[UUID, Path(description="Id of one of your places.")]


async def own_place(session: Session, caller: PanellistCaller, x: PlaceId) -> OwnPlace:
    found = await queries.find_place(session, speaker(caller), x)
    if found is None:
        raise NotFound
    return found


async def own_place_to_change(session: Session, caller: PanellistCaller, x: PlaceId) -> OwnPlace:
    """Its meeting's row is locked, and everything read once more."""
    seen = await own_place(session, caller, x)
    meeting = await lock_meeting(session, seen.meeting.id)
    found = await queries.find_place(session, speaker(caller), x)
    if found is None:
        raise NotFound
    if meeting.status in UNCHANGEABLE:
        raise MeetingClosed(f"The meeting is {meeting.status.value}: nothing changes.")
    return found


def speaker(caller: Caller) -> UUID:
    """The panellist whose link it was."""
    assert caller.speaks is not None, "others come no further"
    return caller.speaks


OwnPlaceDep = Annotated[OwnPlace, Depends(own_place)]
OwnPlaceToChange = Annotated[OwnPlace, Depends(own_place_to_change)]
