"""What this domain asks of working agendas, in one place."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from app.agenda import policy
from app.agenda.tree import ItemState, WorkingAgenda
from app.meetings.tables import Meeting


def numbers_of(agenda: WorkingAgenda) -> dict[UUID, str | None]:
    return {timed.id: timed.number for timed in agenda.timetable.items}


def would_be(agenda: WorkingAgenda, states: Iterable[ItemState]) -> WorkingAgenda:
    """The agenda with these items, for their order and their numbers; their times are not right,
    as the sittings may be new too.
    """
    placed = {state.id: state._replace(sitting_id=None) for state in states}
    return replace(agenda, states=placed, groups=dict.fromkeys(placed))


def check_tree(meeting: Meeting, states: Iterable[ItemState]) -> None:
    """Raises `policy.BadTree`."""
    policy.validate_tree(state.planned(meeting.starts_at) for state in states)
