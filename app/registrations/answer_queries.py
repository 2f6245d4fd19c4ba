"""Every statement about answers."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.registrations.answer_tables import Answer
from app.registrations.lifecycle import LIVE
from app.registrations.tables import Registration

_MISSING = text(
    """
    UPDATE registrations AS r
       SET answers_missing = ARRAY(SELECT jsonb_array_elements_text(v.missing))
      FROM jsonb_to_recordset(CAST(:found AS jsonb)) AS v(id uuid, missing jsonb)
     WHERE r.id = v.id
    """
)


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
    return _by_registration(await _answers(session, statement, replaced=replaced))


async def list_answers_of_meeting(
    session: AsyncSession, meeting_id: UUID
) -> dict[UUID, list[Answer]]:
    """The answers that stand, of everybody, by registration."""
    statement = select(Answer).where(col(Answer.meeting_id) == meeting_id)
    return _by_registration(await _answers(session, statement, replaced=False))


async def list_live(session: AsyncSession, meeting_id: UUID) -> Sequence[Any]:
    """(id, role, answers_missing) of everybody who is, or may come to be, registered."""
    columns: list[Any] = [Registration.id, Registration.role, Registration.answers_missing]
    statement = select(*columns).where(
        col(Registration.meeting_id) == meeting_id, col(Registration.status).in_(LIVE)
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


async def _answers(session: AsyncSession, statement: Any, *, replaced: bool) -> Sequence[Answer]:
    if not replaced:
        statement = statement.where(col(Answer.replaced_at).is_(None))
    found: Sequence[Answer] = (await session.execute(statement)).scalars().all()
    return found


def _by_registration(answers: Sequence[Answer]) -> dict[UUID, list[Answer]]:
    found = defaultdict[UUID, list[Answer]](list)
    for answer in answers:
        found[answer.registration_id].append(answer)
    return found
