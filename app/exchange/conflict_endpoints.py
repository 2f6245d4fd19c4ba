"""HTTP for declared conflicts: all of them at once, and what of them the timetable has."""

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Any, Final

from fastapi import Query, Request, Response
from pydantic import ValidationError

from app.agenda.access import AgendaToEdit
from app.agenda.saving import load_agenda
from app.agenda.tree import WorkingAgenda
from app.core.fields import CELLS
from app.core.imports import (
    DryRun,
    ImportResult,
    RowOutcome,
    RowResult,
    errors_of,
    import_body,
    refuse_if_any,
    summary,
    uploaded_rows,
)
from app.core.openapi import Responses, needs_if_match, raises
from app.core.preconditions import require_match
from app.core.problems import FieldError, Invalid
from app.core.routes import Session, router_for
from app.core.sheets import Row
from app.core.uploads import disposition
from app.exchange import declaring
from app.exchange.cells import guarded, unguarded
from app.exchange.checking import Checked, check
from app.exchange.declaring import Judged, sides_of
from app.exchange.lifecycle import AgendaImportMode, ConflictPriority
from app.exchange.problems import ConflictRepeated
from app.exchange.queries import Named
from app.exchange.schemas import (
    ConflictCount,
    ConflictCounts,
    ConflictsChecked,
    DeclaredConflictOut,
    DeclaredConflictsOut,
    DeclaredConflictsWrite,
    DeclaredConflictWrite,
    ViolationOut,
)
from app.meetings.access import MeetingSecrets
from app.meetings.problems import MeetingClosed

router = router_for("agenda")
BASE = "/meetings/{m}/agenda/declared-conflicts"
COLUMNS: Final = tuple(DeclaredConflictWrite.model_fields)
_PRIORITIES: Final = {str(n): each.value for n, each in enumerate(ConflictPriority, start=1)}
FILE: Responses = {
    200: {
        "description": "The declared conflicts as a table that can be taken in again.",
        "content": {"text/csv": {"schema": {"type": "string", "maxLength": 100_000_000}}},
    }
}
Mode = Annotated[AgendaImportMode, Query(description="What becomes of those declared already.")]


@router.get(BASE, operation_id="getDeclaredConflicts")
async def get_conflicts(session: Session, view: MeetingSecrets) -> DeclaredConflictsOut:
    """Read what organizers said must not, should not or had better not be at the same time."""
    return await _all(session, await load_agenda(session, view.meeting))


@router.put(
    BASE,
    operation_id="replaceDeclaredConflicts",
    openapi_extra=needs_if_match(),
    responses=raises(MeetingClosed, ConflictRepeated),
)
async def replace_conflicts(
    session: Session, seen: AgendaToEdit, body: DeclaredConflictsWrite, request: Request
) -> DeclaredConflictsOut:
    """Declare all conflicts of the agenda at once; those that are left out are gone.

    A pair is an item and another item, or an item and whatever a working group leads, an entity
    leads, or somebody of a panel is on. Which of two items comes first makes no difference.
    """
    require_match(request, await _all(session, seen.agenda))
    entries = [(f"/conflicts/{place}", each) for place, each in enumerate(body.conflicts)]
    judged = await declaring.judge(session, seen.agenda, seen.meeting.committees, entries)
    errors = [error for each in judged.errors.values() for error in each]
    if errors:
        raise Invalid(errors[0].detail, errors=errors[:1000])
    await declaring.declare(session, seen.agenda, judged.wanted)
    return await _all(session, seen.agenda)


@router.post(
    f"{BASE}/import",
    operation_id="importDeclaredConflicts",
    responses=raises(MeetingClosed, ConflictRepeated),
    openapi_extra=import_body(
        "`item` and `priority`",
        "one of `other_item`, `working_group`, `entity` and `panellist_id`, and `reason`",
        item="2",
        other_item="3(a)",
        priority="must_not",
    ),
)
async def import_conflicts(
    session: Session,
    seen: AgendaToEdit,
    request: Request,
    *,
    mode: Mode,
    dry_run: DryRun = False,
) -> ImportResult:
    """Declare conflicts from a table, all rows or none; a priority may be 1, 2 or 3."""
    rows = await uploaded_rows(request, "conflicts")
    read = [_entry(row) for row in rows]
    entries = [
        (f"/{row.number}", each)
        for row, each in zip(rows, read, strict=True)
        if isinstance(each, DeclaredConflictWrite)
    ]
    judged = await declaring.judge(session, seen.agenda, seen.meeting.committees, entries)
    present = {sides_of(n.conflict): n for n in await declaring.present_of(session, seen.agenda)}
    results = list(_results(rows, read, judged, present))
    wanted = dict(judged.wanted)
    if mode is AgendaImportMode.APPEND:
        stay = {s: _wanted(n) for s, n in present.items()}
        wanted = stay | wanted
    if len(wanted) > declaring.MOST:
        raise Invalid(f"An agenda has at most {declaring.MOST} declared conflicts.")
    if not dry_run:
        refuse_if_any(results)
        await declaring.declare(session, seen.agenda, wanted)
    return summary(results, dry_run=dry_run)


@router.get(
    f"{BASE}.csv",
    operation_id="getDeclaredConflictsFile",
    response_class=Response,
    responses=FILE,
)
async def get_conflicts_file(session: Session, view: MeetingSecrets) -> Response:
    """Read the declared conflicts as a table."""
    agenda = await load_agenda(session, view.meeting)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for named in await declaring.present_of(session, agenda):
        out = _out(named)
        cells = (
            out.item_id,
            out.other_item_id,
            out.working_group,
            out.entity,
            out.panellist_id,
            out.priority.value,
            out.reason,
        )
        writer.writerow(["" if cell is None else guarded(str(cell)) for cell in cells])
    headers = {"Content-Disposition": disposition("declared-conflicts.csv")}
    content = text.getvalue().encode("utf-8-sig")
    return Response(content, media_type="text/csv", headers=headers)


@router.get(f"{BASE}/check", operation_id="checkDeclaredConflicts")
async def check_conflicts(session: Session, view: MeetingSecrets) -> ConflictsChecked:
    """Find which of the declared conflicts the timetable has, and count them by priority."""
    agenda = await load_agenda(session, view.meeting)
    checked = await check(session, agenda)
    numbers = agenda.numbers
    return ConflictsChecked(
        counts=ConflictCounts(**{each.value: _count(checked, each) for each in ConflictPriority}),
        violations=[
            ViolationOut(
                conflict=_out(named),
                first_id=found.first,
                first_number=numbers[found.first],
                second_id=found.second,
                second_number=numbers[found.second],
                starts_at=found.starts_at,
                ends_at=found.ends_at,
            )
            for named, found in checked.violations[:2000]
        ],
    )


async def _all(session: Session, agenda: WorkingAgenda) -> DeclaredConflictsOut:
    found = await declaring.present_of(session, agenda)
    return DeclaredConflictsOut(
        meeting_id=agenda.meeting.id, conflicts=[_out(each) for each in found]
    )


def _out(named: Named) -> DeclaredConflictOut:
    row = named.conflict
    return DeclaredConflictOut(
        id=row.id,
        item_id=row.item_id,
        other_item_id=row.other_item_id,
        working_group=named.working_group,
        entity=named.entity,
        panellist_id=row.panellist_id,
        priority=row.priority,
        reason=row.reason,
    )


def _count(checked: Checked, priority: ConflictPriority) -> ConflictCount:
    declared, violated = checked.counts(priority)
    return ConflictCount(declared=declared, violated=violated)


def _entry(row: Row) -> DeclaredConflictWrite | list[FieldError]:
    values: dict[str, Any] = {
        name: unguarded(cell) if isinstance(cell, str) else cell
        for name, cell in row.values.items()
        if cell is not None and cell != ""
    }
    for name in ("item", "other_item"):
        if isinstance(values.get(name), int | float):
            values[name] = str(values[name])  # a number of an item, in a sheet or a document
    if "priority" in values:
        values["priority"] = _PRIORITIES.get(str(values["priority"]), values["priority"])
    try:
        return DeclaredConflictWrite.model_validate(values, context=CELLS)
    except ValidationError as error:
        return errors_of(error)


def _results(
    rows: list[Row],
    read: list[DeclaredConflictWrite | list[FieldError]],
    judged: Judged,
    present: dict[declaring.Sides, Named],
) -> Iterator[RowResult]:
    sides_at = {place: sides for sides, place in judged.places.items()}
    for row, entry in zip(rows, read, strict=True):
        place = f"/{row.number}"
        errors = (
            entry
            if isinstance(entry, list)
            else [
                FieldError(pointer=each.pointer.removeprefix(place), detail=each.detail)
                for each in judged.errors.get(place, ())
            ]
        )
        if errors:
            yield RowResult(row=row.number, outcome=RowOutcome.REFUSED, errors=errors[:100])
            continue
        sides = sides_at[place]
        known = present.get(sides)
        outcome = RowOutcome.CREATED
        if known is not None:
            same = _wanted(known) == judged.wanted[sides]
            outcome = RowOutcome.UNCHANGED if same else RowOutcome.CHANGED
        yield RowResult(row=row.number, outcome=outcome)


def _wanted(named: Named) -> declaring.Wanted:
    return declaring.Wanted(named.conflict.priority, named.conflict.reason)
