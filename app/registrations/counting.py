"""Which answers count by the form as it is now, and what is missing."""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.meetings.tables import Meeting
from app.questions import policy
from app.questions import queries as forms
from app.questions.policy import Question, Value
from app.registrations import answer_queries as queries
from app.registrations.tables import Registration

History = Mapping[int, Mapping[str, Question]]
"""Questions by the versions that answers were given to, and by their ids."""


class Kept(Protocol):
    """An answer, or as much of it as counts here."""

    form_version: Any
    question_id: Any
    value: Any
    replaced_at: Any


AnyKept = TypeVar("AnyKept", bound=Kept)


async def recount(session: AsyncSession, meeting: Meeting, registration: Registration) -> None:
    """Say what is missing in the role that somebody has now; no statement without a form."""
    if meeting.form_version is None:
        return
    questions = forms.by_id(await forms.current_form(session, meeting))
    answers = (await queries.list_answers(session, [registration.id]))[registration.id]
    history = await history_of(session, meeting.id, answers)
    registration.answers_missing = policy.missing(
        list(questions.values()),
        registration.role.value,
        values(counted(answers, history, questions)),
    )
    await session.flush()


async def recount_all(session: AsyncSession, meeting: Meeting) -> None:
    """Say of everybody what is missing by the form as it is now, in five statements."""
    questions = forms.by_id(await forms.current_form(session, meeting))
    answers = await queries.list_answers_of_meeting(session, meeting.id)
    history = await history_of(session, meeting.id, chain.from_iterable(answers.values()))
    found: dict[UUID, list[str]] = {}
    for registration_id, role, before in await queries.list_to_recount(session, meeting.id):
        counting = counted(answers.get(registration_id, ()), history, questions)
        lacking = policy.missing(list(questions.values()), role.value, values(counting))
        if lacking != before:
            found[registration_id] = lacking
    await queries.write_missing(session, found)


async def history_of(session: AsyncSession, meeting_id: UUID, answers: Iterable[Kept]) -> History:
    numbers = {each.form_version for each in answers}
    return await forms.questions_of(session, meeting_id, numbers)


def counted(
    answers: Collection[AnyKept], history: History, questions: Mapping[str, Question]
) -> dict[str, AnyKept]:
    """Those that are answers to the present questions, by these."""
    return {
        each.question_id: each
        for each in answers
        if each.replaced_at is None
        and policy.still_answers(
            history[each.form_version][each.question_id],
            questions.get(each.question_id),
            each.value,
        )
    }


def values(answers: Mapping[str, Kept]) -> dict[str, Value]:
    return {name: each.value for name, each in answers.items()}
