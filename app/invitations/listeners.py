"""What happens to links when something to the left changes, in the same transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.queries import committee_line
from app.entities.events import FocalPointEnded
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
