"""Registering people from a table, with what becomes of each row."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.imports import Elsewhere, ImportMode, check_rows
from app.core.problems import Invalid, Problem
from app.entities.duplicates import Newcomer, alike_of_rows
from app.entities.people_rows import PeopleTable, ReadRow, differing
from app.meetings.access import MeetingView
from app.registrations.answer_columns import headings_of
from app.registrations.candidates import Candidate
from app.registrations.delegate_rows import NO_MEMBERS_OF_PERSON, DelegateRow
from app.registrations.lifecycle import RegistrationRole
from app.registrations.schemas import ImportOutcome, RegistrationImported, RegistrationsImported
from app.registrations.settling import Invitees, settle


async def import_registrations(
    session: AsyncSession,
    view: MeetingView,
    invitees: Invitees,
    table: PeopleTable[DelegateRow],
    mode: ImportMode,
    *,
    preview: Elsewhere | None,
) -> RegistrationsImported:
    """Register the people of a table in its order; whoever is registered stays as they are.

    A preview locks and writes nothing, and also says whom new people look like. Raises
    `RowsRefused`.
    """
    dry_run = preview is not None
    headings = headings_of(table.columns)
    entity = next((each.heading for each in table.columns if each.member == "entity"), "entity")
    candidates = [_candidate(row, invitees, headings, entity) for row in table.rows]
    check = _Check(table.rows, candidates, mode)
    await settle(session, view, candidates, check, dry_run=dry_run)
    reports = check.reports()
    if preview is not None:
        await _look_for_duplicates(session, candidates, reports, preview)
    return RegistrationsImported(
        dry_run=dry_run,
        mode=mode,
        columns=table.columns,
        new_people=sum(report.new_person for report in reports),
        alike=sum(bool(report.possible_duplicates) for report in reports),
        rows=reports,
        **counts(reports),
    )


def counts(reports: Sequence[RegistrationImported]) -> dict[str, int]:
    """How many rows came to what."""
    count = dict.fromkeys((outcome.value for outcome in ImportOutcome), 0)
    for report in reports:
        count[report.outcome.value] += 1
    return count


def report_of(candidate: Candidate, differs: Sequence[str] = ()) -> RegistrationImported:
    """What became of a candidate."""
    invitee, refusal = candidate.invitee, candidate.refusal
    report = RegistrationImported(
        row=candidate.row,
        outcome=_outcome(candidate),
        entity=invitee.entity.handle if invitee else None,
        registration_id=candidate.registration_id,
        person_id=candidate.person_id,
        same_as_row=candidate.same_as_row,
    )
    if refusal is not None:
        report.problem = refusal.slug
        report.detail = refusal.detail[:2000]
        report.errors = (refusal.errors or [])[:100]
        return report
    report.new_person = candidate.person is None and candidate.same_as_row is None
    if candidate.place is not None:
        report.waiting_position = candidate.place.waiting_position
    if candidate.present is not None:
        report.registration_id = candidate.present.id
        report.differs = ["role"] if candidate.present.role is not candidate.role else []
    report.differs += differs
    return report


class _Check:
    """Refuses the table once its rows are decided, where all of them have to be good."""

    def __init__(
        self,
        rows: Sequence[ReadRow[DelegateRow]],
        candidates: Sequence[Candidate],
        mode: ImportMode,
    ) -> None:
        self.rows, self.candidates, self.mode = rows, candidates, mode

    def __call__(self) -> None:
        refused = [report_of(each) for each in self.candidates if each.refusal is not None]
        check_rows(refused, self.mode)

    def reports(self) -> list[RegistrationImported]:
        pairs = zip(self.rows, self.candidates, strict=True)
        return [report_of(candidate, _differs(row, candidate)) for row, candidate in pairs]


def _candidate(
    row: ReadRow[DelegateRow], invitees: Invitees, headings: Mapping[str, str], entity: str
) -> Candidate:
    """`headings` are those of columns with answers, `entity` is that of whom people are for."""
    if row.parsed is None:
        refusal = Invalid(row.detail or "The row cannot be read.", errors=row.errors)
        return Candidate(row.number, RegistrationRole.REPRESENTATIVE, refusal=refusal)
    candidate = Candidate(row.number, row.parsed.role, listed=row.parsed.listed)
    candidate.members = row.parsed.model_dump(exclude=NO_MEMBERS_OF_PERSON)
    candidate.answers, candidate.headings = row.parsed.answers, headings
    try:
        candidate.invitee = invitees.named(row.parsed.entity)
    except Problem as problem:
        for error in problem.errors or []:
            error.pointer = f"/{entity}"
        candidate.refusal = problem
    return candidate


def _outcome(candidate: Candidate) -> ImportOutcome:
    if candidate.refusal is not None:
        return ImportOutcome.REFUSED
    if candidate.place is None:
        return ImportOutcome.ALREADY_THERE
    return ImportOutcome(candidate.place.status.value)


def _differs(row: ReadRow[DelegateRow], candidate: Candidate) -> list[str]:
    if row.parsed is None or candidate.person is None:
        return []
    return differing(row.parsed, candidate.person)


async def _look_for_duplicates(
    session: AsyncSession,
    candidates: Sequence[Candidate],
    reports: Sequence[RegistrationImported],
    preview: Elsewhere,
) -> None:
    newcomers: dict[UUID, list[Newcomer]] = {}
    for candidate, report in zip(candidates, reports, strict=True):
        if report.new_person and candidate.members is not None:
            entity_id, email = candidate.key
            newcomer = Newcomer(candidate.row, candidate.members["name"], email)
            newcomers.setdefault(entity_id, []).append(newcomer)
    alike = await alike_of_rows(session, newcomers, preview)
    for report in reports:
        report.possible_duplicates = alike.get(report.row, [])
