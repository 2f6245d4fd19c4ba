"""Taking many people into a directory: each once, however often the table is sent."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import normalised_email
from app.core.imports import Elsewhere, ImportMode, check_rows
from app.entities import queries
from app.entities.adding import add_people
from app.entities.duplicates import Newcomer, alike_of_rows
from app.entities.people_rows import PeopleTable, PersonRow, ReadRow, differing
from app.entities.schemas import PeopleImported, PersonImported, PersonOutcome
from app.entities.tables import Entity, Person


async def import_people(
    session: AsyncSession,
    entity: Entity,
    table: PeopleTable[PersonRow],
    mode: ImportMode,
    *,
    preview: Elsewhere | None,
) -> PeopleImported:
    """Add those whose addresses the directory does not have; nobody known is changed.

    A preview only says so, and whom the new ones look like. Raises `RowsRefused`.
    """
    people = {
        (entity.id, normalised_email(row.parsed.email)): row.parsed
        for row in reversed(table.rows)
        if row.parsed is not None
    }
    known = await queries.people_by_address(session, people)
    reports = _reports(entity, table.rows, known)
    new = [report for report in reports if report.outcome is PersonOutcome.NEW]
    if preview is not None:
        await _look_for_duplicates(session, entity, table, new, preview)
    else:
        check_rows(reports, mode)
        await _write(session, entity, table, new)
    return _summary(table, reports, mode, dry_run=preview is not None)


def _reports(
    entity: Entity,
    rows: Sequence[ReadRow[PersonRow]],
    known: dict[tuple[UUID, str], Person],
) -> list[PersonImported]:
    seen: dict[str, PersonRow] = {}
    first: dict[str, int] = {}
    reports = []
    for row in rows:
        if row.parsed is None:
            report = PersonImported(
                row=row.number,
                outcome=PersonOutcome.REFUSED,
                problem="invalid",
                detail=row.detail[:2000],
                errors=row.errors,
            )
        else:
            address = normalised_email(row.parsed.email)
            person = known.get((entity.id, address))
            told = person or seen.get(address)
            report = PersonImported(
                row=row.number,
                outcome=PersonOutcome.ALREADY_THERE if told else PersonOutcome.NEW,
                person_id=person.id if person else None,
                same_as_row=first.get(address),
                differs=differing(row.parsed, told) if told else [],
            )
            seen.setdefault(address, row.parsed)
            first.setdefault(address, row.number)
        reports.append(report)
    return reports


async def _look_for_duplicates(
    session: AsyncSession,
    entity: Entity,
    table: PeopleTable[PersonRow],
    new: Sequence[PersonImported],
    preview: Elsewhere,
) -> None:
    if not new:
        return
    parsed = {row.number: row.parsed for row in table.rows if row.parsed is not None}
    newcomers = [
        Newcomer(each.row, parsed[each.row].name, normalised_email(parsed[each.row].email))
        for each in new
    ]
    alike = await alike_of_rows(session, {entity.id: newcomers}, preview)
    for report in new:
        report.possible_duplicates = alike.get(report.row, [])


async def _write(
    session: AsyncSession,
    entity: Entity,
    table: PeopleTable[PersonRow],
    new: Sequence[PersonImported],
) -> None:
    parsed = {row.number: row.parsed for row in table.rows if row.parsed is not None}
    wanted = {
        (entity.id, normalised_email(parsed[each.row].email)): parsed[each.row].model_dump()
        for each in new
    }
    added = await add_people(session, wanted)
    for report in new:
        key = (entity.id, normalised_email(parsed[report.row].email))
        report.person_id, is_new = added[key]
        if not is_new:
            report.outcome = PersonOutcome.ALREADY_THERE


def _summary(
    table: PeopleTable[PersonRow], reports: list[PersonImported], mode: ImportMode, *, dry_run: bool
) -> PeopleImported:
    count = dict.fromkeys(PersonOutcome, 0)
    for report in reports:
        count[report.outcome] += 1
    return PeopleImported(
        dry_run=dry_run,
        mode=mode,
        columns=table.columns,
        alike=sum(bool(report.possible_duplicates) for report in reports),
        rows=reports,
        **{outcome.value: number for outcome, number in count.items()},
    )
