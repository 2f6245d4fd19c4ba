"""Answers as the cells of tables, for lists, exports and whoever lets personal data end.

`answers_of` takes ids of registrations of any meetings and gives columns and rows:

- A column is a question, by meeting and id, in the order of the newest form that has it; questions
  that are asked no more come after the others, with `asked=False`. Columns carry `purpose`,
  `retention_days` (days after the end of the meeting) and `visible_to`: what `organizers` alone are
  asked belongs in no table of anybody else.
- A cell is a text, a number or a truth value: choices by their labels, joined by `; `, days as
  `2021-10-08`, files by their names, all by the words of the version that was answered. An answer
  that does not count any more, as the question is another one now, is still a cell; of a question
  that is asked it is one of the `past` ones, such as a consent to other words.

It takes one statement where no meeting asks anything, else three, and one more where files are
among the answers.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import in_language
from app.questions import queries as forms
from app.questions.lifecycle import CHOICES, QuestionKind, VisibleTo
from app.questions.policy import Question, still_answers
from app.registrations import answer_queries as queries

Cell = str | int | float | bool
Key = tuple[UUID, str]
"""Meeting and question."""


@dataclass(frozen=True, slots=True)
class Column:
    """A question, in the words of the newest version that has it."""

    meeting_id: UUID
    question_id: str
    kind: QuestionKind
    label: str
    visible_to: VisibleTo
    purpose: str
    retention_days: int
    asked: bool
    """Whether the form that counts now has it."""

    @property
    def key(self) -> Key:
        return self.meeting_id, self.question_id


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns, and by registration the cells that are filled."""

    columns: list[Column] = field(default_factory=list)
    rows: dict[UUID, dict[Key, Cell]] = field(default_factory=dict)
    past: set[tuple[UUID, Key]] = field(default_factory=set)
    """Cells, by registration, that do not answer the question as it is asked now."""


async def answers_of(
    session: AsyncSession, registration_ids: Collection[UUID], language: str = "en"
) -> Sheet:
    """The answers that stand of these registrations, in the words of a language."""
    current = await queries.forms_of(session, registration_ids)
    asking = [meeting_id for meeting_id, version in current.items() if version is not None]
    if not asking:
        return Sheet()
    versions = await _versions(session, asking)
    answers = await queries.list_cells(session, registration_ids)
    files = {each.file_id for each in answers if each.file_id is not None}
    names = await queries.file_names(session, files) if files else {}
    sheet = Sheet()
    for each in answers:
        key = (each.meeting_id, each.question_id)
        numbered = versions[each.meeting_id]
        question = numbered[each.form_version][each.question_id]
        row = sheet.rows.setdefault(each.registration_id, {})
        row[key] = _cell(question, each.value, names, language)
        now = numbered.get(current[each.meeting_id] or 0, {}).get(each.question_id)
        if now is not None and not still_answers(question, now, each.value):
            sheet.past.add((each.registration_id, key))
    answered = {(each.meeting_id, each.question_id) for each in answers}
    sheet.columns.extend(_columns(versions, current, answered, language))
    return sheet


Versions = Mapping[UUID, Mapping[int, Mapping[str, Question]]]


async def _versions(session: AsyncSession, meetings: Collection[UUID]) -> Versions:
    found: dict[UUID, dict[int, Mapping[str, Question]]] = {}
    for version in await forms.versions_of(session, meetings):
        found.setdefault(version.meeting_id, {})[version.number] = forms.by_id(version)
    return found


def _columns(
    versions: Versions, current: Mapping[UUID, int | None], answered: Collection[Key], language: str
) -> Iterable[Column]:
    """Of the questions that are asked now and of those that were answered once."""
    for meeting_id, numbered in versions.items():
        newest: dict[str, tuple[Question, bool]] = {}
        for number in sorted(numbered, reverse=True):
            for name, question in numbered[number].items():
                asked = number == current[meeting_id]
                if asked or (meeting_id, name) in answered:
                    newest.setdefault(name, (question, asked))
        for question, asked in newest.values():
            yield Column(
                meeting_id=meeting_id,
                question_id=question.id,
                kind=question.kind,
                label=in_language(dict(question.label), [language]),
                visible_to=question.visible_to,
                purpose=in_language(dict(question.purpose), [language]),
                retention_days=question.retention_days,
                asked=asked,
            )


def _cell(question: Question, value: Any, names: Mapping[str, str], language: str) -> Cell:
    cell: Cell = names.get(value, value) if question.kind is QuestionKind.FILE else value
    if question.kind in CHOICES:
        chosen = value if isinstance(value, list) else [value]
        return "; ".join(_label(question, each, language) for each in chosen)
    return cell


def _label(question: Question, option: str, language: str) -> str:
    return in_language(dict(question.options[option]), [language])
