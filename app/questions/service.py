"""Changing the form of a meeting."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import FieldError
from app.events import announce
from app.meetings.service import about, check_changeable
from app.meetings.tables import Meeting
from app.questions import queries
from app.questions.drafting import differences, form_faults
from app.questions.events import FormChanged
from app.questions.problems import FormInvalid
from app.questions.tables import FormVersion


async def replace_form(
    session: AsyncSession, meeting: Meeting, questions: Sequence[dict[str, Any]]
) -> FormVersion | None:
    """Let the meeting ask these questions from now on; the meeting's row is locked.

    The same questions as before make no new version. Answers stay; what is missing now is found
    out, in the same transaction, by those who react to the announcement. Raises `MeetingClosed`,
    `FormInvalid`.
    """
    check_changeable(meeting)
    faults = form_faults(questions, meeting.languages)
    if faults:
        errors = [FieldError(pointer=pointer, detail=detail) for pointer, detail in faults[:100]]
        raise FormInvalid(errors[0].detail, errors=errors)
    before = await queries.current_form(session, meeting)
    found = differences(before.questions if before else [], questions)
    if not found:
        return before
    number = (meeting.form_version or 0) + 1
    made = FormVersion(meeting_id=meeting.id, number=number, questions=list(questions))
    session.add(made)
    meeting.form_version = number
    event = FormChanged(
        **about(meeting),
        version=number,
        added=found.added,
        removed=found.removed,
        changed=found.changed,
        reordered=found.reordered,
    )
    await announce(session, event)
    await session.flush()
    return made
