"""What would mend the problems of a timetable, as requests that can be sent as they are."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from statistics import median_low
from typing import Any, Final
from uuid import UUID

from app.agenda.clockwork import in_parallel
from app.agenda.findings import TimetableProblem, TimetableProblemKind
from app.agenda.fitting import DoesNotFit, fitted
from app.agenda.lifecycle import ChildrenRun, ItemKind
from app.agenda.sittings import DAY, HeldSitting
from app.agenda.timetable import TimedItem
from app.agenda.tree import MINUTE, ItemState, WorkingAgenda, pinned_wall_time
from app.core.choices import Choice
from app.core.zones import format_offset, offset_at, to_local
from app.meetings.lifecycle import MeetingStatus

LOOK_BACK: Final = 50
"""Items, for the one that runs over."""
TRIED: Final = 5
"""Sittings in which fitting is tried, as each takes the time of a timetable."""
BREAK, LUNCH = 15, 60
"""Minutes."""
BREAKS: Final = {
    "en": "Break",
    "fr": "Pause",
    "es": "Pausa",
    "ar": "استراحة",
    "zh": "休息",
    "ru": "Перерыв",
}
LUNCHES: Final = {
    "en": "Lunch",
    "fr": "Déjeuner",
    "es": "Almuerzo",
    "ar": "غداء",
    "zh": "午餐",
    "ru": "Обед",
}


Lane = tuple[tuple[UUID, UUID], ...]
"""Parallel segments, each with a branch of it."""
Sizes = dict[tuple[TimetableProblemKind, UUID | None], int]
"""Minutes of problems."""


class TimetableMendVerb(Choice):
    """What a request does about a problem."""

    SHORTEN = "shorten"
    """Give the item fewer minutes."""
    LENGTHEN = "lengthen"
    """Give the item before more minutes."""
    SET_DURATION = "set_duration"
    """Give the item minutes."""
    MAKE_FLEXIBLE = "make_flexible"
    """Let the item take what is left."""
    MOVE_PIN = "move_pin"
    """Pin the item to when it can begin."""
    SHIFT = "shift"
    """Move the pins after it along."""
    FIT = "fit"
    """Cut the minutes of all items to what there is."""
    INSERT_BREAK = "insert_break"
    """Add a break."""
    MOVE_TO_SITTING = "move_to_sitting"
    """Let the item begin with a later sitting."""
    EXTEND_SITTING = "extend_sitting"
    """Let the sitting end later, or begin earlier."""
    CUT_SITTING = "cut_sitting"
    """Let the sitting end with the meeting, or begin with it."""
    EXTEND_MEETING = "extend_meeting"
    """Let the meeting last longer."""
    LEAVE_ROOM = "leave_room"
    """Take the room away from the item."""
    RUN_IN_SEQUENCE = "run_in_sequence"
    """Let the items follow each other."""


@dataclass(frozen=True, slots=True)
class Mend:
    """A request; `if_match` is the path of what its `If-Match` needs the tag of, if it does."""

    verb: TimetableMendVerb
    method: str
    path: str
    body: dict[str, Any]
    if_match: str | None


@dataclass(frozen=True, slots=True)
class MendedProblem:
    """A problem with what would mend it, the least change first."""

    kind: TimetableProblemKind
    item_id: UUID | None
    minutes: int
    sitting_id: UUID | None
    other_item_id: UUID | None
    mend: list[Mend] = field(default_factory=list)


def mended(agenda: WorkingAgenda) -> list[MendedProblem]:
    """The problems of the timetable in its order."""
    workshop = Workshop(agenda)
    return [
        MendedProblem(
            problem.kind,
            problem.item_id,
            problem.minutes,
            problem.sitting_id,
            problem.other_item_id,
            list(workshop.mends(problem)),
        )
        for problem in agenda.timetable.problems
    ]


class Workshop:
    """Where the mends of one agenda are made."""

    def __init__(self, agenda: WorkingAgenda) -> None:
        self.agenda = agenda
        self.meeting = agenda.meeting
        self.path = f"/v1/meetings/{agenda.meeting.id}"
        self._fits: dict[UUID | None, Sizes] = {}

    def mends(self, problem: TimetableProblem) -> Iterator[Mend]:
        if problem.kind is TimetableProblemKind.SITTING_OUTSIDE_MEETING:
            return self._sitting_outside(problem)
        assert problem.item_id is not None, "every other problem is one of an item"
        ways: dict[
            TimetableProblemKind, Callable[[TimetableProblem, ItemState], Iterator[Mend]]
        ] = {
            TimetableProblemKind.OVERRUN: self._overrun,
            TimetableProblemKind.GAP: self._gap,
            TimetableProblemKind.OUTSIDE_MEETING: self._outside_meeting,
            TimetableProblemKind.OUTSIDE_SITTING: self._outside_sitting,
            TimetableProblemKind.MISSING_DURATION: self._missing_duration,
            TimetableProblemKind.NOTHING_LEFT: self._nothing_left,
            TimetableProblemKind.BREAK_MISSING: self._break_missing,
            TimetableProblemKind.LUNCH_MISSING: self._lunch_missing,
            TimetableProblemKind.LONG_DAY: self._long_day,
            TimetableProblemKind.ROOM_TWICE: self._room_twice,
        }
        return ways[problem.kind](problem, self.agenda.states[problem.item_id])

    @cached_property
    def _places(self) -> dict[UUID, int]:
        return {timed.id: place for place, timed in enumerate(self.agenda.timetable.items)}

    @cached_property
    def _indexes(self) -> dict[UUID, int]:
        """The place of every item among its siblings, from 0."""
        counts: dict[UUID | None, int] = {}
        found = {}
        for timed in self.agenda.timetable.items:
            parent = self.agenda.states[timed.id].parent_id
            found[timed.id] = counts.get(parent, 0)
            counts[parent] = found[timed.id] + 1
        return found

    @cached_property
    def _lanes(self) -> list[Lane]:
        """The parallel segments that the item at each place lies in, with the branch."""
        found: dict[UUID, Lane] = {}
        for timed in self.agenda.timetable.items:
            parent = self.agenda.states[timed.id].parent_id
            found[timed.id] = () if parent is None else found[parent]
            if parent is not None and self._runs_in_parallel(parent):
                found[timed.id] += ((parent, timed.id),)
        return list(found.values())

    def _lane(self, item_id: UUID) -> Lane:
        return self._lanes[self._places[item_id]]

    def _runs_in_parallel(self, item_id: UUID) -> bool:
        return self.agenda.states[item_id].children_run is ChildrenRun.IN_PARALLEL

    def _timed(self, item_id: UUID) -> TimedItem:
        return self.agenda.timetable.items[self._places[item_id]]

    def _ends(self, item_id: UUID) -> datetime:
        """When its own time is over."""
        timed = self._timed(item_id)
        return timed.starts_at + timed.minutes * MINUTE

    def _fitted(self, sitting_id: UUID | None) -> Sizes:
        """What would be left after fitting; what there is now where it cannot be done."""
        if sitting_id not in self._fits:
            meeting, agenda = self.meeting, self.agenda
            window = meeting.starts_at, meeting.ends_at, agenda.sitting_times
            changed: dict[UUID, int] = {}
            with suppress(DoesNotFit):
                changed = fitted(agenda.planned, *window, only=sitting_id)
            if changed:
                agenda = agenda.with_states(
                    state._replace(duration=changed.get(state.id, state.duration))
                    for state in agenda.states.values()
                )
            found = agenda.timetable.problems
            self._fits[sitting_id] = {(each.kind, each.item_id): each.minutes for each in found}
        return self._fits[sitting_id]

    def _before(self, item_id: UUID) -> UUID | None:
        """What runs until the item begins, or over it: of those near before it the last to end."""
        place, lane = self._places[item_id], self._lane(item_id)
        near = slice(max(0, place - LOOK_BACK), place)
        apart: dict[int, bool] = {id(lane): False}  # neighbours share most of theirs
        ends = []
        for timed, there in zip(self.agenda.timetable.items[near], self._lanes[near], strict=True):
            if timed.minutes:
                if id(there) not in apart:
                    apart[id(there)] = in_parallel(there, lane)
                if not apart[id(there)]:
                    ends.append((self._ends(timed.id), timed.id))
        return max(ends, key=itemgetter(0))[1] if ends else None

    # One way to mend each kind of problem

    def _overrun(self, problem: TimetableProblem, item: ItemState) -> Iterator[Mend]:
        before = self._before(item.id)
        if before is not None and self._ends(before) > self._timed(item.id).starts_at:
            yield from self._shorten(self.agenda.states[before], problem.minutes)
        yield from self._move_pin(item, problem.minutes)
        yield from self._shift(item, problem.minutes)
        runs_over = problem.sitting_id if before is None else self._timed(before).sitting_id
        yield from self._fit(problem, runs_over)

    def _gap(self, problem: TimetableProblem, item: ItemState) -> Iterator[Mend]:
        before, held = self._before(item.id), self._held(problem.sitting_id)
        first = held is not None and (before is None or self._ends(before) < held.starts_at)
        if before is not None and not first:
            known = self.agenda.states[before]
            minutes = (known.duration or 0) + problem.minutes
            if known.duration and minutes <= DAY:
                yield self._change(TimetableMendVerb.LENGTHEN, known, {"minutes": minutes})
        yield from self._shift(item, -problem.minutes)
        if problem.minutes <= DAY:
            sitting_id = problem.sitting_id if first else None  # or it would lie before that
            place = item.parent_id, self._indexes[item.id]
            yield from self._insert(place, problem.minutes, BREAKS, sitting_id)

    def _outside_meeting(self, problem: TimetableProblem, item: ItemState) -> Iterator[Mend]:
        yield from self._shorten(item, problem.minutes)
        yield from self._fit(problem, None)
        latest = max(self.meeting.ends_at, self.agenda.timetable.ends_at)
        yield from self._extend_meeting(self.meeting.starts_at, latest)

    def _outside_sitting(self, problem: TimetableProblem, item: ItemState) -> Iterator[Mend]:
        sitting = self._held(item.sitting_id or problem.sitting_id)
        timed = self._timed(item.id)
        if sitting is not None and self._ends(item.id) > sitting.ends_at:
            yield from self._shorten(item, problem.minutes)
            if sitting.starts_at <= timed.starts_at < sitting.ends_at:
                yield from self._extend_sitting(sitting, problem.minutes)
            yield from self._fit(problem, sitting.id)
        later = self._sitting_after(timed.starts_at)
        if later is not None:
            body: dict[str, Any] = {"sitting_id": str(later.id), "pinned_start": None}
            yield self._change(TimetableMendVerb.MOVE_TO_SITTING, item, body)

    def _missing_duration(self, problem: TimetableProblem, item: ItemState) -> Iterator[Mend]:
        yield self._change(TimetableMendVerb.SET_DURATION, item, {"minutes": self._usual(item)})
        if problem.sitting_id is not None or not self.agenda.sittings:
            yield self._change(TimetableMendVerb.MAKE_FLEXIBLE, item, {"flexible": True})

    def _nothing_left(self, problem: TimetableProblem, item: ItemState) -> Iterator[Mend]:
        yield from self._fit(problem, problem.sitting_id)
        body = {"flexible": False, "minutes": self._usual(item)}
        yield self._change(TimetableMendVerb.SET_DURATION, item, body)

    def _break_missing(self, problem: TimetableProblem, item: ItemState) -> Iterator[Mend]:
        return self._paused(problem, item, BREAK, BREAKS)

    def _lunch_missing(self, problem: TimetableProblem, item: ItemState) -> Iterator[Mend]:
        return self._paused(problem, item, LUNCH, LUNCHES)

    def _paused(
        self, problem: TimetableProblem, item: ItemState, minutes: int, words: dict[str, str]
    ) -> Iterator[Mend]:
        pauses: list[Mend] = []
        if problem.other_item_id is not None:
            pauses += self._pause_after(problem.other_item_id, minutes, words)
        yield from pauses or self._shorten(item, problem.minutes)

    def _long_day(self, problem: TimetableProblem, item: ItemState) -> Iterator[Mend]:
        yield from self._shorten(item, problem.minutes)
        later = self._sitting_after(self._timed(item.id).starts_at)
        if later is not None:
            body: dict[str, Any] = {"sitting_id": str(later.id), "pinned_start": None}
            yield self._change(TimetableMendVerb.MOVE_TO_SITTING, item, body)

    def _room_twice(self, problem: TimetableProblem, item: ItemState) -> Iterator[Mend]:
        yield self._change(TimetableMendVerb.LEAVE_ROOM, item, {"room": None})
        assert problem.other_item_id is not None, "a room is met in by two"
        lanes = zip(self._lane(item.id), self._lane(problem.other_item_id), strict=False)
        fork = next((one[0] for one, other in lanes if one != other), None)
        if fork is not None:
            known = self.agenda.states[fork]
            body = {"children_run": ChildrenRun.IN_SEQUENCE.value}
            yield self._change(TimetableMendVerb.RUN_IN_SEQUENCE, known, body)

    def _sitting_outside(self, problem: TimetableProblem) -> Iterator[Mend]:
        held = self._held(problem.sitting_id)
        if held is None:
            return
        starts_at = min(held.starts_at, self.meeting.starts_at)
        yield from self._extend_meeting(starts_at, max(held.ends_at, self.meeting.ends_at))
        start = max(held.local_start, self.meeting.local_start)
        end = min(held.local_end, self.meeting.local_end)
        if start < end:
            body = {"local_start": start.isoformat(), "local_end": end.isoformat()}
            yield self._change_sitting(TimetableMendVerb.CUT_SITTING, held, body)

    # Requests

    def _change(self, verb: TimetableMendVerb, item: ItemState, body: dict[str, Any]) -> Mend:
        path = f"{self.path}/agenda/items/{item.id}"
        return Mend(verb, "PATCH", path, body, f"{self.path}/agenda")

    def _shorten(self, item: ItemState, minutes: int) -> Iterator[Mend]:
        if item.duration is not None and item.duration > minutes:
            yield self._change(
                TimetableMendVerb.SHORTEN, item, {"minutes": item.duration - minutes}
            )

    def _move_pin(self, item: ItemState, minutes: int) -> Iterator[Mend]:
        wall = pinned_wall_time(self.meeting, item.pinned_minutes)
        if wall is not None:
            body = {"pinned_start": (wall + minutes * MINUTE).isoformat()}
            yield self._change(TimetableMendVerb.MOVE_PIN, item, body)

    def _shift(self, item: ItemState, minutes: int) -> Iterator[Mend]:
        if abs(minutes) <= DAY:
            body = {"item_id": str(item.id), "minutes": minutes}
            yield self._operation(TimetableMendVerb.SHIFT, "shift", body)

    def _fit(self, problem: TimetableProblem, sitting_id: UUID | None) -> Iterator[Mend]:
        """Where it makes the problem smaller."""
        if len(self._fits) == TRIED and sitting_id not in self._fits:
            return
        left = self._fitted(sitting_id)
        minutes = left.get((problem.kind, problem.item_id), -1)
        if minutes < problem.minutes:
            body = {} if sitting_id is None else {"sitting_id": str(sitting_id)}
            yield self._operation(TimetableMendVerb.FIT, "fit", body)

    def _operation(self, verb: TimetableMendVerb, name: str, body: dict[str, Any]) -> Mend:
        return Mend(verb, "POST", f"{self.path}/agenda/{name}", body, f"{self.path}/agenda")

    def _pause_after(self, item_id: UUID, minutes: int, words: dict[str, str]) -> Iterator[Mend]:
        """Behind the item, or behind the parallel segment that ends with it."""
        end = self._ends(item_id)
        for fork, _ in self._lane(item_id):
            if self._timed(fork).ends_at == end:
                item_id = fork
                break
        if self._timed(item_id).ends_at > end:  # what lies under it comes after
            return self._insert((item_id, 0), minutes, words)
        item = self.agenda.states[item_id]
        return self._insert((item.parent_id, self._indexes[item_id] + 1), minutes, words)

    def _insert(
        self,
        place: tuple[UUID | None, int],
        minutes: int,
        words: dict[str, str],
        sitting_id: UUID | None = None,
    ) -> Iterator[Mend]:
        """A break under the parent, at the position; among branches it would be one more."""
        parent_id, position = place
        if parent_id is not None and self._runs_in_parallel(parent_id):
            return
        tags = [tag for tag in self.meeting.languages if tag in words] or ["en"]
        body = {
            "kind": ItemKind.BREAK.value,
            "title": {tag: words[tag] for tag in tags},
            "minutes": minutes,
            "parent_id": None if parent_id is None else str(parent_id),
            "position": position,
        }
        if sitting_id is not None:
            body["sitting_id"] = str(sitting_id)
        yield self._operation(TimetableMendVerb.INSERT_BREAK, "items", body)

    def _extend_sitting(self, held: HeldSitting, minutes: int) -> Iterator[Mend]:
        """Up to the next sitting, and to midnight."""
        end = held.local_end + minutes * MINUTE
        later = [other.local_start for other in self.agenda.sittings if other.day == held.day]
        free = all(not held.local_start < start < end for start in later)
        if free and (end - MINUTE).date() == held.local_start.date():
            body = {"local_end": end.isoformat()}
            yield self._change_sitting(TimetableMendVerb.EXTEND_SITTING, held, body)

    def _change_sitting(
        self, verb: TimetableMendVerb, held: HeldSitting, body: dict[str, Any]
    ) -> Mend:
        path = f"{self.path}/sittings/{held.id}"
        return Mend(verb, "PATCH", path, body, path)

    def _extend_meeting(self, starts_at: datetime, ends_at: datetime) -> Iterator[Mend]:
        """A draft is changed, an announced meeting rescheduled; nothing else moves its end."""
        zone = self.meeting.timezone
        body = {
            "local_start": to_local(starts_at, zone).isoformat(),
            "start_offset": format_offset(offset_at(starts_at, zone)),
            "local_end": to_local(ends_at, zone).isoformat(),
            "end_offset": format_offset(offset_at(ends_at, zone)),
        }
        if self.meeting.status is MeetingStatus.DRAFT:
            yield Mend(TimetableMendVerb.EXTEND_MEETING, "PATCH", self.path, body, self.path)
        elif self.meeting.status is MeetingStatus.SCHEDULED:
            path = f"{self.path}/reschedule"
            yield Mend(TimetableMendVerb.EXTEND_MEETING, "POST", path, body, None)

    # What there is

    def _held(self, sitting_id: UUID | None) -> HeldSitting | None:
        return next((held for held in self.agenda.sittings if held.id == sitting_id), None)

    def _sitting_after(self, instant: datetime) -> HeldSitting | None:
        return next((held for held in self.agenda.sittings if held.starts_at > instant), None)

    def _usual(self, item: ItemState) -> int:
        """What items beside it take, else ten minutes."""
        return median_low(self._taken[item.parent_id, item.kind][:LOOK_BACK] or [10])

    @cached_property
    def _taken(self) -> dict[tuple[UUID | None, ItemKind], list[int]]:
        """The minutes of items that have any, by what they lie under and their kind."""
        found: dict[tuple[UUID | None, ItemKind], list[int]] = defaultdict(list)
        for state in self.agenda.states.values():
            if state.duration:
                found[state.parent_id, state.kind].append(state.duration)
        return found
