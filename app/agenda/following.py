"""What follows an item in time: the rest of its line, and what comes after the fork around it."""

from uuid import UUID

from app.agenda.steps import Fork, Line, Step, steps_of


def from_on(line: Line, item_id: UUID) -> list[Step]:
    """The item and all that follows it, but not what is on beside it; nothing without it."""
    for place, step in enumerate(line):
        if isinstance(step, Fork):
            for branch in step.branches:
                if found := from_on(branch, item_id):
                    return [*found, *steps_of(line[place + 1 :])]
        elif step.item.id == item_id:
            return list(steps_of(line[place:]))
    return []
