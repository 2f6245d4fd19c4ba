"""Where people work too long: interpreters without a pause, everybody without a lunch or a night.

Work is what is on that is no break, wherever it is; a pause is a time without any.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.agenda.clockwork import Clock, SittingTimes, whole_minutes
from app.agenda.findings import TimetableProblem, TimetableProblemKind
from app.agenda.lifecycle import ItemKind
from app.agenda.steps import Step

PAUSE: Final = timedelta(minutes=10)
"""Less is no rest for interpreters."""
LUNCH: Final = timedelta(minutes=30)
NIGHT: Final = timedelta(hours=6)
"""Days lie between pauses of so long, in whatever zone."""
WITHOUT_LUNCH: Final = timedelta(hours=6)
LONGEST_DAY: Final = timedelta(hours=10)


@dataclass(frozen=True, slots=True)
class Work:
    """A time in which something is on; `items` are in the order of their starts."""

    starts_at: datetime
    ends_at: datetime
    items: tuple[tuple[datetime, datetime, UUID], ...]
    """Start and end of each."""
    sitting: SittingTimes | None
    """In which it begins."""


def faults_of_work(
    read: Iterable[Step], clock: Clock, longest_stretch: int | None
) -> Iterator[TimetableProblem]:
    """Stretches, days and half days that are too long; `longest_stretch` is the meeting's."""
    worked = list(_worked(read, clock))
    yield from _breaks_missing(worked, longest_stretch)
    for day in _joined(worked, NIGHT):
        yield from _lunch_missing(worked, day)
        excess = day.ends_at - day.starts_at - LONGEST_DAY
        if excess > timedelta():
            last = max(day.items, key=lambda each: (each[1], each[2]))
            yield TimetableProblem(TimetableProblemKind.LONG_DAY, last[2], whole_minutes(excess))


def _worked(read: Iterable[Step], clock: Clock) -> Iterator[Work]:
    """What is on, by its start."""
    found = []
    for step in read:
        block = clock.blocks[step.item.id]
        if step.alive and step.item.kind is not ItemKind.BREAK and block.ends_at > block.starts_at:
            found.append((block.starts_at, block.ends_at, step.item.id, block.sitting))
    found.sort(key=lambda each: each[:3])
    for start, end, item_id, sitting in found:
        yield Work(start, end, ((start, end, item_id),), sitting)


def _joined(worked: Sequence[Work], pause: timedelta) -> list[Work]:
    """What lies between pauses of at least so long."""
    runs: list[list[Work]] = []
    end: datetime | None = None
    for work in worked:
        if end is None or work.starts_at - end >= pause:
            runs.append([])
            end = work.ends_at
        runs[-1].append(work)
        end = max(end, work.ends_at)
    return [
        replace(
            run[0],
            ends_at=max(work.ends_at for work in run),
            items=tuple(item for work in run for item in work.items),
        )
        for run in runs
    ]


def _breaks_missing(worked: Sequence[Work], standard: int | None) -> Iterator[TimetableProblem]:
    for run in _joined(worked, PAUSE):
        own = run.sitting.longest_stretch if run.sitting else None
        longest = own or standard
        if longest is None:
            continue
        limit = timedelta(minutes=longest)
        excess = run.ends_at - run.starts_at - limit
        if excess > timedelta():
            latest = run.starts_at + limit
            at, before = _around(run, latest)
            kind, sitting = (
                TimetableProblemKind.BREAK_MISSING,
                run.sitting.id if run.sitting else None,
            )
            yield TimetableProblem(kind, at, whole_minutes(excess), sitting, before)


def _lunch_missing(worked: Sequence[Work], day: Work) -> Iterator[TimetableProblem]:
    of_day = [work for work in worked if day.starts_at <= work.starts_at < day.ends_at]
    for run in _joined(of_day, LUNCH):
        excess = run.ends_at - run.starts_at - WITHOUT_LUNCH
        if excess > timedelta():
            middle = run.starts_at + (run.ends_at - run.starts_at) / 2
            at, before = _around(run, middle)
            kind, sitting = (
                TimetableProblemKind.LUNCH_MISSING,
                run.sitting.id if run.sitting else None,
            )
            yield TimetableProblem(kind, at, whole_minutes(excess), sitting, before)


def _around(run: Work, time: datetime) -> tuple[UUID, UUID | None]:
    """The item that is on when it becomes too long, and the last before it with which a pause
    can begin, as nothing else is on then.
    """
    at = next(item for _, end, item in run.items if end > time)
    before, last = None, run.items[0]
    for item in run.items:
        if item[0] >= last[1] and last[1] <= time:
            before = last[2]
        if item[1] >= last[1]:
            last = item
    return at, before
