"""Every statement about answers."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, delete, func, insert, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.files.tables import StoredFile
from app.meetings.tables import Meeting
from app.registrations.answer_tables import Answer
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration

GONE = (RegistrationStatus.WITHDRAWN, RegistrationStatus.SUBSTITUTED)
"""There is no way back from here."""

_MISSING = text(
    """
    UPDATE registrations AS r
       SET answers_missing = ARRAY(SELECT jsonb_array_elements_text(v.missing))
      FROM jsonb_to_recordset(CAST(:found AS jsonb)) AS v(id uuid, missing jsonb)
     WHERE r.id = v.id
    """
)


class Brief(NamedTuple):
    """As much of an answer as is needed to say what is missing."""

    form_version: int
    question_id: str
    value: Any
    replaced_at: None = None


async def list_answers(
    session: AsyncSession, registration_ids: Collection[UUID], *, replaced: bool = False
) -> dict[UUID, list[Answer]]:
    """By registration, in the order in which they were given."""
    statement = (
        select(Answer)
        .where(col(Answer.registration_id).in_(registration_ids))
        .order_by(col(Answer.id))
        .execution_options(populate_existing=True)
    )
    if not replaced:
        statement = statement.where(col(Answer.replaced_at).is_(None))
    return _by_registration((await session.execute(statement)).scalars())


async def list_answers_of_meeting(
    session: AsyncSession, meeting_id: UUID
) -> dict[UUID, list[Brief]]:
    """The answers that stand, everybody's, by registration: one row for each, as rows cost more
    than what is in them.
    """
    brief = func.jsonb_build_array(col(Answer.form_version), col(Answer.value))
    columns: list[Any] = [
        Answer.registration_id,
        func.jsonb_object_agg(col(Answer.question_id), brief),
    ]
    statement = (
        select(*columns)
        .where(col(Answer.meeting_id) == meeting_id, col(Answer.replaced_at).is_(None))
        .group_by(col(Answer.registration_id))
    )
    return {
        registration_id: [Brief(version, name, value) for name, (version, value) in found.items()]
        for registration_id, found in await session.execute(statement)
    }


async def list_cells(session: AsyncSession, registration_ids: Collection[UUID]) -> Sequence[Any]:
    """Of the answers that stand: (registration_id, meeting_id, form_version, question_id, value,
    file_id).
    """
    columns: list[Any] = [
        Answer.registration_id,
        Answer.meeting_id,
        Answer.form_version,
        Answer.question_id,
        Answer.value,
        Answer.file_id,
    ]
    statement = select(*columns).where(
        _among(Answer.registration_id, registration_ids), col(Answer.replaced_at).is_(None)
    )
    return (await session.execute(statement.order_by(col(Answer.id)))).all()


async def forms_of(
    session: AsyncSession, registration_ids: Collection[UUID]
) -> dict[UUID, int | None]:
    """The meetings of these registrations, with the version of the form that counts."""
    columns: list[Any] = [Meeting.id, Meeting.form_version]
    statement = (
        select(*columns)
        .join(Registration, col(Registration.meeting_id) == col(Meeting.id))
        .where(_among(Registration.id, registration_ids))
        .distinct()
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def file_names(session: AsyncSession, files: Collection[UUID]) -> dict[str, str]:
    columns: list[Any] = [StoredFile.id, StoredFile.name]
    statement = select(*columns).where(_among(StoredFile.id, files))
    return {str(row[0]): row[1] for row in await session.execute(statement)}


async def list_to_recount(session: AsyncSession, meeting_id: UUID) -> Sequence[Any]:
    """(id, role, answers_missing) of everybody who is, or may come to be, registered."""
    columns: list[Any] = [Registration.id, Registration.role, Registration.answers_missing]
    statement = select(*columns).where(
        col(Registration.meeting_id) == meeting_id, col(Registration.status).not_in(GONE)
    )
    return (await session.execute(statement)).all()


async def write_answers(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    await session.execute(insert(Answer).execution_options(render_nulls=True), list(rows))


async def replace_answers(
    session: AsyncSession, gone: Collection[UUID], consents: Collection[UUID], now: datetime
) -> None:
    """Take answers out of the way of others; consents stay, marked."""
    if gone:
        statement = delete(Answer).where(col(Answer.id).in_(gone))
        await session.execute(statement.execution_options(synchronize_session=False))
    if consents:
        marked = update(Answer).where(col(Answer.id).in_(consents)).values(replaced_at=now)
        await session.execute(marked.execution_options(synchronize_session=False))


async def write_missing(session: AsyncSession, found: Mapping[UUID, Sequence[str]]) -> None:
    """What is missing now of each, in one statement."""
    rows = [{"id": str(each), "missing": list(missing)} for each, missing in found.items()]
    if rows:
        await session.execute(_MISSING, {"found": json.dumps(rows)})


async def write_needs(
    session: AsyncSession, registration_id: UUID, needs: dict[str, Any] | None
) -> None:
    statement = update(Registration).where(col(Registration.id) == registration_id)
    await session.execute(
        statement.values(needs=needs).execution_options(synchronize_session=False)
    )


def _by_registration(answers: Iterable[Any]) -> dict[UUID, list[Any]]:
    found = defaultdict[UUID, list[Any]](list)
    for answer in answers:
        found[answer.registration_id].append(answer)
    return found


def _among(column: Any, ids: Collection[UUID]) -> Any:
    """However many they are: as one parameter, where `IN` has one for each."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))
