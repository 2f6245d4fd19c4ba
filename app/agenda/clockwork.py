"""The clock that runs through an agenda's steps: when each begins and how long it takes."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from app.agenda.lifecycle import ItemKind
from app.agenda.steps import Fork, Line, Step, steps_of

MINUTE: Final = timedelta(minutes=1)
Lane = tuple[tuple[UUID, int], ...]
"""The forks that something lies in, each with the number of its branch."""


@dataclass(frozen=True, slots=True)
class SittingTimes:
    """When a sitting is; without an id it is the meeting itself."""

    id: UUID | None
    begins_at: datetime
    ends_at: datetime
    longest_stretch: int | None = None
    """Minutes that interpreters work without a pause."""


class Block(NamedTuple):
    """The time of an item without what lies under it."""

    starts_at: datetime
    ends_at: datetime
    gap: int
    overrun: int
    lane: Lane
    sitting: SittingTimes | None
    """In which it begins."""


class Actual(NamedTuple):
    """What has really happened of an item."""

    starts_at: datetime
    ends_at: datetime | None = None


class Clock:
    """Runs through a line; its time is when all steps so far have ended and never goes back.

    Without sittings everything flows on. With `now` it projects: what has happened has its actual
    times, nothing else begins before `now`, and a pin is only the earliest start.
    """

    def __init__(
        self,
        sittings: Sequence[SittingTimes],
        actuals: Mapping[UUID, Actual] | None = None,
        passed: frozenset[UUID] = frozenset(),
        now: datetime | None = None,
    ) -> None:
        self.sittings = sittings
        self.actuals = actuals or {}
        self.passed = passed
        self.now = now
        self.blocks: dict[UUID, Block] = {}
        self._begins = [sitting.begins_at for sitting in sittings]
        self._named = {sitting.id: sitting for sitting in sittings}

    def run(
        self, line: Line, time: datetime, until: datetime | None = None, lane: Lane = ()
    ) -> datetime:
        """Time the line's steps from `time` on; the time at which all of them have ended.

        Flexible steps fill what is left up to the next pin or the end of their sitting, and in a
        branch no more than `until`.
        """
        return self._run(line, time, until, lane, self.blocks, measuring=False)

    def sitting_at(self, time: datetime) -> SittingTimes | None:
        """The sitting that is on."""
        place = bisect_right(self._begins, time) - 1
        if place >= 0 and time < self.sittings[place].ends_at:
            return self.sittings[place]
        return None

    def sitting_named(self, sitting_id: UUID | None) -> SittingTimes | None:
        return None if sitting_id is None else self._named.get(sitting_id)

    def _run(
        self,
        line: Line,
        time: datetime,
        until: datetime | None,
        lane: Lane,
        blocks: dict[UUID, Block],
        *,
        measuring: bool,
    ) -> datetime:
        shares: dict[int, int] = {}
        for place, step in enumerate(line):
            share = 0
            if isinstance(step, Fork) or step.item.flexible:
                if self._stretches(step) and place not in shares and not measuring:
                    shares |= self._shared(line, place, time, until)
                share = shares.get(place, 0)
            if isinstance(step, Fork):
                time = self._run_fork(step, time, share, lane, blocks, measuring=measuring)
            else:
                blocks[step.item.id] = block = self._block(step, time, share, lane)
                time = max(time, block.ends_at)
        return time

    def _run_fork(
        self,
        fork: Fork,
        time: datetime,
        share: int,
        lane: Lane,
        blocks: dict[UUID, Block],
        *,
        measuring: bool,
    ) -> datetime:
        until = None
        if fork.flexible and not measuring:
            until = self._measured(fork, time, {}) + share * MINUTE
        ends = [
            self._run(branch, time, until, (*lane, (fork.id, number)), blocks, measuring=measuring)
            for number, branch in enumerate(fork.branches)
        ]
        return max(time, *ends)

    def _measured(self, fork: Fork, time: datetime, blocks: dict[UUID, Block]) -> datetime:
        """When it ends if nothing flexible in it takes any time."""
        return self._run_fork(fork, time, 0, (), blocks, measuring=True)

    def _block(self, step: Step, time: datetime, share: int, lane: Lane) -> Block:
        item = step.item
        if not step.alive or (self.passed and item.id in self.passed):
            return Block(time, time, 0, 0, lane, self.sitting_at(time))
        actual = self.actuals.get(item.id) if self.actuals else None
        if actual is not None:
            return self._actual_block(step, actual, share, lane)
        start = self._start(step, time)
        sitting = self.sitting_at(start)
        end = start + (item.duration or share) * MINUTE
        if start >= time:
            return Block(start, end, self._gap(time, start, sitting), 0, lane, sitting)
        return Block(start, end, 0, whole_minutes(time - start), lane, sitting)

    def _actual_block(self, step: Step, actual: Actual, share: int, lane: Lane) -> Block:
        """What is on may last longer than planned, and then ends now."""
        start, minutes = actual.starts_at, step.minutes or share
        end = start + minutes * MINUTE
        if step.heads:
            end = start if not minutes else self._own_end(end, actual)
        elif actual.ends_at is not None:
            end = actual.ends_at
        elif self.now is not None:
            end = max(end, self.now)
        return Block(start, end, 0, 0, lane, self.sitting_at(start))

    def _own_end(self, end: datetime, actual: Actual) -> datetime:
        """Of the part of an item before what lies under it."""
        return end if actual.ends_at is None else min(end, actual.ends_at)

    def _start(self, step: Step, time: datetime) -> datetime:
        item = step.item
        if self.now is not None:
            time = max(time, self.now)
        if item.starts_at is not None:
            return item.starts_at if self.now is None else max(time, item.starts_at)
        named = self.sitting_named(item.sitting_id)
        if named is not None:
            time = max(time, named.begins_at)
        elif item.kind is ItemKind.BREAK:
            return time  # it may lie in the pause between two sittings
        return self._flowed(time)

    def _flowed(self, time: datetime) -> datetime:
        """At or after the end of a sitting everything goes on in the next, if there is one."""
        place = bisect_right(self._begins, time) - 1
        if place >= 0 and time < self.sittings[place].ends_at:
            return time
        return self._begins[place + 1] if place + 1 < len(self._begins) else time

    def _gap(self, time: datetime, start: datetime, sitting: SittingTimes | None) -> int:
        """Minutes of nothing before a start, in the sitting in which it begins."""
        if start == time:
            return 0
        if sitting is None or sitting.id is None:
            alone = not self.sittings or self.sittings[0].id is None
            return whole_minutes(start - time) if alone else 0
        return whole_minutes(start - max(time, sitting.begins_at))

    def _shared(
        self, line: Line, first: int, time: datetime, until: datetime | None
    ) -> dict[int, int]:
        """The minutes of the flexible steps from the first one on, up to the next fixed time."""
        head = line[first]
        start = time if isinstance(head, Fork) else self._begun(head, time)
        limit = self._limit(head, start, until)
        takers: list[int] = []
        clock = max(start, time)
        for place in range(first, len(line)):
            step = line[place]
            if place > first and (clock >= limit or self._later(step, limit)):
                break
            if place > first and not isinstance(step, Fork) and step.pinned:
                limit = min(limit, step.item.starts_at or limit)
                break
            if isinstance(step, Fork):
                blocks: dict[UUID, Block] = {}
                end = self._measured(step, clock, blocks)
                if step.pinned and place > first:
                    slack, lead = _before_pins(step, blocks, clock)
                    limit = min(limit - (lead - clock), clock + slack * MINUTE)
                    break
                takers += [place] * step.elastic
                clock = end
            elif self._stretches(step):
                named = self.sitting_named(step.item.sitting_id)
                takers += [place] * (place == first or named in {None, self.sitting_at(start)})
            elif not self._over(step.item.id):
                clock += step.minutes * MINUTE
        each, rest = divmod(max(0, (limit - clock) // MINUTE), max(1, len(takers)))
        shares = {place: each + (nth < rest) for nth, place in enumerate(takers)}
        beside = (min(max(start, time), limit) - start) // MINUTE  # what still runs at its pin
        return shares | {first: shares.get(first, 0) + max(0, beside)}

    def _limit(self, head: Step | Fork, start: datetime, until: datetime | None) -> datetime:
        """The end of its sitting; nothing is left to what begins outside the sitting it names."""
        sitting = self.sitting_at(start)
        named = None if isinstance(head, Fork) else self.sitting_named(head.item.sitting_id)
        if self.sittings and (sitting is None or (named is not None and named is not sitting)):
            return start
        ends = [each for each in (until, sitting.ends_at if sitting else None) if each is not None]
        return min(ends, default=start)

    def _stretches(self, step: Step | Fork) -> bool:
        """Whether it takes what is left; not once it is over."""
        if isinstance(step, Fork):
            return step.elastic
        return step.flexible and not self._over(step.item.id)

    def _over(self, item_id: UUID) -> bool:
        actual = self.actuals.get(item_id)
        return item_id in self.passed or (actual is not None and actual.ends_at is not None)

    def _begun(self, step: Step, time: datetime) -> datetime:
        actual = self.actuals.get(step.item.id)
        return self._start(step, time) if actual is None else actual.starts_at

    def _later(self, step: Step | Fork, limit: datetime) -> bool:
        """Whether the step waits for a later sitting."""
        if isinstance(step, Fork) or step.pinned or not step.alive:
            return False
        named = self.sitting_named(step.item.sitting_id)
        return named is not None and named.begins_at >= limit


def in_parallel(one: Sequence[tuple[UUID, object]], other: Sequence[tuple[UUID, object]]) -> bool:
    """Whether lanes are those of different branches of one fork."""
    for (fork, branch), (fork_there, branch_there) in zip(one, other, strict=False):
        if fork != fork_there:
            return False
        if branch != branch_there:
            return True
    return False


def whole_minutes(time: timedelta) -> int:
    """A part of a minute counts as one; 0 for a negative time."""
    return max(0, -(-time // MINUTE))


def _before_pins(fork: Fork, blocks: Mapping[UUID, Block], time: datetime) -> tuple[int, datetime]:
    """By how many minutes it could begin later without running into a pin of it, and when all of
    it that comes before one has ended.
    """
    slacks: list[int] = []
    for branch in fork.branches:
        for step in branch:
            if isinstance(step, Fork) and step.pinned:
                slack, time = _before_pins(step, blocks, time)
                slacks.append(slack)
                break
            if isinstance(step, Step) and step.pinned:
                slacks.append(blocks[step.item.id].gap)
                break
            time = max(time, *(blocks[each.item.id].ends_at for each in steps_of([step])))
    return min(slacks), time
