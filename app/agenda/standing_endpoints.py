"""HTTP for items that leave the agenda, where their trace stays."""

from fastapi import Response

from app.agenda import standing
from app.agenda.editing import ItemEditDep
from app.agenda.problems import (
    AgendaOutdated,
    ItemOff,
    ItemUnderItself,
    ItemUnknown,
    PersonInTwoSlots,
)
from app.agenda.schemas import ItemMerge, ItemOut
from app.core.openapi import needs_if_match, raises
from app.core.problems import MoveForbidden
from app.core.routes import router_for
from app.meetings.problems import MeetingClosed

router = router_for("agenda")
ITEM = "/meetings/{m}/agenda/items/{item_id}"


@router.post(
    ITEM + "/withdraw",
    operation_id="withdrawAgendaItem",
    response_model=ItemOut,
    openapi_extra=needs_if_match(),
    responses=raises(MeetingClosed, MoveForbidden, AgendaOutdated, PersonInTwoSlots),
)
async def withdraw_item(edit: ItemEditDep) -> Response:
    """Withdraw an item with all that lies under it: it stays with its id and takes no time.

    It keeps its number where it stood in an issued version, so that the others keep theirs.
    """
    agenda = await edit.require_match()
    return edit.answer(await standing.withdraw_item(edit.session, agenda, edit.item_id))


@router.post(
    ITEM + "/reinstate",
    operation_id="reinstateAgendaItem",
    response_model=ItemOut,
    openapi_extra=needs_if_match(),
    responses=raises(MeetingClosed, MoveForbidden, AgendaOutdated, PersonInTwoSlots),
)
async def reinstate_item(edit: ItemEditDep) -> Response:
    """Put an item that was withdrawn or merged back on the agenda, at its place."""
    agenda = await edit.require_match()
    return edit.answer(await standing.reinstate_item(edit.session, agenda, edit.item_id))


@router.post(
    ITEM + "/merge",
    operation_id="mergeAgendaItem",
    response_model=ItemOut,
    openapi_extra=needs_if_match(),
    responses=raises(
        *(MeetingClosed, MoveForbidden, ItemUnknown, ItemUnderItself, ItemOff),
        *(AgendaOutdated, PersonInTwoSlots),
    ),
)
async def merge_item(edit: ItemEditDep, body: ItemMerge) -> Response:
    """Merge an item into another one, which is on the agenda.

    It stays as a withdrawn one does, and says which item has taken it in. What lies under it stays
    there; move what is to be dealt with elsewhere.
    """
    agenda = await edit.require_match()
    return edit.answer(await standing.merge_item(edit.session, agenda, edit.item_id, body.into_id))
