"""What stands in the calendars of those who brief.

Nobody has two entries for one meeting: whoever has a seat has the whole meeting, and the slot only
as long as they have none. The rows of those named are locked, as seats change without the meeting.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.briefings import queries
from app.briefings.events import BrieferEntryDropped, BrieferEntryGiven
from app.briefings.tables import Briefing, NamedBriefer
from app.events import record
from app.meetings.tables import Meeting
from app.panels.queries import seated


async def of(
    session: AsyncSession, briefing: Briefing, *, lock: bool = False
) -> NamedBriefer | None:
    """Who is named now; None where nobody is, or where no address is known."""
    if briefing.email is None:
        return None
    return await queries.find_named(session, briefing.id, briefing.email, lock=lock)


async def keep(session: AsyncSession, briefing: Briefing) -> None:
    """Write down who is named, as they are now."""
    if briefing.email is None or briefing.name is None:
        return
    named = await of(session, briefing, lock=True)
    said: dict[str, Any] = {
        name: getattr(briefing, name) for name in ("name", "timezone", "language")
    }
    if named is None:
        session.add(
            NamedBriefer(
                briefing_id=briefing.id,
                meeting_id=briefing.meeting_id,
                item_id=briefing.item_id,
                email=briefing.email,
                **said,
            )
        )
        return
    for name, value in said.items():
        setattr(named, name, value)


async def give(session: AsyncSession, briefing: Briefing) -> None:
    """They come: the slot goes into their calendar, where the meeting does not stand in it.

    What stands there already is another one from now on, as its times may be. One that was taken
    back before comes back with a higher sequence.
    """
    named = await of(session, briefing, lock=True)
    if named is None or named.email is None:
        return
    known = named.has_entry or named.calendar_sequence > 0
    if await seated(session, briefing.meeting_id, [named.email]):
        return
    named.has_entry = True
    named.calendar_sequence += known


def take(named: NamedBriefer) -> bool:
    """They do not come; whether a slot goes out of their calendar."""
    had, named.has_entry = named.has_entry, False
    named.calendar_sequence += had
    return had


async def change(session: AsyncSession, briefings: Collection[UUID]) -> None:
    """The slots are other ones."""
    for named in await queries.lock_entries(session, briefings):
        named.calendar_sequence += 1


async def settle(session: AsyncSession, meeting_id: UUID) -> None:
    """Take slots out of the calendars of those who have a seat by now, and put them into those of
    the others; what is as it should be stays as it is.
    """
    coming = await queries.lock_coming(session, meeting_id)
    if not coming:
        return
    addresses = await seated(session, meeting_id, {str(named.email) for _, named in coming})
    wrong = [each for each in coming if each[1].has_entry is (each[1].email in addresses)]
    if not wrong:
        return
    meeting = await session.get_one(Meeting, meeting_id)
    for briefing, named in wrong:
        named.has_entry = not named.has_entry
        named.calendar_sequence += 1
        fact = BrieferEntryGiven if named.has_entry else BrieferEntryDropped
        record(
            session,
            fact(
                subject_id=briefing.id,
                meeting_id=meeting.id,
                committee_id=meeting.committee_id,
                item_id=briefing.item_id,
                named_id=named.id,
            ),
        )
    await session.flush()
