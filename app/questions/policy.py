"""Which questions are asked of whom, and which answers they take: pure rules."""

import operator
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from app.core.fields import LINE, PARAGRAPHS
from app.questions.lifecycle import LONGEST, Need, Operator, QuestionKind, VisibleTo

LARGEST: Final = 10**15
"""Of a number, either way."""
MOST_QUESTIONS: Final = 100
MOST_OPTIONS: Final = 100
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

Value = Any
"""Of an answer, as JSON has it: a text, a number, true or false, or a list of texts."""
Fault = tuple[str, str]
"""A question's id, and what is wrong with the answer to it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds or not by the answer to an earlier question."""

    question: str
    operator: Operator
    value: Value = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question as one version of a form has it.

    `roles` are those that it is asked of, all when empty; it is asked when all `conditions` hold.
    """

    id: str
    kind: QuestionKind
    label: Mapping[str, str] = field(default_factory=dict)
    required: Need | None = None
    roles: frozenset[str] = frozenset()
    visible_to: VisibleTo = VisibleTo.ENTITY
    conditions: tuple[Condition, ...] = ()
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Their labels by their values, in their order."""
    max_choices: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    earliest: str | None = None
    latest: str | None = None
    statement: Mapping[str, str] = field(default_factory=dict)
    purpose: Mapping[str, str] = field(default_factory=dict)
    retention_days: int = 30
    """Days after the end of the meeting for which answers are kept."""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Question":
        """From a form as it is kept."""
        plain = {name: kept[name] for name in _PLAIN}
        conditions = (
            Condition(each["question"], Operator(each["operator"]), each["value"])
            for each in kept["conditions"]
        )
        return cls(
            **plain,
            kind=QuestionKind(kept["kind"]),
            required=None if kept["required"] is None else Need(kept["required"]),
            roles=frozenset(kept["roles"]),
            visible_to=VisibleTo(kept["visible_to"]),
            conditions=tuple(conditions),
            options={option["value"]: option["label"] for option in kept["options"]},
        )


_PLAIN = (
    *("id", "label", "max_choices", "max_length", "minimum", "maximum", "whole"),
    *("earliest", "latest", "statement", "purpose", "retention_days"),
)


def asked(
    questions: Sequence[Question], role: str, answers: Mapping[str, Value]
) -> dict[str, Question]:
    """Those that somebody in the role is asked who has given these answers, in their order.

    An answer to a question that is not asked counts for no condition.
    """
    found: dict[str, Question] = {}
    heard: dict[str, Value] = {}
    for question in questions:
        if question.roles and role not in question.roles:
            continue
        if all(
            holds(condition, heard.get(condition.question)) for condition in question.conditions
        ):
            found[question.id] = question
            heard[question.id] = answers.get(question.id)
    return found


def holds(condition: Condition, answer: Value) -> bool:
    """Whether the condition holds for an answer; None is none."""
    if condition.operator is Operator.IS_NOT_ANSWERED:
        return answer is None
    return answer is not None and bool(_COMPARISONS[condition.operator](answer, condition.value))


_COMPARISONS: Mapping[Operator, Callable[[Value, Value], Any]] = {
    Operator.IS: operator.eq,
    Operator.IS_NOT: operator.ne,
    Operator.IS_ONE_OF: lambda answer, wanted: answer in wanted,
    Operator.CONTAINS: operator.contains,
    Operator.AT_LEAST: operator.ge,
    Operator.AT_MOST: operator.le,
    Operator.IS_ANSWERED: lambda _answer, _wanted: True,
}
"""Of an answer that there is with what the condition names."""


def answer_faults(
    questions: Sequence[Question],
    role: str,
    given: Mapping[str, Value],
    others: Mapping[str, Value],
    *,
    organizer: bool,
) -> list[Fault]:
    """Everything that is wrong with the answers that somebody gives for a person in the role.

    `others` are answers that stay as they are, such as those of organizers alone. Without a fault
    every answer is one to a question that is asked, and none is missing at registration.
    """
    known = {question.id: question for question in visible(questions, organizer=organizer)}
    wrong = {
        name: reason
        for name, value in given.items()
        if (reason := _fault_of(known.get(name), value)) is not None
    }
    sound = {name: value for name, value in given.items() if name not in wrong}
    now = asked(questions, role, {**others, **sound})
    unasked = {name: "is not asked with these answers" for name in sound if name not in now}
    needed = {
        question.id: "needs an answer"
        for question in now.values()
        if question.required is Need.AT_REGISTRATION and question.id not in given
    }
    return [*wrong.items(), *unasked.items(), *needed.items()]


def missing(questions: Sequence[Question], role: str, answers: Mapping[str, Value]) -> list[str]:
    """The required questions that are asked and have no answer, in their order."""
    return [
        question.id
        for question in asked(questions, role, answers).values()
        if question.required is not None and answers.get(question.id) is None
    ]


def visible(questions: Iterable[Question], *, organizer: bool) -> list[Question]:
    return [each for each in questions if organizer or each.visible_to is VisibleTo.ENTITY]


def still_answers(then: Question, now: Question | None, value: Value) -> bool:
    """Whether an answer given to a question as it was then is one to it as it is now.

    A consent is one to its words: with other words it must be given again.
    """
    if now is None or now.kind is not then.kind or now.visible_to is not then.visible_to:
        return False
    if now.statement != then.statement:
        return False
    return fault_of_value(now, value) is None


def fault_of_value(question: Question, value: Value) -> str | None:
    """What is wrong with a value as an answer to the question, whoever gives it and whenever."""
    return _CHECKS[question.kind](question, value)


def _fault_of(question: Question | None, value: Value) -> str | None:
    return "is no question of the form" if question is None else fault_of_value(question, value)


def _text(question: Question, value: Value) -> str | None:
    if not isinstance(value, str):
        return "is a text"
    longest = question.max_length or LONGEST[question.kind]
    if len(value) > longest:
        return f"has more than {longest} characters"
    if not value.strip():
        return "must have visible characters"
    one_line = question.kind is QuestionKind.SHORT_TEXT
    if not re.fullmatch(LINE if one_line else PARAGRAPHS, value):
        return f"is {'one line' if one_line else 'a text'} without control characters"
    return None


def _one_choice(question: Question, value: Value) -> str | None:
    if not isinstance(value, str) or value not in question.options:
        return "is one of the options"
    return None


def _many_choices(question: Question, value: Value) -> str | None:
    if not isinstance(value, list) or not value or not _among(value, question.options):
        return "is a list of one or more of the options"
    if len(set(value)) < len(value):
        return "names an option twice"
    if question.max_choices is not None and len(value) > question.max_choices:
        return f"has more than {question.max_choices} of the options"
    return None


def _among(values: list[Any], options: Collection[str]) -> bool:
    return all(isinstance(value, str) and value in options for value in values)


def _date(question: Question, value: Value) -> str | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value) or not _is_day(value):
        return "is a day such as 2021-10-08"
    return _out_of_bounds(value, question.earliest, question.latest)


def _is_day(text: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(text).year <= 2199
    except ValueError:
        return False


def _number(question: Question, value: Value) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "is a number"
    if question.whole and not isinstance(value, int):
        return "is a whole number"
    if not -LARGEST <= value <= LARGEST:
        return f"must lie between -{LARGEST} and {LARGEST}"
    return _out_of_bounds(value, question.minimum, question.maximum)


def _out_of_bounds(value: Any, least: Any, most: Any) -> str | None:
    if least is not None and value < least:
        return f"is at least {least}"
    if most is not None and value > most:
        return f"is at most {most}"
    return None


def _flag(question: Question, value: Value) -> str | None:
    return None if isinstance(value, bool) else "is true or false"


def _consent(question: Question, value: Value) -> str | None:
    """Where it is required, a refusal is no answer."""
    if not isinstance(value, bool):
        return "is true or false"
    return "must be given" if question.required is not None and not value else None


def _file(question: Question, value: Value) -> str | None:
    """That the entity has handed in such a file is seen elsewhere."""
    try:
        known = isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        known = False
    return None if known else "is the id of a file that was handed in"


_CHECKS: Mapping[QuestionKind, Callable[[Question, Value], str | None]] = {
    QuestionKind.SHORT_TEXT: _text,
    QuestionKind.LONG_TEXT: _text,
    QuestionKind.ONE_CHOICE: _one_choice,
    QuestionKind.MANY_CHOICES: _many_choices,
    QuestionKind.DATE: _date,
    QuestionKind.NUMBER: _number,
    QuestionKind.YES_NO: _flag,
    QuestionKind.FILE: _file,
    QuestionKind.CONSENT: _consent,
}
