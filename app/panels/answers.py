"""The answer to a change of somebody on a panel."""

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.preconditions import representation_etag
from app.meetings.access import MeetingView
from app.panels import showing, telling
from app.panels.schemas import PanellistAnswer, PanellistOut
from app.panels.tables import Panellist


async def panellist_answer(
    session: AsyncSession, view: MeetingView, person: Panellist, response: Response
) -> PanellistAnswer:
    """With what the change brings into conflict; the tag is that of the panellist alone."""
    found = await telling.look(session, view.meeting)
    people = await showing.shown(session, view.caller, found.of(person.id))
    out = PanellistOut.shown(person, view.meeting)
    response.headers["ETag"] = representation_etag(out)
    return PanellistAnswer(**out.model_dump(), conflicts=people)
