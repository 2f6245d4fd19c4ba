"""Many panels at once, whose people nobody has asked yet, and dropping such panels again.

The meeting's row is locked by the caller, who records it. The number of statements does not depend
on the number of panels.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tree import WorkingAgenda
from app.core.many import insert_many
from app.core.tables import Row
from app.panels.slots import slots_of
from app.panels.tables import Panel, Panellist


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
    panels: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    for item_id, persons, members in proposed:
        starts_at, ends_at = slots.get(item_id, (None, None))
        slot = {"slot_starts_at": starts_at, "slot_ends_at": ends_at}
        about = {"meeting_id": agenda.meeting.id, "item_id": item_id}
        panel = _row(Panel, {**about, **slot, **members})
        panels.append(panel)
        for position, person in enumerate(persons):
            place = {"panel_id": panel["id"], "position": position}
            people.append(_row(Panellist, {**place, **person}))
    await insert_many(session, Panel, panels)
    await insert_many(session, Panellist, people)
    return [row["id"] for row in panels], [row["id"] for row in people]


async def drop_panels(session: AsyncSession, panels: Collection[UUID]) -> None:
    """Those of `unasked_panels`, with their people."""
    if panels:
        statement = delete(Panel).where(col(Panel.id).in_(panels))
        await session.execute(statement.execution_options(synchronize_session=False))


def _row(kind: type[Row], members: Mapping[str, Any]) -> dict[str, Any]:
    """What is not said is as the table has it by default."""
    plain, makers = _defaults(kind)
    made = {name: make() for name, make in makers.items() if name not in members}
    return {**plain, **made, **members}


@cache
def _defaults(kind: type[Row]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """Values, and what makes a new one for each row: asked of the table once, not for each row."""
    fields = {n: field for n, field in kind.model_fields.items() if not field.is_required()}
    makers: dict[str, Any] = {
        name: field.default_factory for name, field in fields.items() if field.default_factory
    }
    return {n: field.default for n, field in fields.items() if n not in makers}, makers
