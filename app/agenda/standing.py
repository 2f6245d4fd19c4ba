"""Edits by which an item leaves the agenda, and comes back; its row stays in any case."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.lifecycle import STANDINGS, ItemStanding
from app.agenda.problems import ItemOff, ItemUnderItself, ItemUnknown
from app.agenda.saving import save
from app.agenda.tree import WorkingAgenda
from app.core.problems import MoveForbidden


async def withdraw_item(
    session: AsyncSession, agenda: WorkingAgenda, item_id: UUID
) -> WorkingAgenda:
    """Take the item, with all that lies under it, off the agenda, where its trace stays."""
    return await _stand(session, agenda, item_id, ItemStanding.WITHDRAWN)


async def reinstate_item(
    session: AsyncSession, agenda: WorkingAgenda, item_id: UUID
) -> WorkingAgenda:
    """Put what was withdrawn or merged back."""
    return await _stand(session, agenda, item_id, ItemStanding.STANDING)


async def merge_item(
    session: AsyncSession, agenda: WorkingAgenda, item_id: UUID, into: UUID
) -> WorkingAgenda:
    """Let another item, which is on the agenda, take this one in.

    What lies under it stays there, off the agenda with it, so that reinstating it undoes all.
    """
    if into not in agenda.states:
        raise ItemUnknown.at("/into_id", "There is no such item on this agenda.")
    if into in agenda.under(item_id):
        raise ItemUnderItself.at("/into_id", "An item is not merged into what lies under it.")
    if into in agenda.off:
        raise ItemOff.at("/into_id", "The item is off the agenda itself.")
    return await _stand(session, agenda, item_id, ItemStanding.MERGED, into)


async def _stand(
    session: AsyncSession,
    agenda: WorkingAgenda,
    item_id: UUID,
    standing: ItemStanding,
    into: UUID | None = None,
) -> WorkingAgenda:
    before = agenda.states[item_id]
    allowed = STANDINGS[before.standing]
    if standing not in allowed:
        raise MoveForbidden(
            f"The item is {before.standing.value}.",
            state=before.standing.value,
            allowed=[each.value for each in ItemStanding if each in allowed],
        )
    state = before._replace(standing=standing, merged_into_id=into)
    return await save(session, agenda, (agenda.states | {item_id: state}).values())
