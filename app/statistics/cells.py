"""From cells, which are told apart by everything at once, to a table; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.entities.lifecycle import Gender, Level
from app.registrations.lifecycle import RegistrationRole
from app.statistics.lifecycle import UNDISCLOSED, Breakdown, Mode
from app.statistics.policy import Counts, Table

_KEYS: Mapping[Breakdown, tuple[str, ...]] = {
    Breakdown.ENTITY: (),
    Breakdown.ROLE: tuple(RegistrationRole),
    Breakdown.MODE: tuple(Mode),
    Breakdown.GENDER: (*Gender, UNDISCLOSED),
    Breakdown.LEVEL: (*Level, UNDISCLOSED),
}
"""What stands in a table whether or not anybody is counted by it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """People who are alike in everything that statistics tell apart."""

    entity_id: UUID
    role: str
    mode: str
    gender: str
    level: str
    registered: int
    present: int


def table_of(cells: Iterable[Cell], entities: Iterable[UUID] = ()) -> Table:
    """`entities` are those that stand in it also without anybody."""
    by = {kind: {str(key): Counts() for key in keys} for kind, keys in _KEYS.items()}
    by[Breakdown.ENTITY] |= {str(each): Counts() for each in entities}
    total = Counts()
    for cell in cells:
        counts = Counts(cell.registered, cell.present)
        total += counts
        for kind, sums in by.items():
            key = str(cell.entity_id if kind is Breakdown.ENTITY else getattr(cell, kind))
            sums[key] = sums.get(key, Counts()) + counts
    return Table(total, by)
