"""What happens to panels when somebody is substituted, where it was said that they follow."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.entities.tables import Person
from app.events import react_to, record
from app.meetings.tables import Meeting
from app.panels import confirmed, queries
from app.panels.events import PanellistReplaced
from app.panels.lifecycle import PanellistStatus
from app.registrations.events import SubstituteFollowed

PANEL = "panel"


@react_to(SubstituteFollowed)
async def hand_over_panel_places(session: AsyncSession, event: SubstituteFollowed) -> None:
    """Order, minutes and role of the place stay; whoever takes it has not been asked yet.

    The place is known by the address, as panellists are in no directory. The meeting is locked.
    """
    if PANEL not in event.follow or event.meeting_id is None:
        return
    old = await session.get_one(Person, event.was_person_id)
    new = await session.get_one(Person, event.person_id)
    for panellist in await queries.lock_places(session, event.meeting_id, old.email):
        was = panellist.status
        panellist.name, panellist.email = new.name, new.email
        panellist.honorific, panellist.job_title = new.honorific, new.job_title
        panellist.status = PanellistStatus.PROPOSED
        fact = PanellistReplaced(
            subject_id=panellist.id,
            meeting_id=event.meeting_id,
            committee_id=event.committee_id,
            panel_id=panellist.panel_id,
            was=was,
            registration_id=event.subject_id,
        )
        record(session, fact)
    await session.flush()
    await confirmed.keep(session, await session.get_one(Meeting, event.meeting_id))
