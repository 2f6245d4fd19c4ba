"""What this domain asks of working agendas, in one place."""

from collections.abc import Iterable
from dataclasses import replace

from app.agenda import policy
from app.agenda.tree import ItemState, WorkingAgenda


def would_be(agenda: WorkingAgenda, states: Iterable[ItemState]) -> WorkingAgenda:
    """The agenda with these items, for their order and their numbers; their times are not right,
    as the sittings may be new too.
    """
    placed = {state.id: state._replace(sitting_id=None) for state in states}
    return replace(agenda, states=placed, groups=dict.fromkeys(placed), leads=dict.fromkeys(placed))


def check_tree(states: Iterable[ItemState]) -> None:
    """Raises `policy.BadTree`."""
    by_id = {state.id: state for state in states}
    policy.validate_tree(by_id.values())
    policy.validate_merges(by_id)
