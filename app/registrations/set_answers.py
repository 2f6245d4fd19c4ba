"""The questions of a meeting, put to everybody of a list at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import json_names
from app.core.problems import FieldError
from app.events import Event
from app.meetings.tables import Meeting
from app.questions import policy
from app.questions import queries as forms
from app.questions.lifecycle import QuestionKind
from app.questions.policy import Fault, Question, Value
from app.questions.problems import AnswersInvalid
from app.registrations.answer_tables import AnswerSide
from app.registrations.answering import MAX_ERRORS, Checked, answer_rows, answered
from app.registrations.candidates import Candidate


class MeetingForm:
    """What the meeting asks, while a list is decided and written; the meeting is locked, or it is
    a rehearsal.
    """

    def __init__(
        self, version: int | None, questions: Mapping[str, Question], *, organizer: bool
    ) -> None:
        self.version, self.questions, self.organizer = version, questions, organizer
        self._all = list(questions.values())

    @classmethod
    async def of(cls, session: AsyncSession, meeting: Meeting, *, organizer: bool) -> Self:
        """No statement where the meeting asks nothing."""
        version = await forms.current_form(session, meeting)
        number = version.number if version else None
        return cls(number, forms.by_id(version), organizer=organizer)

    def refusal(self, each: Candidate) -> AnswersInvalid | None:
        """As when somebody is registered alone, but that no file comes with a list."""
        if not self._all and not each.answers:
            return None
        faults = policy.answer_faults(
            self._all, each.role.value, each.answers, {}, organizer=self.organizer
        )
        faults += self._files(each.answers)
        if not faults:
            return None
        errors = [
            FieldError(pointer=_place(each, name), detail=detail)
            for name, detail in faults[:MAX_ERRORS]
        ]
        return AnswersInvalid(f"{faults[0][0]} {faults[0][1]}.", errors=errors)

    def lacking(self, each: Candidate) -> list[str]:
        """The required questions that have no answer."""
        return policy.missing(self._all, each.role.value, each.answers) if self._all else []

    def rows(
        self, session: AsyncSession, meeting: Meeting, coming: Iterable[Candidate]
    ) -> list[dict[str, Any]]:
        """The answers of those who have just been registered."""
        found = []
        for each in coming:
            if each.answers:
                assert each.registration_id is not None
                checked = self._checked(each)
                given = each.answers
                found += answer_rows(session, meeting, each.registration_id, checked, given)
        return found

    def facts(self, each: Candidate, known: Mapping[str, Any]) -> Sequence[Event]:
        """What the log says of them; `known` are the ids that every fact carries."""
        return list(answered(known, self._checked(each), each.answers)) if each.answers else []

    def _checked(self, each: Candidate) -> Checked:
        side = AnswerSide.ORGANIZER if self.organizer else AnswerSide.ENTITY
        return Checked(self.version, self.questions, each.answers, side)

    def _files(self, given: Mapping[str, Value]) -> list[Fault]:
        return [
            (name, "is a file: register whoever brings it by themselves")
            for name in given
            if name in self.questions and self.questions[name].kind is QuestionKind.FILE
        ]


def _place(each: Candidate, question: str) -> str:
    """The column of the table that answers the question, where there is one."""
    heading = each.headings.get(question)
    return json_names(("answers", question) if heading is None else (heading,))
