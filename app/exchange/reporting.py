"""What is told of a file that became an agenda, or would become one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.agenda.tree import ItemState, WorkingAgenda
from app.core.imports import RowOutcome
from app.exchange.lifecycle import AgendaImportMode
from app.exchange.outline import Reading
from app.exchange.planning import Plan, Planned
from app.exchange.schemas import AgendaImportItem, AgendaImportResult
from app.exchange.sittings import SittingsPlan

_NOTHING: Final = dict.fromkeys(
    (
        *("removed", "withdrawn", "sittings_created", "sittings_changed", "sittings_removed"),
        *("panels_removed", "panels_created", "people_proposed"),
    ),
    0,
)


@dataclass(frozen=True, slots=True)
class Taking:
    """A file with all that it makes of an agenda."""

    agenda: WorkingAgenda
    """As it was."""
    reading: Reading
    mode: AgendaImportMode
    plan: Plan
    states: Sequence[ItemState]
    """All that there are to be."""
    sittings: SittingsPlan
    dropped: Mapping[UUID, UUID]
    """Panels that go, by their items."""


def refusal(
    agenda: WorkingAgenda, reading: Reading, mode: AgendaImportMode, plan: Plan
) -> AgendaImportResult:
    """What a rehearsal says of a file of which nothing would be written."""
    items = [
        AgendaImportItem(
            row=each.line.row,
            place=each.line.place,
            outcome=RowOutcome.REFUSED if each.line.errors else _outcome(agenda, each.state, each),
            guid=each.guid,
            item_id=None if each.state is None else each.item_id,
            number=None,
            errors=each.line.errors[:100],
        )
        for each in plan.planned
    ]
    return _told(reading, mode, items, {}, dry_run=True)


def report(
    taking: Taking, numbers: Mapping[UUID, str | None], *, dry_run: bool
) -> AgendaImportResult:
    """What became of every item, and how much else is new, changed and gone."""
    agenda, plan = taking.agenda, taking.plan
    final = {state.id: state for state in taking.states}
    items = [
        AgendaImportItem(
            row=each.line.row,
            place=each.line.place,
            outcome=_outcome(agenda, final[each.item_id], each),
            guid=each.guid,
            item_id=each.item_id,
            number=numbers[each.item_id],
            errors=[],
        )
        for each in plan.planned
    ]
    panels = [each.panel for each in plan.planned if each.panel is not None]
    left = plan.kept if taking.mode is AgendaImportMode.REPLACE else []
    added, changed, removed = taking.sittings.edit
    counts = {
        "removed": len(agenda.states.keys() - final.keys()),
        "withdrawn": sum(state != agenda.states.get(state.id) for state in left),
        "sittings_created": len(added),
        "sittings_changed": len(changed),
        "sittings_removed": len(removed),
        "panels_removed": len(taking.dropped),
        "panels_created": len(panels),
        "people_proposed": sum(len(panel.people) for panel in panels),
    }
    return _told(taking.reading, taking.mode, items, counts, dry_run=dry_run)


def _outcome(agenda: WorkingAgenda, state: ItemState | None, each: Planned) -> RowOutcome:
    before = agenda.states.get(each.item_id)
    if before is None:
        return RowOutcome.CREATED
    return RowOutcome.UNCHANGED if state == before else RowOutcome.CHANGED


def _told(
    reading: Reading,
    mode: AgendaImportMode,
    items: list[AgendaImportItem],
    counts: dict[str, int],
    *,
    dry_run: bool,
) -> AgendaImportResult:
    outcomes = {each.value: sum(item.outcome is each for item in items) for each in RowOutcome}
    return AgendaImportResult(
        dry_run=dry_run,
        mode=mode,
        kind=reading.kind,
        columns=reading.columns,
        items=items,
        **(_NOTHING | outcomes | counts),
    )
