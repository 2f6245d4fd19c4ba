"""Every select about forms."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.meetings.tables import Meeting
from app.questions.policy import Question
from app.questions.tables import FormVersion


def list_versions(meeting_id: UUID) -> Select[Any]:
    return select(FormVersion).where(col(FormVersion.meeting_id) == meeting_id)


def list_numbers(meeting_id: UUID) -> Select[Any]:
    """Rows of (number, when it was made), without the questions."""
    columns: list[Any] = [FormVersion.number, FormVersion.created_at]
    return select(*columns).where(col(FormVersion.meeting_id) == meeting_id)


async def find_version(
    session: AsyncSession, meeting_id: UUID, number: int | None
) -> FormVersion | None:
    """Without a statement where there is no number."""
    if number is None:
        return None
    statement = list_versions(meeting_id).where(col(FormVersion.number) == number)
    found: FormVersion | None = (await session.execute(statement)).scalar_one_or_none()
    return found


async def current_form(session: AsyncSession, meeting: Meeting) -> FormVersion | None:
    """The version that counts; None, without a statement, where the meeting asks nothing."""
    return await find_version(session, meeting.id, meeting.form_version)


async def questions_of(
    session: AsyncSession, meeting_id: UUID, numbers: Collection[int]
) -> Mapping[int, Mapping[str, Question]]:
    """Of these versions, by number and id, in their orders."""
    if not numbers:
        return {}
    statement = list_versions(meeting_id).where(col(FormVersion.number).in_(numbers))
    statement = statement.order_by(col(FormVersion.number))
    versions: Sequence[FormVersion] = (await session.execute(statement)).scalars().all()
    return {version.number: by_id(version) for version in versions}


async def versions_of(session: AsyncSession, meetings: Collection[UUID]) -> Sequence[FormVersion]:
    """Every version of the forms of these meetings."""
    statement = select(FormVersion).where(col(FormVersion.meeting_id).in_(meetings))
    return (await session.execute(statement)).scalars().all()


def by_id(version: FormVersion | None) -> dict[str, Question]:
    questions = [Question.of(each) for each in version.questions] if version else []
    return {question.id: question for question in questions}
