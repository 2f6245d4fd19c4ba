"""Making items fit their sitting: durations are scaled fairly, in whole minutes, to the exact sum.

Breaks and pins stay, every item keeps a minute at least. A parallel segment that holds pins stays
as it is, and so does what leads up to it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from app.agenda.clockwork import MINUTE, Clock, SittingTimes
from app.agenda.lifecycle import ItemKind
from app.agenda.policy import PlannedItem
from app.agenda.steps import Fork, Line, Step, laid_out, steps_of
from app.agenda.timetable import sittings_or_meeting

LONGEST: Final = 1440
"""Minutes of an item."""


class DoesNotFit(ValueError):
    """From `item_id` on it is too much by so many minutes, even with a minute for each item."""

    def __init__(self, item_id: UUID, minutes: int) -> None:
        self.item_id, self.minutes = item_id, minutes
        super().__init__(f"From item {item_id} on, {minutes} minutes are too many.")


class Piece(NamedTuple):
    """Something with a length: a step, or a fork that is as long as its longest branch."""

    step: Step | Fork
    weight: int
    least: int


def fitted(
    items: Iterable[PlannedItem],
    starts_at: datetime,
    ends_at: datetime,
    sittings: Sequence[SittingTimes] = (),
    *,
    only: UUID | None = None,
    fill: bool = False,
) -> dict[UUID, int]:
    """The durations that change so that the items fit their sittings, or `only` this one.

    What is too long is cut; with `fill` what is too short is stretched too. Raises `DoesNotFit`.
    """
    known = {item.id: item for item in items}
    changed: dict[UUID, int] = {}
    spans = sittings_or_meeting(sittings, starts_at, ends_at)
    for span in spans:
        if only is None or span.id == only:
            durations = _fit_sitting(known.values(), spans, span, fill=fill)
            changed |= durations
            known |= {key: known[key]._replace(duration=n) for key, n in durations.items()}
    return changed


def apportioned(weights: Sequence[int], least: Sequence[int], total: int) -> list[int]:
    """Whole numbers in the proportion of the weights whose sum is exactly `total`.

    None is less than its least, or more than `LONGEST` unless its weight is. The larger remainders
    are rounded up, of equal ones the earlier. The sum of the least must not be more than `total`.
    """
    found = [0] * len(weights)
    free = list(range(len(weights)))
    while free:
        weight = sum(weights[n] for n in free)
        low = [n for n in free if total * weights[n] < least[n] * weight]
        high = [n for n in free if total * weights[n] > max(LONGEST, weights[n]) * weight]
        for n in low or high:
            found[n] = least[n] if low else max(LONGEST, weights[n])
            total -= found[n]
            free.remove(n)
        if not low and not high:
            break
    if free:
        weight = sum(weights[n] for n in free)
        for n in free:
            found[n] = total * weights[n] // weight
        rest = total - sum(found[n] for n in free)
        for n in sorted(free, key=lambda n: (-(total * weights[n] % weight), n))[:rest]:
            found[n] += 1
    return found


def _fit_sitting(
    items: Iterable[PlannedItem],
    spans: Sequence[SittingTimes],
    span: SittingTimes,
    *,
    fill: bool,
) -> dict[UUID, int]:
    clock = Clock(spans)
    layout = laid_out(items)
    clock.run(layout.line, spans[0].begins_at)
    changed: dict[UUID, int] = {}
    for line, start, end in _stretches(layout.line, clock, span):
        available = (end - start) // MINUTE
        changed |= _fit_line(line, available, fill=fill)
    return changed


def _stretches(
    line: Line, clock: Clock, span: SittingTimes
) -> Iterator[tuple[Line, datetime, datetime]]:
    """What lies between two fixed times of the sitting: the steps, and those times."""
    stretch: Line = []
    start = span.begins_at
    for step in line:
        began = _began(step, clock)
        if began is None or _span_of(step, began, clock) is not span:
            continue
        if step.pinned:
            if stretch:
                yield stretch, start, _fixed(step, began)
            stretch, start = [], began
            if isinstance(step, Fork):
                start = max(clock.blocks[each.item.id].ends_at for each in steps_of([step]))
                continue
        elif not stretch:
            start = max(start, began)
        stretch.append(step)
    while stretch and span is not clock.sittings[-1] and _is_pause(stretch[-1]):
        stretch.pop()
    if stretch:
        yield stretch, start, span.ends_at


def _is_pause(step: Step | Fork) -> bool:
    """A break at the end of a sitting may lie behind it, before the next."""
    if isinstance(step, Fork) or step.pinned:
        return False
    return step.item.kind is ItemKind.BREAK and step.item.sitting_id is None


def _began(step: Step | Fork, clock: Clock) -> datetime | None:
    if isinstance(step, Fork):
        return min(clock.blocks[each.item.id].starts_at for each in steps_of([step]))
    return clock.blocks[step.item.id].starts_at if step.alive else None


def _fixed(step: Step | Fork, began: datetime) -> datetime:
    """Nothing before a parallel segment with pins is cut."""
    if isinstance(step, Fork) or step.item.starts_at is None:
        return began + timedelta(days=366)
    return step.item.starts_at


def _span_of(step: Step | Fork, began: datetime, clock: Clock) -> SittingTimes:
    """The sitting that it names, or else the last that has begun."""
    named = None if isinstance(step, Fork) else clock.sitting_named(step.item.sitting_id)
    if named is not None:
        return named
    begun = [span for span in clock.sittings if span.begins_at <= began]
    return begun[-1] if begun else clock.sittings[0]


def _fit_line(line: Line, available: int, *, fill: bool) -> dict[UUID, int]:
    """New durations for steps without a pin after the first, so that they take what there is."""
    pieces = [_piece(step) for step in line]
    total = sum(piece.weight for piece in pieces)
    flexible = any(
        (isinstance(p.step, Fork) and p.step.elastic) or _takes_rest(p.step) for p in pieces
    )
    if total == available or (total < available and (flexible or not fill)):
        return {}
    needed = sum(piece.least for piece in pieces)
    if needed > available:
        raise DoesNotFit(next(steps_of(line)).item.id, needed - available)
    scaled = [
        piece
        for piece in pieces
        if piece.least < piece.weight or _can_grow(piece, total, available)
    ]
    fixed = total - sum(piece.weight for piece in scaled)
    lengths = apportioned(
        [piece.weight for piece in scaled], [piece.least for piece in scaled], available - fixed
    )
    changed: dict[UUID, int] = {}
    for piece, length in zip(scaled, lengths, strict=True):
        changed |= _lengthened(piece, length, fill=fill)
    return changed


def _lengthened(piece: Piece, length: int, *, fill: bool) -> dict[UUID, int]:
    if not isinstance(piece.step, Fork):
        return {} if length == piece.weight else {piece.step.item.id: length}
    changed: dict[UUID, int] = {}
    for branch in piece.step.branches:
        own = sum(_piece(step).weight for step in branch)
        if own > length or own == piece.weight:
            changed |= _fit_line(branch, length, fill=fill)
    return changed


def _piece(step: Step | Fork) -> Piece:
    """A flexible step is kept a minute."""
    if isinstance(step, Fork):
        branches = [[_piece(each) for each in branch] for branch in step.branches]
        weight = max((sum(p.weight for p in branch) for branch in branches), default=0)
        least = max((sum(p.least for p in branch) for branch in branches), default=0)
        return Piece(step, weight, least)
    if step.flexible:
        return Piece(step, 1, 1)
    kept = step.item.kind is ItemKind.BREAK or step.minutes == 0
    return Piece(step, step.minutes, step.minutes if kept else 1)


def _takes_rest(step: Step | Fork) -> bool:
    return not isinstance(step, Fork) and step.flexible


def _can_grow(piece: Piece, total: int, available: int) -> bool:
    """Whether something that is at its least already may be stretched."""
    if total > available or not piece.weight:
        return False
    if isinstance(piece.step, Fork):
        return any(_can_grow(_piece(step), total, available) for step in steps_of([piece.step]))
    return not piece.step.flexible and piece.step.item.kind is not ItemKind.BREAK
