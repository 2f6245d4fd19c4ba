"""What a file makes of a meeting's sittings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from app.agenda.tables import Sitting
from app.core.ids import new_id
from app.core.imports import errors_of
from app.core.problems import FieldError
from app.core.zones import to_local
from app.exchange.lifecycle import AgendaFileKind, AgendaImportMode
from app.exchange.outline import Line, Reading
from app.exchange.places import Place, days_from, minutes_of
from app.exchange.schemas import FileSitting
from app.meetings.tables import Meeting

LAST_DAY = 31
MAX_SITTINGS = 200
_DAY = 24 * 60


@dataclass(slots=True)
class SittingsPlan:
    """Which there would be; `ids` by where they begin."""

    ids: dict[Place, UUID]
    added: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[Sitting, dict[str, Any]]] = field(default_factory=list)
    removed: list[Sitting] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)

    def first_of(self, meeting: Meeting, day: str) -> UUID | None:
        """The first of a day; None for what is no day."""
        try:
            wanted = days_from(meeting, date.fromisoformat(day))
        except ValueError:
            return None
        places = [place for place in self.ids if place.day == wanted]
        return self.ids[min(places)] if places else None


def plan_sittings(
    meeting: Meeting, present: Sequence[Sitting], reading: Reading, mode: AgendaImportMode
) -> SittingsPlan:
    plan = SittingsPlan({Place(each.day, each.begins): each.id for each in present})
    if reading.kind is AgendaFileKind.SCHEDULE:
        _add_days(plan, meeting, reading.lines)
    elif reading.sittings is not None:
        _take(plan, meeting, present, reading.sittings, mode)
    return plan


def _add_days(plan: SittingsPlan, meeting: Meeting, lines: Sequence[Line]) -> None:
    """One for each day that has events and no sitting yet, as long as they are on."""
    days: dict[int, tuple[int, int]] = {}
    planned = {place.day for place in plan.ids}
    for line in lines:
        if line.starts_at is None:
            continue
        local = to_local(line.starts_at, meeting.timezone)
        day = days_from(meeting, local.date())
        begins = _minutes(local)
        ends = min(max(begins + (line.values.get("minutes") or 0), begins + 1), _DAY)
        if not 0 <= day <= LAST_DAY:
            last = (meeting.local_start + timedelta(days=LAST_DAY)).date()
            line.fault("date", f"It must lie from {meeting.local_start.date()} to {last}.")
        elif day not in planned:
            first, last_minute = days.get(day, (begins, ends))
            days[day] = min(first, begins), max(last_minute, ends)
    for day, (begins, ends) in sorted(days.items()):
        _add(plan, meeting, Place(day, begins), {"ends": ends, "name": {}, "longest_stretch": None})


def _take(
    plan: SittingsPlan,
    meeting: Meeting,
    present: Sequence[Sitting],
    said: Sequence[Any],
    mode: AgendaImportMode,
) -> None:
    """Those of a tree: all there are to be, or those that come to the present ones."""
    if len(said) > MAX_SITTINGS:
        detail = f"A meeting has at most {MAX_SITTINGS} sittings."
        plan.errors.append(FieldError(pointer="/sittings", detail=detail))
        return
    known = {Place(each.day, each.begins): each for each in present}
    wanted: dict[Place, dict[str, Any]] = {}
    for number, each in enumerate(said):
        _want(plan, meeting, wanted, f"/sittings/{number}", each)
    if mode is AgendaImportMode.REPLACE:
        plan.removed = [sitting for place, sitting in known.items() if place not in wanted]
        plan.ids = {place: sitting.id for place, sitting in known.items() if place in wanted}
    for place, values in wanted.items():
        if place not in known:
            _add(plan, meeting, place, values)
        elif mode is AgendaImportMode.REPLACE and _differs(known[place], values):
            plan.changed.append((known[place], values))
    _check_apart(plan, wanted, known)


def _want(
    plan: SittingsPlan,
    meeting: Meeting,
    wanted: dict[Place, dict[str, Any]],
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


def _add(plan: SittingsPlan, meeting: Meeting, place: Place, values: dict[str, Any]) -> None:
    sitting_id = new_id()
    plan.ids[place] = sitting_id
    plan.added.append({"id": sitting_id, "meeting_id": meeting.id, **place._asdict(), **values})


def _differs(sitting: Sitting, values: dict[str, Any]) -> bool:
    return any(getattr(sitting, name) != value for name, value in values.items())


def _check_apart(
    plan: SittingsPlan, wanted: dict[Place, dict[str, Any]], known: dict[Place, Sitting]
) -> None:
    ends = {place: known[place].ends for place in plan.ids if place in known}
    ends |= {place: values["ends"] for place, values in wanted.items() if place in plan.ids}
    before: Place | None = None
    for place in sorted(plan.ids):
        if before is not None and before.day == place.day and ends[before] > place.begins:
            detail = "Two sittings of a day overlap."
            plan.errors.append(FieldError(pointer="/sittings", detail=detail))
            return
        before = place


def _minutes(local: datetime) -> int:
    return local.hour * 60 + local.minute
