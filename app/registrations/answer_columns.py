"""Columns of a table that answer the questions of a meeting, and what their cells say."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from app.core.headings import flag_of, fold
from app.entities.people_rows import Vocabulary
from app.questions.lifecycle import QuestionKind
from app.questions.policy import Question
from app.registrations.delegate_rows import DELEGATES, put_words

PREFIX: Final = "answers."
"""Before a question's id: what its column is called where the id alone means something else."""
_SEPARATORS: Final = re.compile("[;\u061b\uff1b]")
_WHOLE: Final = re.compile("-?[0-9]{1,16}")
_BROKEN: Final = re.compile("-?[0-9]{1,16}[.][0-9]{1,16}")


class AnswerColumns:
    """The questions that a table may answer: all that the caller is asked but for files."""

    def __init__(self, questions: Iterable[Question]) -> None:
        asked = [each for each in questions if each.kind is not QuestionKind.FILE]
        self._questions = {f"{PREFIX}{each.id}": each for each in asked}
        self._options = {each.id: _words_of_options(each) for each in asked}

    def vocabulary(self) -> Vocabulary:
        """The words of such tables: a question is known by its id, else by how it is worded."""
        if not self._questions:
            return Vocabulary(DELEGATES)
        known = dict(DELEGATES)
        for words in _WORDS:
            known = self._unmistakable(words) | known
        short = {each.id: member for member, each in self._questions.items()}
        members = set(DELEGATES.values())
        return Vocabulary(
            known | {member: member for member in self._questions},
            {name: member for name, member in short.items() if name not in members},
        )

    def put(self, found: dict[str, Any]) -> None:
        """Put values in place of the words of a row; what is no value is left to be refused."""
        put_words(found)
        answers = {
            question.id: self._value(question, found.pop(member))
            for member, question in self._questions.items()
            if member in found
        }
        if answers:
            found["answers"] = answers

    def _unmistakable(self, words: Callable[[Question], Iterable[str]]) -> dict[str, str]:
        """Words that mean one question alone."""
        found: dict[str, str | None] = {}
        for member, question in self._questions.items():
            for word in map(fold, words(question)):
                found[word] = member if found.get(word, member) == member else None
        return {word: member for word, member in found.items() if word and member}

    def _value(self, question: Question, cell: Any) -> Any:
        match question.kind:
            case QuestionKind.ONE_CHOICE:
                return self._option(question, cell)
            case QuestionKind.MANY_CHOICES:
                return self._options_of(question, cell)
            case QuestionKind.YES_NO | QuestionKind.CONSENT:
                flag = flag_of(cell)
                return cell if flag is None else flag
            case QuestionKind.NUMBER:
                return _number(cell)
            case QuestionKind.DATE:
                return cell.removesuffix("T00:00:00") if isinstance(cell, str) else cell
            case _:
                return _text(cell)

    def _option(self, question: Question, cell: Any) -> Any:
        """By its value, or by how it is worded in any language."""
        text = _text(cell)
        if not isinstance(text, str) or text in question.options:
            return text
        return self._options[question.id].get(fold(text), text)

    def _options_of(self, question: Question, cell: Any) -> Any:
        parts = _SEPARATORS.split(cell) if isinstance(cell, str) else cell
        parts = parts if isinstance(parts, list) else [parts]
        stripped = [part.strip() if isinstance(part, str) else part for part in parts]
        return [self._option(question, part) for part in stripped if part != ""]


def headings_of(columns: Sequence[Any]) -> dict[str, str]:
    """By question, the heading of the column that answers it."""
    return {
        each.member.removeprefix(PREFIX): each.heading
        for each in columns
        if each.member is not None and each.member.startswith(PREFIX)
    }


def _words_of_options(question: Question) -> Mapping[str, str]:
    """Words that mean one option alone."""
    found: dict[str, str | None] = {}
    for value, labels in question.options.items():
        for word in map(fold, (value, *labels.values())):
            found[word] = value if found.get(word, value) == value else None
    return {word: value for word, value in found.items() if word and value}


def _number(cell: Any) -> Any:
    if isinstance(cell, str) and _WHOLE.fullmatch(cell):
        return int(cell)
    if isinstance(cell, str) and _BROKEN.fullmatch(cell):
        return float(cell)
    return cell


def _text(cell: Any) -> Any:
    """A cell with a whole number in it is a text of digits."""
    return str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


_WORDS: tuple[Callable[[Question], Iterable[str]], ...] = (
    lambda question: [f"{PREFIX}{question.id}"],
    lambda question: [question.id],
    lambda question: question.label.values(),
)
"""The first that know a word have it, after the members of every such table."""
