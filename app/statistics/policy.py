"""Which figures may be shown to whom: small cells are hidden, and nothing adds up to them.

A cell is small where it tells of at least one and of fewer than `threshold` people. Beside small
cells others are hidden, so that no total less what is shown gives one away. What is shown of
several meetings is made of what is shown of each, so that no window less another one tells more.

While figures may still change, two looks around one change would tell of one person. So they are
then told by steps, and gender and level not at all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from app.attendance.lifecycle import CheckInSource
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.statistics.lifecycle import Breakdown, Mode

SMALLEST_THRESHOLD = 3
"""With 2 every hidden cell would be a 1."""
EXACT = 1
"""The step of figures as they are."""
_ONLY_HERE = frozenset({Breakdown.GENDER, Breakdown.LEVEL})
"""What whoever sees statistics sees nowhere else, not even by name."""
Order = Callable[[Breakdown, str], bytes]
"""Which of the other cells are hidden first, to be sorted by.

It should be a secret: who knew it could tell from what is hidden what would not have been.
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """People of one cell; None is hidden."""

    registered: int | None = 0
    present: int | None = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(_sum(self.registered, other.registered), _sum(self.present, other.present))


HIDDEN = Counts(None, None)


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of a meeting, or of several: a total, told apart in several ways."""

    total: Counts = field(default_factory=Counts)
    by: Mapping[Breakdown, Mapping[str, Counts]] = field(default_factory=dict)


def mode_of(format_: MeetingFormat, sources: Iterable[CheckInSource]) -> Mode:
    """How somebody took part, as far as it is known."""
    match format_:
        case MeetingFormat.VIRTUAL:
            return Mode.VIRTUAL
        case MeetingFormat.IN_PERSON:
            return Mode.IN_PERSON
        case MeetingFormat.HYBRID:
            return Mode.VIRTUAL if CheckInSource.LINK in sources else Mode.UNKNOWN


def suppressed(table: Table, threshold: int, order: Order) -> Table:
    """The table as those see it who have no right to small cells."""
    hidden = {
        kind: _hidden(cells, threshold, sorted(cells, key=partial(order, kind)))
        for kind, cells in table.by.items()
    }
    if any(len(keys) == 1 for keys in hidden.values()):
        return _all_hidden(table)
    total = Counts(
        *(
            None if _is_small(count, threshold) else count
            for count in (table.total.registered, table.total.present)
        )
    )
    by = {
        kind: {key: HIDDEN if key in hidden[kind] else cell for key, cell in cells.items()}
        for kind, cells in table.by.items()
    }
    return Table(total, by)


def step_of(status: MeetingStatus, threshold: int) -> int:
    """Of what figures are multiples for who may see no small cell; of a closed record they are
    final.
    """
    return EXACT if status is MeetingStatus.CLOSED else threshold


def by_steps(shown: Table, step: int) -> Table:
    """What is shown of a table that may still change: rounded down, without gender and level."""
    if step == EXACT:
        return shown
    by = {
        kind: {
            key: HIDDEN if kind in _ONLY_HERE else _rounded(cell, step)
            for key, cell in cells.items()
        }
        for kind, cells in shown.by.items()
    }
    return Table(_rounded(shown.total, step), by)


def together(tables: Iterable[Table]) -> Table:
    """Several meetings in one: a figure that one of them hides is hidden in the sum."""
    total, by = Counts(), dict[Breakdown, dict[str, Counts]]()
    for table in tables:
        total += table.total
        for kind, cells in table.by.items():
            sums = by.setdefault(kind, {})
            for key, cell in cells.items():
                sums[key] = sums.get(key, Counts()) + cell
    return Table(total, by)


def _hidden(cells: Mapping[str, Counts], threshold: int, order: list[str]) -> set[str]:
    """The small cells, and as many others, in that order, as it takes to protect them.

    One pattern holds for both measures: who is present is registered, so a hidden figure would be
    bounded by the other one. Where all that have anybody are hidden and that is not enough, the
    empty ones are hidden as well, so that nobody knows which of them have one.
    """
    hidden = {key for key, cell in cells.items() if _small_cell(cell, threshold)}
    if not hidden:
        return hidden
    others = (key for key in order if key not in hidden and _anybody(cells[key]))
    for key in others:
        if _is_protected(cells, hidden, threshold):
            return hidden
        hidden.add(key)
    return hidden if _is_protected(cells, hidden, threshold) else set(cells)


def _is_protected(cells: Mapping[str, Counts], hidden: set[str], threshold: int) -> bool:
    """Whether each of the hidden may, for all that their sum says, be no small cell at all."""
    if len(hidden) < 2:
        return False
    registered = sum(_known(cells[key].registered) for key in hidden)
    present = sum(_known(cells[key].present) for key in hidden)
    spare = len(hidden) - 1
    return registered - spare >= threshold and (present == 0 or present - spare >= threshold)


def _anybody(cell: Counts) -> bool:
    return bool(cell.registered or cell.present)


def _small_cell(cell: Counts, threshold: int) -> bool:
    return _is_small(cell.registered, threshold) or _is_small(cell.present, threshold)


def _is_small(count: int | None, threshold: int) -> bool:
    return 0 < _known(count) < threshold


def _all_hidden(table: Table) -> Table:
    return Table(HIDDEN, {kind: dict.fromkeys(cells, HIDDEN) for kind, cells in table.by.items()})


def _known(count: int | None) -> int:
    assert count is not None, "only what is known is suppressed"
    return count


def _rounded(cell: Counts, step: int) -> Counts:
    return Counts(
        *(
            None if count is None else count - count % step
            for count in (cell.registered, cell.present)
        )
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
