"""Taking many people into a directory: each once, however often the table is sent."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import json_names, normalised_email
from app.core.headings import TableColumn
from app.core.imports import Elsewhere, ImportMode, check_rows
from app.core.problems import FieldError
from app.entities import queries
from app.entities.adding import add_people
from app.entities.directory_rows import DirectoryRow
from app.entities.duplicates import Newcomer, alike_of_rows
from app.entities.people_rows import PeopleTable, ReadRow, differing
from app.entities.problems import PersonKnown
from app.entities.schemas import PeopleImported, PersonImported, PersonOutcome
from app.entities.service import columns_of
from app.entities.tables import Entity, Person


async def import_people(
    session: AsyncSession,
    entity: Entity,
    table: PeopleTable[DirectoryRow],
    mode: ImportMode,
    *,
    preview: Elsewhere | None,
) -> PeopleImported:
    """Add those whose addresses the directory does not have; nobody known is changed.

    A preview only says so, and whom the new ones look like. Raises `RowsRefused`.
    """
    sought = {
        (entity.id, address)
        for row in table.rows
        if row.parsed is not None
        for address in _addresses(row.parsed)
    }
    known = await queries.people_by_address(session, sought)
    reports = _Reports(entity, known, table.columns).of(table.rows)
    new = [report for report in reports if report.outcome is PersonOutcome.NEW]
    if preview is not None:
        await _look_for_duplicates(session, entity, table, new, preview)
    else:
        check_rows(reports, mode)
        await _write(session, entity, table, new)
    return _summary(table, reports, mode, dry_run=preview is not None)


class _Reports:
    """Says what becomes of rows, each by what the directory and the rows above it have."""

    def __init__(
        self,
        entity: Entity,
        known: dict[tuple[UUID, str], Person],
        columns: Sequence[TableColumn],
    ) -> None:
        self.entity, self.known = entity, known
        self.headings = {each.member: each.heading for each in columns}
        self.seen: dict[str, ReadRow[DirectoryRow]] = {}
        """Rows by the addresses that they are the first to have."""

    def of(self, rows: Sequence[ReadRow[DirectoryRow]]) -> list[PersonImported]:
        return [
            _refused(row, "invalid", row.detail, row.errors)
            if row.parsed is None
            else self._of(row, row.parsed)
            for row in rows
        ]

    def _of(self, row: ReadRow[DirectoryRow], parsed: DirectoryRow) -> PersonImported:
        main, *others = _addresses(parsed)
        person, above = self._person(main), self.seen.get(main)
        told = person or (above.parsed if above else None)
        if told is None and (taken := self._taken(others)) is not None:
            pointer = json_names((self.headings.get("addresses", "addresses"),))
            errors = [FieldError(pointer=pointer, detail=taken)]
            return _refused(row, PersonKnown.slug, f"An address {taken}.", errors)
        for address in (main,) if told else (main, *others):
            self.seen.setdefault(address, row)
        return PersonImported(
            row=row.number,
            outcome=PersonOutcome.ALREADY_THERE if told else PersonOutcome.NEW,
            person_id=person.id if person else None,
            same_as_row=above.number if above else None,
            differs=differing(parsed, told) if told else [],
        )

    def _person(self, address: str) -> Person | None:
        return self.known.get((self.entity.id, address))

    def _taken(self, others: Sequence[str]) -> str | None:
        """By whom, where somebody else has one of a new person's other addresses."""
        if any(self._person(address) for address in others):
            return "is that of somebody in the directory"
        above = next((self.seen[each] for each in others if each in self.seen), None)
        return f"is that of row {above.number}" if above else None


def _addresses(row: DirectoryRow) -> list[str]:
    return [normalised_email(row.email), *row.addresses]


def _refused(
    row: ReadRow[DirectoryRow], problem: str, detail: str, errors: list[FieldError]
) -> PersonImported:
    return PersonImported(
        row=row.number,
        outcome=PersonOutcome.REFUSED,
        problem=problem,
        detail=detail[:2000],
        errors=errors,
    )


async def _look_for_duplicates(
    session: AsyncSession,
    entity: Entity,
    table: PeopleTable[DirectoryRow],
    new: Sequence[PersonImported],
    preview: Elsewhere,
) -> None:
    if not new:
        return
    parsed = {row.number: row.parsed for row in table.rows if row.parsed is not None}
    newcomers = [
        Newcomer(
            each.row,
            parsed[each.row].name,
            normalised_email(parsed[each.row].email),
            parsed[each.row].addresses,
        )
        for each in new
    ]
    alike = await alike_of_rows(session, {entity.id: newcomers}, preview)
    for report in new:
        report.possible_duplicates = alike.get(report.row, [])


async def _write(
    session: AsyncSession,
    entity: Entity,
    table: PeopleTable[DirectoryRow],
    new: Sequence[PersonImported],
) -> None:
    parsed = {row.number: row.parsed for row in table.rows if row.parsed is not None}
    wanted = {
        (entity.id, normalised_email(parsed[each.row].email)): columns_of(
            parsed[each.row].model_dump()
        )
        for each in new
    }
    added = await add_people(session, wanted)
    for report in new:
        key = (entity.id, normalised_email(parsed[report.row].email))
        report.person_id, is_new = added[key]
        if not is_new:
            report.outcome = PersonOutcome.ALREADY_THERE


def _summary(
    table: PeopleTable[DirectoryRow],
    reports: list[PersonImported],
    mode: ImportMode,
    *,
    dry_run: bool,
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
