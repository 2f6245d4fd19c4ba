"""What was sent to one address goes to another: the entry, and the link to join."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.events import record
from app.identity import service as identity
from app.registrations import queries
from app.registrations.events import RegistrationReaddressed
from app.registrations.facts import about


async def readdress(
    session: AsyncSession, person_id: UUID, *, only: Collection[UUID] | None = None
) -> list[UUID]:
    """For a person whose mails go elsewhere from now on: every live registration at a meeting to
    come, or `only` those, is sent there, and the links that went to the old address die.

    The sequence rises by two: the old address is told with the one in between, so that a calendar
    that reads both addresses keeps the new entry (RFC 5546 section 2.1.4). Gives the
    registrations.
    """
    ahead = await queries.lock_to_come(session, person_id, clock.now())
    found = [row for row in ahead if only is None or row[0].id in only]
    for registration, meeting in found:
        registration.calendar_sequence += 2
        await identity.revoke_links(session, registration.id)
        record(session, RegistrationReaddressed(**about(meeting, registration)))
    await session.flush()
    return [registration.id for registration, _ in found]
