"""Agendas for the rules: trees of items without any database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from app.agenda.lifecycle import ItemKind
from app.agenda.policy import MAX_DEPTH, PlannedItem

START = datetime(2021, 10, 8, 14, tzinfo=UTC)
END = START + timedelta(hours=3)
MINUTE = timedelta(minutes=1)

# A busy machine may take its time to make an example.
unhurried = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def after(minutes: int) -> datetime:
    """So many minutes after the meeting's start."""
    return START + timedelta(minutes=minutes)


def item(
    number: int,
    parent: int | None = None,
    minutes: int | None = 10,
    kind: ItemKind = ItemKind.DISCUSSION,
    at: int | None = None,
    **members: Any,
) -> PlannedItem:
    """An item in the order of its number, pinned `at` so many minutes after the start."""
    return PlannedItem(
        id=UUID(int=number),
        parent_id=None if parent is None else UUID(int=parent),
        position=number,
        kind=kind,
        duration=minutes,
        starts_at=None if at is None else after(at),
        **members,
    )


@st.composite
def trees(
    draw: st.DrawFn, *, pins: bool = True, most: int = 30, rich: bool = False
) -> list[PlannedItem]:
    """Any tree that may be saved, its items in any order.

    A rich one has flexible items, parallel segments and items that are no more on the agenda.
    """
    items: list[PlannedItem] = []
    depths: dict[int, int] = {}
    for number in range(1, draw(st.integers(0, most)) + 1):
        above = [n for n, depth in depths.items() if depth < MAX_DEPTH]
        parent = draw(st.sampled_from([None, *above]))
        depths[number] = 1 if parent is None else depths[parent] + 1
        planned = item(
            number,
            parent,
            draw(st.none() | st.integers(0, 90)),
            draw(st.sampled_from([ItemKind.PANEL, ItemKind.BRIEFING, ItemKind.BREAK])),
            draw(st.none() | st.integers(-60, 300)) if pins else None,
        )
        if rich:
            planned = draw(_enriched(planned))
        items.append(planned._replace(position=draw(st.integers(0, 5))))
    return draw(st.permutations(items))


@st.composite
def _enriched(draw: st.DrawFn, planned: PlannedItem) -> PlannedItem:
    flexible = draw(st.integers(0, 5)) == 0
    return planned._replace(
        flexible=flexible,
        duration=None if flexible else planned.duration,
        in_parallel=draw(st.integers(0, 2)) == 0,
        stands=draw(st.integers(0, 8)) > 0,
        room=draw(st.none() | st.sampled_from(["A", " a ", "B"])),
    )
