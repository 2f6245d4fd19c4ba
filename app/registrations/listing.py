"""Whether somebody agreed to stand in a list of participants: asked by the entity, kept here."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from app.events import record
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting
from app.registrations import queries
from app.registrations.events import RegistrationListed
from app.registrations.facts import about
from app.registrations.lifecycle import Listed
from app.registrations.problems import RegistrationClosed
from app.registrations.tables import Registration


async def say_whether_listed(
    session: AsyncSession, meeting: Meeting, registration: Registration, listed: Listed
) -> None:
    """Keep the answer; the log tells when it was given and what it was before.

    It may change until the record is closed; a refusal always counts, also of who has left.
    """
    was = registration.listed
    if listed is was:
        return
    if meeting.status is MeetingStatus.CLOSED and listed is not Listed.NO:
        raise RegistrationClosed("The record is closed: a name can only be taken from the list.")
    await queries.set_listed(session, registration.id, listed)
    set_committed_value(registration, "listed", listed)
    record(session, RegistrationListed(was=was, listed=listed, **about(meeting, registration)))
