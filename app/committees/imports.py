"""Importing committees and working groups with their chairs from a table, all or nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field, field_validator, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees import queries, service
from app.committees.lifecycle import Office, Standing
from app.committees.policy import Term
from app.committees.schemas import CommitteeWrite, EntityName
from app.committees.tables import Committee, Membership
from app.core.fields import Day, Handle
from app.core.imports import ImportResult, RowOutcome, RowResult, refuse_if_any, row_model, summary
from app.core.patches import changes, writable
from app.core.problems import FieldError
from app.core.sheets import Row
from app.entities.queries import find_entities
from app.entities.tables import Entity


class CommitteeRow(CommitteeWrite):
    """A row; flat files write `name_en` and `letter_signatory_title_en`, and lists with semicolons
    or commas.
    """

    handle: Handle
    parent: Handle | None = None
    chair: EntityName | None = None
    vice_chairs: list[EntityName] = Field(default_factory=list, max_length=50)
    since: Day | None = None

    @model_validator(mode="before")
    @classmethod
    def _gather_texts(cls, row: dict[str, Any]) -> dict[str, Any]:
        return _gathered(_gathered(row, "name"), "letter_signatory_title")

    @field_validator("languages", "vice_chairs", "working_days", "protocol_order", mode="before")
    @classmethod
    def _split(cls, cell: Any) -> Any:
        if not isinstance(cell, str):
            return cell
        return [part.strip() for part in re.split(r"[;,]", cell) if part.strip()]

    def offices(self) -> dict[str, Office]:
        """Office by the name of the entity that holds it."""
        found = dict.fromkeys(self.vice_chairs, Office.VICE_CHAIR)
        return found | ({self.chair: Office.CHAIR} if self.chair else {})


def _gathered(row: dict[str, Any], member: str) -> dict[str, Any]:
    """The row with a text in several languages as one member; a bare one is English."""
    prefix = f"{member}_"
    texts = {k.removeprefix(prefix): v for k, v in row.items() if k.startswith(prefix)}
    rest = {k: v for k, v in row.items() if not k.startswith(prefix)}
    if isinstance(rest.get(member), str):
        rest[member] = {"en": rest[member]}
    return rest | {member: texts} if texts else rest


@dataclass(slots=True)
class Known:
    """What the database has of the things that the table names."""

    committees: dict[str, Committee]
    entities: dict[str, Entity]
    numbers: dict[tuple[str, int], str]
    """Handle of the working group by the handle of its committee and its number."""
    memberships: dict[UUID, list[Membership]] = field(default_factory=dict)


async def import_committees(
    session: AsyncSession, rows: Sequence[Row], *, dry_run: bool
) -> ImportResult:
    """Create what is new and change what differs, found by handle; committees before their groups.

    Raises `Invalid` with every bad row, having written nothing.
    """
    results, work = _parsed(rows)
    known = await _known(session, [row for row, _ in work])
    parents = {row.handle: row.parent for row, _ in work}
    for row, result in work:
        _check(row, result, known, parents)
    if not dry_run:
        refuse_if_any(results)
    good = [each for each in work if each[1].outcome is not RowOutcome.REFUSED]
    for row, result in sorted(good, key=lambda each: each[0].parent is not None):
        await _apply(session, row, result, known, dry_run=dry_run)
    if not dry_run:
        await session.flush()
    for row, result in good:
        if row.offices() and row.handle in known.committees:
            await _seat(session, row, result, known, dry_run=dry_run)
    if not dry_run:
        await session.flush()
    return summary(results, dry_run=dry_run)


def _parsed(rows: Sequence[Row]) -> tuple[list[RowResult], list[tuple[CommitteeRow, RowResult]]]:
    results: list[RowResult] = []
    work: list[tuple[CommitteeRow, RowResult]] = []
    seen: set[str] = set()
    for row in rows:
        parsed = row_model(CommitteeRow, row)
        result = RowResult(row=row.number, outcome=RowOutcome.UNCHANGED)
        results.append(result)
        if isinstance(parsed, list):
            result.outcome, result.errors = RowOutcome.REFUSED, parsed[:100]
            continue
        result.handle = parsed.handle
        if parsed.handle in seen:
            _refuse(result, "/handle", "is in the table twice")
        seen.add(parsed.handle)
        work.append((parsed, result))
    return results, work


async def _known(session: AsyncSession, rows: Sequence[CommitteeRow]) -> Known:
    handles = {row.handle for row in rows} | {row.parent for row in rows if row.parent}
    committees = await queries.find_committees(session, handles)
    ids = [committee.id for committee in committees.values()]
    names = {name for row in rows for name in row.offices()}
    entities = await find_entities(session, sorted(names)) if names else {}
    groups = await queries.working_groups(session, ids)
    handles_by_id = {committee.id: committee.handle for committee in committees.values()}
    numbers = {(handles_by_id[parent], number): handle for parent, number, handle in groups}
    known = Known(committees, entities, numbers)
    days = [row.since or service.today_in(committees[row.handle]) for row in rows
            if row.handle in committees and row.offices()]  # fmt: skip
    if days:
        for membership in await queries.memberships_not_over(session, ids, min(days)):
            known.memberships.setdefault(membership.committee_id, []).append(membership)
    return known


def _check(
    row: CommitteeRow, result: RowResult, known: Known, parents: dict[str, str | None]
) -> None:
    """Refuse a row that contradicts the database or another row."""
    present = known.committees.get(row.handle)
    parent = known.committees.get(row.parent) if row.parent else None
    if row.parent and parent is None and row.parent not in parents:
        _refuse(result, "/parent", "there is no such committee")
    elif row.parent and (parents.get(row.parent) or (parent is not None and parent.parent_id)):
        _refuse(result, "/parent", "is itself a working group")
    if present is not None and present.parent_id != (parent.id if parent else None):
        _refuse(result, "/parent", "a working group stays with its committee")
    if row.number is not None and not row.parent:
        _refuse(result, "/number", "only a working group has a number")
    elif row.number is not None and row.parent:
        holder = known.numbers.setdefault((row.parent, row.number), row.handle)
        if holder != row.handle:
            _refuse(result, "/number", f"{holder} has this number")
    for name in row.offices():
        if name not in known.entities:
            column = "/chair" if name == row.chair else "/vice_chairs"
            _refuse(result, column, f"there is no entity {name}")


def _refuse(result: RowResult, pointer: str, detail: str) -> None:
    result.outcome = RowOutcome.REFUSED
    result.errors = [*result.errors, FieldError(pointer=pointer, detail=detail)][:100]


async def _apply(
    session: AsyncSession, row: CommitteeRow, result: RowResult, known: Known, *, dry_run: bool
) -> None:
    members = {name: getattr(row, name) for name in CommitteeWrite.model_fields}
    committee = known.committees.get(row.handle)
    if committee is None:
        result.outcome = RowOutcome.CREATED
        if not dry_run:
            parent = known.committees[row.parent] if row.parent else None
            made = service.new_committee(session, row.handle, parent, members)
            known.committees[row.handle] = made
        return
    changed = changes(writable(CommitteeWrite, committee), CommitteeWrite(**members))
    if changed:
        result.outcome = RowOutcome.CHANGED
        if not dry_run:
            await service.change_committee(session, committee, members, changed)


async def _seat(
    session: AsyncSession, row: CommitteeRow, result: RowResult, known: Known, *, dry_run: bool
) -> None:
    """Let exactly the entities of the row hold the offices."""
    committee = known.committees[row.handle]
    since = row.since or service.today_in(committee)
    wanted = {known.entities[name].id: office for name, office in row.offices().items()}
    present = _present(known.memberships.get(committee.id, []), since)
    moves = [
        (membership, wanted.get(entity_id))
        for entity_id, membership in present.items()
        if membership.office is not wanted.get(entity_id)
    ]
    newcomers = [entity_id for entity_id in wanted if entity_id not in present]
    new = result.outcome is RowOutcome.CREATED
    if not new and (moves or newcomers):
        result.outcome = RowOutcome.CHANGED
    if dry_run:
        return
    for membership, office in moves:
        change = {"before": membership.office, "after": office}
        service.set_members(session, membership, {"office": office}, {"office": change})
    for entity_id in newcomers:
        term = Term(Standing.MEMBER, since)
        if new:  # it has had no meetings that could have counted its members
            service.new_membership(session, committee.id, entity_id, term, wanted[entity_id])
        else:
            await service.add_membership(session, committee, entity_id, term, wanted[entity_id])


def _present(memberships: Sequence[Membership], since: date) -> dict[UUID, Membership]:
    """By entity, the membership that holds on the day or the next one to come."""
    found: dict[UUID, Membership] = {}
    for membership in memberships:
        if membership.until is None or membership.until > since:
            found.setdefault(membership.entity_id, membership)
    return found
