"""What happens to links when something to the left changes, in the same transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.entities.events import FocalPointEnded, PersonChanged
from app.events import react_to
from app.invitations.readdressing import readdress, revoke_where_nobody_acts


@react_to(FocalPointEnded)
async def revoke_answer_links(session: AsyncSession, event: FocalPointEnded) -> None:
    """Links of somebody who acts for the entity no longer die, with the sessions made from them;
    those to meetings of a committee for which the person still acts live on.
    """
    assert event.entity_id is not None, "a focal point acts for an entity"
    await revoke_where_nobody_acts(session, event.entity_id, event.person_id)


@react_to(PersonChanged)
async def send_links_to_new_address(session: AsyncSession, event: PersonChanged) -> None:
    if "email" in event.members:
        assert event.entity_id is not None, "a person is of an entity"
        await readdress(session, event.entity_id, event.subject_id)
