"""Which answers count by the form as it is now, and what is missing."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Protocol, Self, TypeVar
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

    @property
    def form_version(self) -> int: ...
    @property
    def question_id(self) -> str: ...
    @property
    def value(self) -> Value: ...
    @property
    def replaced_at(self) -> datetime | None: ...


AnyKept = TypeVar("AnyKept", bound=Kept)


class Reading:
    """The present questions, by which answers to earlier ones are read."""

    def __init__(self, questions: Mapping[str, Question], history: History) -> None:
        self.questions, self.history = questions, history
        self._unchanged = {
            (number, name)
            for number, known in history.items()
            for name, question in known.items()
            if questions.get(name) == question
        }
        """What answers are taken of as they are, which is most of them."""

    @classmethod
    async def of(cls, session: AsyncSession, meeting: Meeting, answers: Iterable[Kept]) -> Self:
        """With the versions that the answers were given to."""
        questions = forms.by_id(await forms.current_form(session, meeting))
        numbers = {each.form_version for each in answers}
        return cls(questions, await forms.questions_of(session, meeting.id, numbers))

    def then(self, answer: Kept) -> Question:
        """The question as it was when it was answered."""
        return self.history[answer.form_version][answer.question_id]

    def counted(self, answers: Iterable[AnyKept]) -> dict[str, AnyKept]:
        """Those that are answers to the present questions, by these."""
        return {each.question_id: each for each in answers if self._counts(each)}

    def missing(self, role: str, answers: Iterable[Kept]) -> list[str]:
        """What somebody in the role lacks who has given these answers."""
        counting = values(self.counted(answers))
        return policy.missing(list(self.questions.values()), role, counting)

    def _counts(self, answer: Kept) -> bool:
        if answer.replaced_at is not None:
            return False
        if (answer.form_version, answer.question_id) in self._unchanged:
            return True
        now = self.questions.get(answer.question_id)
        return policy.still_answers(self.then(answer), now, answer.value)


async def recount(session: AsyncSession, meeting: Meeting, registration: Registration) -> None:
    """Say what is missing in the role that somebody has now; no statement without a form."""
    if meeting.form_version is None:
        return
    answers = (await queries.list_answers(session, [registration.id]))[registration.id]
    reading = await Reading.of(session, meeting, answers)
    registration.answers_missing = reading.missing(registration.role.value, answers)
    await session.flush()


async def recount_all(session: AsyncSession, meeting: Meeting) -> None:
    """Say of everybody what is missing by the form as it is now, in five statements."""
    answers = await queries.list_answers_of_meeting(session, meeting.id)
    reading = await Reading.of(session, meeting, chain.from_iterable(answers.values()))
    found: dict[UUID, list[str]] = {}
    for registration_id, role, before in await queries.list_to_recount(session, meeting.id):
        lacking = reading.missing(role.value, answers.get(registration_id, ()))
        if lacking != before:
            found[registration_id] = lacking
    await queries.write_missing(session, found)


def values(answers: Mapping[str, Kept]) -> dict[str, Value]:
    return {name: each.value for name, each in answers.items()}
