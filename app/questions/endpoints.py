"""HTTP for the questions of a meeting."""

from typing import Any

from fastapi import Request
from sqlmodel import col

from app.core.openapi import needs_if_match, raises, takes_if_match
from app.core.pages import Page, Paging, fetch_page
from app.core.preconditions import accept_match, require_match
from app.core.problems import PreconditionFailed
from app.core.routes import Session, router_for
from app.meetings.access import MeetingDep, MeetingView, OrganizedMeeting
from app.meetings.problems import MeetingClosed
from app.questions import queries, service
from app.questions.access import VersionDep, form_to_copy
from app.questions.drafting import differences
from app.questions.problems import FormInvalid
from app.questions.schemas import (
    FormChangesOut,
    FormCopy,
    FormOut,
    FormVersionOut,
    FormWrite,
    QuestionChange,
    seen_by,
)
from app.questions.tables import FormVersion

router = router_for("questions")
BASE = "/meetings/{m}/form"


@router.get(BASE, operation_id="getForm")
async def get_form(session: Session, view: MeetingDep) -> FormOut:
    """Read what the meeting asks of those who are registered; organizers see their own too."""
    return _form(await queries.current_form(session, view.meeting), view)


@router.put(
    BASE,
    operation_id="replaceForm",
    openapi_extra=needs_if_match(),
    responses=raises(MeetingClosed, FormInvalid),
)
async def replace_form(
    session: Session, view: OrganizedMeeting, body: FormWrite, request: Request
) -> FormOut:
    """Replace all questions; that makes a new version, and no answer is lost.

    Answers keep the version that they were given to. Those that the new version takes go on to
    count; the others stay to be read under their old words.
    """
    require_match(request, _form(await queries.current_form(session, view.meeting), view))
    return _form(await service.replace_form(session, view.meeting, body.kept()), view)


@router.post(
    f"{BASE}/copy",
    operation_id="copyForm",
    openapi_extra=takes_if_match(),
    responses=raises(MeetingClosed, FormInvalid, PreconditionFailed),
)
async def copy_form(
    session: Session, view: OrganizedMeeting, body: FormCopy, request: Request
) -> FormOut:
    """Take over the questions of another meeting of the committee, in the place of all present
    ones.
    """
    accept_match(request, _form(await queries.current_form(session, view.meeting), view))
    other = await form_to_copy(session, view, body.meeting)
    questions = other.questions if other else []
    return _form(await service.replace_form(session, view.meeting, questions), view)


@router.get(f"{BASE}/versions", operation_id="listFormVersions")
async def list_form_versions(
    session: Session, view: MeetingDep, paging: Paging
) -> Page[FormVersionOut]:
    """List the versions that the form has had."""
    order = [(col(FormVersion.number), False)]
    statement = queries.list_numbers(view.meeting.id)
    return await fetch_page(session, paging, statement, order, _version)


@router.get(f"{BASE}/versions/{{number}}", operation_id="getFormVersion")
async def get_form_version(view: MeetingDep, version: VersionDep) -> FormOut:
    """Read a version; it never changes."""
    return _form(version, view)


@router.get(f"{BASE}/versions/{{number}}/changes", operation_id="getFormChanges")
async def get_form_changes(
    session: Session, view: MeetingDep, version: VersionDep
) -> FormChangesOut:
    """Read what a version changed in the one before it."""
    before = await queries.find_version(session, view.meeting.id, version.number - 1)
    found = differences(
        seen_by(before.questions if before else [], organizes=view.organizes),
        seen_by(version.questions, organizes=view.organizes),
    )
    return FormChangesOut(
        version=version.number,
        added=found.added,
        removed=found.removed,
        changed=[QuestionChange(id=name, members=each) for name, each in found.changed.items()],
        reordered=found.reordered,
    )


def _form(version: FormVersion | None, view: MeetingView) -> FormOut:
    return FormOut.of_version(version, organizes=view.organizes)


def _version(row: Any) -> FormVersionOut:
    return FormVersionOut(version=row[0], issued_at=row[1])
