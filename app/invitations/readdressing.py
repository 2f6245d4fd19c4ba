"""Links to answer, where somebody's address or right to act is another one."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.queries import committee_line
from app.core import clock
from app.entities.queries import focal_people
from app.identity import service as identity
from app.invitations import queries


async def revoke_where_nobody_acts(session: AsyncSession, entity_id: UUID, person_id: UUID) -> None:
    """Of the person's links, those to meetings of committees for which they act no longer die."""
    for link, committee_id in await queries.lock_answer_links(session, entity_id, person_id):
        line = await committee_line(session, committee_id)
        acting = await focal_people(session, entity_id, line)
        if all(person.id != person_id for person in acting):
            identity.revoke_link(link)


async def readdress(session: AsyncSession, entity_id: UUID, person_id: UUID) -> None:
    """The links to answer that went to the old address die; where they were still good, a fresh one
    goes to the new address of whoever still acts for the entity.
    """
    now, renewed = clock.now(), set()
    for link, _ in await queries.lock_answer_links(session, entity_id, person_id):
        identity.revoke_link(link)
        if link.expires_at > now and link.resource_id not in renewed:
            renewed.add(link.resource_id)
            identity.send_fresh_link(session, link)
