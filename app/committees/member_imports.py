"""Importing the members of a committee from a table, all or nothing."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees import queries, service
from app.committees.policy import Term, altered_days
from app.committees.schemas import EntityName, MembershipWrite
from app.committees.tables import Committee, Membership
from app.core.fields import Day
from app.core.imports import ImportResult, RowOutcome, RowResult, refuse_if_any, row_model, summary
from app.core.patches import changes, writable
from app.core.problems import FieldError
from app.core.sheets import Row
from app.entities.queries import find_entities
from app.entities.tables import Entity


class MemberRow(MembershipWrite):
    entity: EntityName
    since: Day | None = None


class _Roll:
    """The memberships as they would be after the rows so far, by entity and first day."""

    def __init__(self, present: Sequence[Membership]) -> None:
        self.rows: dict[UUID, dict[date, Membership]] = {}
        self.terms: dict[UUID, dict[date, Term]] = {}
        for membership in present:
            self.rows.setdefault(membership.entity_id, {})[membership.since] = membership
            term = service.term_of(membership)
            self.terms.setdefault(membership.entity_id, {})[membership.since] = term

    def first_day(self, entity_id: UUID, today: date) -> date:
        """Where the membership of today begins; today if there is none."""
        terms = self.terms.get(entity_id, {}).values()
        return next((term.since for term in terms if term.covers(today)), today)

    def place(self, entity_id: UUID, term: Term) -> tuple[Term | None, bool]:
        """Put the term in place of the one that begins with it; that one, and whether it fits."""
        terms = self.terms.setdefault(entity_id, {})
        before = terms.get(term.since)
        fits = not any(term.overlaps(t) for day, t in terms.items() if day != term.since)
        terms[term.since] = term
        return before, fits


async def import_members(
    session: AsyncSession,
    committee: Committee,
    rows: Sequence[Row],
    today: date,
    *,
    dry_run: bool,
) -> ImportResult:
    """Add what is new and change what differs, found by entity and first day.

    Of two rows that would only fit one after the other, the one that ends earlier comes first.
    Raises `Invalid` with every bad row, having written nothing.
    """
    results = [RowResult(row=row.number, outcome=RowOutcome.UNCHANGED) for row in rows]
    parsed = [_parsed(row, result) for row, result in zip(rows, results, strict=True)]
    work = [(r, result) for r, result in zip(parsed, results, strict=True) if r is not None]
    entities = await find_entities(session, sorted({row.entity for row, _ in work}))
    ids = {entity.id for entity in entities.values()}
    roll = _Roll(await queries.memberships_of(session, committee.id, ids))
    closed = await queries.closed_meeting_days(session, committee.id)
    plans = _planned(work, entities, roll, closed, today)
    if not dry_run:
        refuse_if_any(results)
        for entity_id, term, row in plans:
            _write(session, committee, roll, entity_id, term, row)
        await session.flush()
    return summary(results, dry_run=dry_run)


def _parsed(row: Row, result: RowResult) -> MemberRow | None:
    parsed = row_model(MemberRow, row)
    if isinstance(parsed, list):
        result.outcome, result.errors = RowOutcome.REFUSED, parsed[:100]
        return None
    return parsed


def _planned(
    work: Sequence[tuple[MemberRow, RowResult]],
    entities: dict[str, Entity],
    roll: _Roll,
    closed: Sequence[date],
    today: date,
) -> list[tuple[UUID, Term, MemberRow]]:
    """What each good row means; bad ones get their errors."""
    plans: list[tuple[UUID, Term, MemberRow]] = []
    seen: set[tuple[UUID, date]] = set()
    for row, result in sorted(work, key=lambda each: each[0].until or date.max):
        entity = entities.get(row.entity)
        if entity is None:
            _refuse(result, "/entity", f"there is no entity {row.entity}")
            continue
        result.handle = entity.handle
        since = row.since or roll.first_day(entity.id, today)
        term = Term(row.standing, since, row.until)
        before, fits = roll.place(entity.id, term)
        if (entity.id, since) in seen:
            _refuse(result, "/entity", "is in the table twice with this first day")
        elif term.until is not None and term.until <= since:
            _refuse(result, "/until", "a membership ends after it began")
        elif not fits:
            _refuse(result, "/since", "overlaps another membership of the entity")
        elif days := altered_days(closed, before, term):
            _refuse(result, "/since", f"the closed meeting of {days[0]} counted the members")
        else:
            result.outcome = _outcome(roll.rows.get(entity.id, {}).get(since), row)
            plans.append((entity.id, term, row))
        seen.add((entity.id, since))
    return plans


def _refuse(result: RowResult, pointer: str, detail: str) -> None:
    result.outcome = RowOutcome.REFUSED
    result.errors = [FieldError(pointer=pointer, detail=detail)]


def _outcome(present: Membership | None, row: MemberRow) -> RowOutcome:
    if present is None:
        return RowOutcome.CREATED
    same = writable(MembershipWrite, present) == _write_model(row)
    return RowOutcome.UNCHANGED if same else RowOutcome.CHANGED


def _write(
    session: AsyncSession,
    committee: Committee,
    roll: _Roll,
    entity_id: UUID,
    term: Term,
    row: MemberRow,
) -> None:
    present = roll.rows.get(entity_id, {}).get(term.since)
    if present is None:
        service.new_membership(session, committee.id, entity_id, term, row.office)
        return
    after = _write_model(row)
    changed = changes(writable(MembershipWrite, present), after)
    service.set_members(session, present, after.model_dump(), changed)


def _write_model(row: MemberRow) -> MembershipWrite:
    return MembershipWrite(**{name: getattr(row, name) for name in MembershipWrite.model_fields})
