"""Pure rules of papers: what is new in a version, on which day an item is, when somebody speaks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.programme.nodes import Node, Person


@dataclass(frozen=True, slots=True)
class Revision:
    """What a version does to an item of the one before."""

    new: bool = False
    changed: bool = False
    number_before: str | None = None
    """Where it had another."""


def revisions(before: Iterable[Node] | None, now: Iterable[Node]) -> Mapping[str, Revision]:
    """By id, what differs from the version before; nothing where there was none."""
    if before is None:
        return {}
    known = {node.id: node for node in before}
    found = {node.id: _revision(known.get(node.id), node) for node in now}
    return {item_id: each for item_id, each in found.items() if each != Revision()}


def _revision(before: Node | None, now: Node) -> Revision:
    if before is None:
        return Revision(new=True)
    renumbered = before.number != now.number and before.number is not None
    return Revision(
        changed=_said(before) != _said(now), number_before=before.number if renumbered else None
    )


def _said(node: Node) -> tuple[object, ...]:
    """What a reader would call another item; numbers and times follow from others."""
    return (node.kind, dict(node.title), dict(node.note), node.purpose, node.standing)


def day_number(day: date, first: date) -> int:
    """Which day of the meeting it is, the first being 1."""
    return (day - first).days + 1


def speaking_times(people: Iterable[Person], start: datetime) -> list[datetime | None]:
    """When each begins, one after the other; unknown from the first on who has no minutes."""
    found: list[datetime | None] = []
    at: datetime | None = start
    for person in people:
        found.append(at)
        if at is not None:
            known = person.minutes is not None
            at = at + timedelta(minutes=person.minutes or 0) if known else None
    return found
