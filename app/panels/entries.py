"""Nobody has two entries for one meeting: whoever has a seat has the whole meeting in their
calendar, and the slot of their panel only as long as they have none.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.events import record
from app.meetings.tables import Meeting
from app.panels import queries
from app.panels.events import PanellistEntryDropped, PanellistEntryGiven
from app.panels.service import about


async def settle(session: AsyncSession, meeting_id: UUID) -> None:
    """Take slots out of the calendars of those who have a seat by now, and put them into those of
    the others; what is as it should be stays as it is.
    """
    coming = await queries.lock_confirmed(session, meeting_id)
    if not coming:
        return
    seated = await queries.seated(session, meeting_id, {str(each.email) for each in coming})
    wrong = [each for each in coming if each.has_entry is (each.email in seated)]
    if not wrong:
        return
    meeting = await session.get_one(Meeting, meeting_id)
    for person in wrong:
        person.has_entry = not person.has_entry
        person.calendar_sequence += 1
        fact = PanellistEntryGiven if person.has_entry else PanellistEntryDropped
        record(session, fact(panel_id=person.panel_id, **about(meeting, person.id)))
    await session.flush()
