"""Many panels at once, whose people nobody has asked yet, and dropping such panels again.

The meeting's row is locked by the caller, who records it. The number of statements does not depend
on the number of panels.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tree import WorkingAgenda
from app.core import clock
from app.core.ids import new_id
from app.core.many import insert_many
from app.panels.lifecycle import PanellistStatus
from app.panels.slots import slots_of
from app.panels.tables import Panel, Panellist

_NOTHING_SAID = {
    "biography": {},
    "spoken_languages": [],
    "calendar_sequence": 0,
    "has_entry": False,
}
"""By people whom nobody has asked yet."""


class ProposedPanel(NamedTuple):
    """Of an item that has none; `people` are in their order."""

    item_id: UUID
    people: Sequence[Mapping[str, Any]]
    members: Mapping[str, Any]


async def propose_panels(
    session: AsyncSession, agenda: WorkingAgenda, proposed: Iterable[ProposedPanel]
) -> tuple[list[UUID], list[UUID]]:
    """Hang them on their items, with their people as proposed; the ids of both."""
    slots = slots_of(agenda)
    created_at = clock.now()
    panels: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    for item_id, persons, members in proposed:
        panel_id = new_id()
        starts_at, ends_at = slots.get(item_id, (None, None))
        slot = {"slot_starts_at": starts_at, "slot_ends_at": ends_at, "calendar_sequence": 0}
        about = {"id": panel_id, "meeting_id": agenda.meeting.id, "item_id": item_id}
        panels.append({"created_at": created_at, **about, **slot, **members})
        people += [
            {
                "created_at": created_at,
                "id": new_id(),
                "panel_id": panel_id,
                "position": position,
                "status": PanellistStatus.PROPOSED,
                "timezone": "UTC",
                **_NOTHING_SAID,
                **person,
            }
            for position, person in enumerate(persons)
        ]
    await insert_many(session, Panel, panels)
    await insert_many(session, Panellist, people)
    return [row["id"] for row in panels], [row["id"] for row in people]


async def drop_panels(session: AsyncSession, panels: Collection[UUID]) -> None:
    """Those of `unasked_panels`, with their people."""
    if panels:
        statement = delete(Panel).where(col(Panel.id).in_(panels))
        await session.execute(statement.execution_options(synchronize_session=False))
