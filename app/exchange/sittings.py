"""What a file makes of a meeting's sittings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from app.agenda.sittings import (
    DAY,
    LAST_DAY,
    MAX_SITTINGS,
    HeldSitting,
    Members,
    SittingsEdit,
)
from app.core.ids import new_id
from app.core.imports import errors_of
from app.core.problems import FieldError
from app.core.zones import to_local
from app.exchange.lifecycle import AgendaFileKind, AgendaImportMode
from app.exchange.outline import Line, Reading
from app.exchange.places import Place, days_from, minutes_of, place_of
from app.exchange.schemas import FileSitting
from app.meetings.tables import Meeting

_TOO_MANY = f"A meeting has at most {MAX_SITTINGS} sittings."


@dataclass(slots=True)
class SittingsPlan:
    """Which there are and which there would be, by id; `ids` by where they would begin."""

    before: Mapping[UUID, Members]
    after: dict[UUID, Members]
    ids: dict[Place, UUID]
    errors: list[FieldError] = field(default_factory=list)

    @property
    def edit(self) -> SittingsEdit:
        return SittingsEdit.between(self.before, self.after)

    def want(self, place: Place, values: Members) -> None:
        sitting_id = self.ids.setdefault(place, new_id())
        self.after[sitting_id] = place._asdict() | values

    def first_of(self, meeting: Meeting, day: str) -> UUID | None:
        """The first of a day; None for what is no day."""
        try:
            wanted = days_from(meeting, date.fromisoformat(day))
        except ValueError:
            return None
        places = [place for place in self.ids if place.day == wanted]
        return self.ids[min(places)] if places else None


def plan_sittings(
    meeting: Meeting, present: Sequence[HeldSitting], reading: Reading, mode: AgendaImportMode
) -> SittingsPlan:
    before = {held.id: held.members for held in present}
    ids = {Place(each["day"], each["begins"]): key for key, each in before.items()}
    plan = SittingsPlan(before, dict(before), ids)
    if reading.kind is AgendaFileKind.SCHEDULE:
        _add_days(plan, meeting, reading.lines)
    elif reading.sittings is not None:
        _take(plan, meeting, reading.sittings, mode)
    if len(plan.after) > MAX_SITTINGS:
        _fault(plan, _TOO_MANY)
    return plan


def _add_days(plan: SittingsPlan, meeting: Meeting, lines: Sequence[Line]) -> None:
    """One for each day that has events and no sitting yet, as long as they are on."""
    days: dict[int, tuple[int, int]] = {}
    planned = {place.day for place in plan.ids}
    for line in lines:
        if line.starts_at is None:
            continue
        local = to_local(line.starts_at, meeting.timezone)
        day, begins = place_of(meeting, local)
        ends = min(max(begins + (line.values.get("minutes") or 0), begins + 1), DAY)
        if not 0 <= day <= LAST_DAY:
            last = (meeting.local_start + timedelta(days=LAST_DAY)).date()
            line.fault("date", f"It must lie from {meeting.local_start.date()} to {last}.")
        elif day not in planned:
            first, last_minute = days.get(day, (begins, ends))
            days[day] = min(first, begins), max(last_minute, ends)
    for day, (begins, ends) in sorted(days.items()):
        plan.want(Place(day, begins), {"ends": ends, "name": {}, "longest_stretch": None})


def _take(
    plan: SittingsPlan, meeting: Meeting, said: Sequence[Any], mode: AgendaImportMode
) -> None:
    """Those of a tree: all there are to be, or those that come to the present ones."""
    if len(said) > MAX_SITTINGS:
        _fault(plan, _TOO_MANY)
        return
    wanted: dict[Place, Members] = {}
    for number, each in enumerate(said):
        _read(plan, meeting, wanted, f"/sittings/{number}", each)
    if mode is AgendaImportMode.REPLACE:
        for place in plan.ids.keys() - wanted.keys():
            del plan.after[plan.ids.pop(place)]
    for place, values in wanted.items():
        if mode is AgendaImportMode.REPLACE or place not in plan.ids:
            plan.want(place, values)
    in_order = [plan.after[plan.ids[place]] for place in sorted(plan.ids)]
    if any(
        one["day"] == other["day"] and one["ends"] > other["begins"]
        for one, other in pairwise(in_order)
    ):
        _fault(plan, "Two sittings of a day overlap.")


def _read(
    plan: SittingsPlan,
    meeting: Meeting,
    wanted: dict[Place, Members],
    pointer: str,
    said: Any,
) -> None:
    try:
        sitting = FileSitting.model_validate(said)
    except ValidationError as error:
        plan.errors += [
            FieldError(pointer=f"{pointer}{each.pointer}", detail=each.detail)
            for each in errors_of(error)
        ]
        return
    place = Place(days_from(meeting, sitting.day), minutes_of(sitting.begins))
    if not 0 <= place.day <= LAST_DAY:
        detail = f"It must lie from {meeting.local_start.date()} on, at most {LAST_DAY} days later."
        plan.errors.append(FieldError(pointer=f"{pointer}/day", detail=detail))
    elif place in wanted:
        detail = "Another sitting begins then."
        plan.errors.append(FieldError(pointer=f"{pointer}/begins", detail=detail))
    else:
        wanted[place] = {
            "ends": minutes_of(sitting.ends),
            "name": sitting.name,
            "longest_stretch": sitting.longest_stretch,
        }


def _fault(plan: SittingsPlan, detail: str) -> None:
    plan.errors.append(FieldError(pointer="/sittings", detail=detail))
