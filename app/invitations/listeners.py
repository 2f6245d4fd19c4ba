"""What happens to links when something to the left changes, in the same transaction."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.queries import committee_line
from app.core import clock
from app.entities.events import FocalPointEnded, PersonChanged
from app.entities.queries import focal_people
from app.events import react_to
from app.identity import service as identity
from app.invitations import queries


@react_to(FocalPointEnded)
async def revoke_answer_links(session: AsyncSession, event: FocalPointEnded) -> None:
    """Links of somebody who acts for the entity no longer die, with the sessions made from them;
    those to meetings of a committee for which the person still acts live on.
    """
    assert event.entity_id is not None, "a focal point acts for an entity"
    rows = await queries.lock_answer_links(session, event.entity_id, event.person_id)
    for link, committee_id in rows:
        line = await committee_line(session, committee_id)
        acting = await focal_people(session, event.entity_id, line)
        if all(person.id != event.person_id for person in acting):
            identity.revoke_link(link)


@react_to(PersonChanged)
async def send_links_to_new_address(session: AsyncSession, event: PersonChanged) -> None:
    if "email" in event.members:
        assert event.entity_id is not None, "a person is of an entity"
        await readdress(session, event.entity_id, event.subject_id)


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
