"""Whether what the people of a panel are to say fits into the time of its item."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.panels import queries
from app.panels.tables import Panel

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Balance:
    """Minutes of a panel; `over` is negative where time is left, None without a slot."""

    panel_id: UUID
    item_id: UUID
    planned: int
    over: int | None

    @classmethod
    def of(cls, panel: Panel, spoken: int) -> Self:
        """`spoken` are the minutes of the people; questions come on top."""
        planned = spoken + (panel.questions_minutes or 0)
        over = None
        if panel.slot_starts_at is not None and panel.slot_ends_at is not None:
            over = planned - (panel.slot_ends_at - panel.slot_starts_at) // MINUTE
        return cls(panel.id, panel.item_id, planned, over)


async def find_balances(session: AsyncSession, meeting_id: UUID) -> list[Balance]:
    """Of all panels of a meeting; two statements."""
    panels = await queries.panels_of(session, meeting_id)
    tallies = await queries.tallies_of(session, [panel.id for panel in panels])
    nobody = queries.Tally()
    return [Balance.of(panel, tallies.get(panel.id, nobody).minutes) for panel in panels]
