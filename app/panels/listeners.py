"""What happens to panels when something to the left changes, in the same transaction."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.events import AgendaChanged, SittingsChanged
from app.agenda.saving import saved_agenda
from app.entities.tables import Person
from app.events import react_to
from app.meetings.events import MeetingChanged, MeetingRescheduled
from app.meetings.tables import Meeting
from app.panels import confirmed, queries
from app.panels.replacing import replace
from app.panels.slots import retime
from app.registrations.events import SubstituteFollowed

PANEL = "panel"


@react_to(AgendaChanged)
async def follow_the_agenda(session: AsyncSession, event: AgendaChanged) -> None:
    """Other times, and other rooms."""
    roomed = [UUID(each) for each, members in event.changed.items() if "room" in members]
    meeting = await session.get_one(Meeting, event.subject_id)
    agenda = saved_agenda(session, meeting.id)
    await retime(session, meeting, changed=roomed, agenda=agenda)


@react_to(SittingsChanged)
async def follow_the_sittings(session: AsyncSession, event: SittingsChanged) -> None:
    await retime(session, await session.get_one(Meeting, event.subject_id))


@react_to(MeetingRescheduled)
async def follow_the_meeting(session: AsyncSession, event: MeetingRescheduled) -> None:
    """What was postponed may come back at its old time: calendars must hear of that too."""
    await retime(session, await session.get_one(Meeting, event.subject_id), moved=True)


@react_to(MeetingChanged)
async def follow_its_times(session: AsyncSession, event: MeetingChanged) -> None:
    if event.retimes:
        await retime(session, await session.get_one(Meeting, event.subject_id))


@react_to(SubstituteFollowed)
async def hand_over_panel_places(session: AsyncSession, event: SubstituteFollowed) -> None:
    """Where it was said that they follow: whoever takes the place has not been asked yet.

    The place is known by the address, as panellists are in no directory. The meeting is locked.
    """
    if PANEL not in event.follow or event.meeting_id is None:
        return
    old = await session.get_one(Person, event.was_person_id)
    new = await session.get_one(Person, event.person_id)
    meeting = await session.get_one(Meeting, event.meeting_id)
    members = {name: getattr(new, name) for name in ("name", "email", "honorific", "job_title")}
    for panellist in await queries.lock_places(session, meeting.id, old.email):
        same = {name: getattr(panellist, name) for name in ("affiliation", "city", "timezone")}
        own = members | same | {"language": new.language}
        await replace(session, meeting, panellist, own, registration_id=event.subject_id)
    await confirmed.keep(session, meeting)
