"""Importing entities from a table, all or nothing."""

from typing import Any

from pydantic import model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import Handle
from app.core.imports import ImportResult, RowOutcome, RowResult, refuse_if_any, row_model, summary
from app.core.patches import changes
from app.core.problems import FieldError
from app.core.sheets import Row
from app.entities import queries, service
from app.entities.schemas import EntityWrite


class EntityRow(EntityWrite):
    """A row; `name_en`, `name_fr` ... stand for the members of `name` where cells are flat."""

    handle: Handle | None = None
    standing: str | None = None
    provenance: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _gather_names(cls, row: dict[str, Any]) -> dict[str, Any]:
        flat = {k[5:]: v for k, v in row.items() if k.startswith("name_")}
        name = row.get("name")
        rest = {k: v for k, v in row.items() if not k.startswith("name_")}
        if flat:
            rest["name"] = flat
        elif isinstance(name, str):
            rest["name"] = {"en": name}
        return rest


async def import_entities(session: AsyncSession, rows: list[Row], *, dry_run: bool) -> ImportResult:
    """Create what is new and change what differs, found by handle or abbreviation.

    Raises `Invalid` with every bad row, having written nothing.
    """
    results: list[RowResult] = []
    work: list[tuple[EntityRow, RowResult]] = []
    seen: set[str] = set()
    for row in rows:
        parsed = row_model(EntityRow, row)
        if isinstance(parsed, list):
            results.append(RowResult(row=row.number, outcome=RowOutcome.REFUSED, errors=parsed))
            continue
        handle = parsed.handle or service.handle_of(parsed.abbreviation)
        result = RowResult(row=row.number, outcome=RowOutcome.UNCHANGED, handle=handle)
        if handle in seen:
            result.outcome = RowOutcome.REFUSED
            result.errors = [FieldError(pointer="/handle", detail="is in the table twice")]
        seen.add(handle)
        results.append(result)
        work.append((parsed, result))
    if not dry_run:
        refuse_if_any(results)
    known = await queries.find_entities(session, sorted(seen))
    for parsed, result in work:
        if result.outcome is not RowOutcome.REFUSED:
            await _apply(session, parsed, result, known, dry_run=dry_run)
    return summary(results, dry_run=dry_run)


async def _apply(
    session: AsyncSession,
    row: EntityRow,
    result: RowResult,
    known: dict[str, Any],
    *,
    dry_run: bool,
) -> None:
    members = {name: getattr(row, name) for name in EntityWrite.model_fields}
    entity = known.get(str(result.handle))
    if entity is None:
        result.outcome = RowOutcome.CREATED
        if not dry_run:
            await service.create_entity(session, result.handle, members)
        return
    before = EntityWrite(**{name: getattr(entity, name) for name in EntityWrite.model_fields})
    changed = changes(before, EntityWrite(**members))
    if changed:
        result.outcome = RowOutcome.CHANGED
        if not dry_run:
            await service.change_entity(session, entity, members, changed)
