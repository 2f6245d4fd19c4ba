"""HTTP for registering many: from tables, and as last time."""

from typing import Annotated, Any

from fastapi import Query, Request
from sqlmodel import col

from app.core.headings import ColumnsAsked
from app.core.imports import (
    GRIDS,
    DryRun,
    Elsewhere,
    ImportMode,
    ModeAsked,
    RowsRefused,
    import_body,
    rows_of,
    uploaded,
)
from app.core.openapi import raises
from app.core.pages import Page, Paging, fetch_page
from app.core.routes import Session, router_for
from app.entities.people_rows import EXAMPLE, NEEDED, PeopleTable, read_people
from app.invitations.access import InvitationOfOwn
from app.meetings.access import MeetingDep
from app.meetings.tables import Meeting
from app.questions import policy
from app.questions import queries as forms
from app.registrations import copying, imports, many_queries
from app.registrations.answer_columns import AnswerColumns
from app.registrations.delegate_rows import DelegateRow
from app.registrations.endpoints import BASE
from app.registrations.problems import NotInvited
from app.registrations.schemas import (
    DelegationCopied,
    DelegationCopy,
    EarlierDelegation,
    RegistrationsImported,
)
from app.registrations.settling import invitees_for

router = router_for("registrations")
OTHERS = (
    "`honorific`, `job_title`, `language`, `rank`, `at_headquarters`, `role`, `entity`, `listed`, "
    "and a column for each question of the meeting's form, called by its id"
)
"""What rows may have, as the document says it."""
EntityAsked = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=80,
        description="Id or handle of whom rows are for that name no entity; needed only by callers "
        "who act for more than one.",
        examples=["unodc"],
    ),
]


@router.post(
    f"{BASE}/import",
    operation_id="importRegistrations",
    openapi_extra=import_body(NEEDED, OTHERS, role="adviser", **EXAMPLE),
    responses=raises(RowsRefused, NotInvited),
)
async def import_registrations(
    session: Session,
    view: MeetingDep,
    request: Request,
    entity: EntityAsked = None,
    columns: ColumnsAsked = None,
    mode: ModeAsked = ImportMode.ALL,
    *,
    dry_run: DryRun = False,
) -> RegistrationsImported:
    """Register the people of a table, in its order: CSV, XLSX, cells as pasted, YAML or JSON.

    Columns are recognized in the six languages, and those that answer the meeting's questions by
    the ids of these. Whoever is registered already stays as they are, so that the same table may
    be sent again. A dry run explains every row.
    """
    invitees = await invitees_for(session, view, entity)
    asked = forms.by_id(await forms.current_form(session, view.meeting)).values()
    answers = AnswerColumns(policy.visible(asked, organizer=view.organizes))

    def read(content: bytes, media_type: str) -> PeopleTable[DelegateRow]:
        rows = rows_of(content, media_type, "registrations", apart=True)
        grid = media_type in GRIDS
        words = answers.vocabulary()
        return read_people(
            DelegateRow, rows, columns, grid=grid, vocabulary=words, translate=answers.put
        )

    table = await uploaded(request, read)
    alike = Elsewhere(request, "alike") if dry_run else None
    return await imports.import_registrations(session, view, invitees, table, mode, preview=alike)


@router.post(
    f"{BASE}/copy", operation_id="copyDelegation", responses=raises(RowsRefused, NotInvited)
)
async def copy_delegation(
    session: Session,
    view: MeetingDep,
    body: DelegationCopy,
    mode: ModeAsked = ImportMode.ALL,
    *,
    dry_run: DryRun = False,
) -> DelegationCopied:
    """Register the delegation of an earlier meeting, whose confirmed people come in their roles."""
    invitees = await invitees_for(session, view, None)
    return await copying.copy_delegation(session, view, invitees, body, mode, dry_run=dry_run)


@router.get(
    "/meetings/{m}/invitations/{invitation_id}/earlier-delegations",
    operation_id="listEarlierDelegations",
)
async def list_earlier_delegations(
    session: Session, found: InvitationOfOwn, paging: Paging
) -> Page[EarlierDelegation]:
    """List the meetings of the committee whose delegation of this entity may be copied, latest
    first: for the entity, also by a link, and for organizers.
    """
    statement = many_queries.earlier_delegations(found.meeting, found.invitation.entity_id)
    order = [(col(Meeting.starts_at), True), (col(Meeting.id), True)]
    return await fetch_page(session, paging, statement, order, _earlier)


def _earlier(row: Any) -> EarlierDelegation:
    meeting = row.Meeting
    return EarlierDelegation(
        meeting_id=meeting.id,
        meeting=meeting.handle,
        number=meeting.number,
        title=meeting.title,
        starts_at=meeting.starts_at,
        people=row.people,
    )
