"""Forms as they cross the wire."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import (
    Field,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)

from app.committees.roles import RegistrationRole
from app.core.fields import (
    Day,
    Flag,
    InstantField,
    LocalizedLine,
    LocalizedText,
    Schema,
    Whole,
)
from app.questions.lifecycle import Need, Operator, QuestionKind, VisibleTo
from app.questions.policy import LARGEST, MOST_OPTIONS, MOST_QUESTIONS, Question, visible
from app.questions.tables import FormVersion

QUESTION_ID = r"^[a-z][a-z0-9_]*$"
OPTION_VALUE = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
LONGEST_TEXT = 5000


def _a_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is a number")  # noqa: TRY004  # pydantic wants it
    if not -LARGEST <= value <= LARGEST:
        raise ValueError(f"must lie between -{LARGEST} and {LARGEST}")
    return value


def _a_value(value: Any) -> Any:
    """Of a closed set of types, and bounded; whether it fits the question is seen later."""
    match value:
        case bool():
            return value
        case str() if len(value) <= LONGEST_TEXT:
            return value
        case int() | float():
            return _a_number(value)
        case list() if len(value) <= MOST_OPTIONS and all(_is_option(each) for each in value):
            return value
        case _:
            raise ValueError("is a text, a number, true or false, or a list of options")


def _is_option(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 100


QuestionId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40, pattern=QUESTION_ID),
    Field(description="Chosen by you, and the same in all versions.", examples=["diet"]),
]
Number = Annotated[
    float,
    PlainValidator(_a_number),
    WithJsonSchema({"type": "number", "minimum": -LARGEST, "maximum": LARGEST}),
]
AnswerValue = Annotated[
    Any,
    PlainValidator(_a_value),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": LONGEST_TEXT},
                {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
                {"type": "boolean"},
                {
                    "type": "array",
                    "items": {"type": "string", "maxLength": 100},
                    "maxItems": MOST_OPTIONS,
                },
            ],
            "examples": ["vegetarian"],
        }
    ),
]
_NO_BOUND = "Null for no bound."


class OptionMembers(Schema):
    """One of the answers to choose from."""

    value: str = Field(
        min_length=1,
        max_length=100,
        pattern=OPTION_VALUE,
        description="What an answer says; the same in all versions.",
        examples=["vegetarian"],
    )
    label: LocalizedLine


class ConditionMembers(Schema):
    """The question is asked if the answer to an earlier one compares so."""

    question: QuestionId = Field(description="Id of an earlier question of the form.")
    operator: Operator = Operator.IS
    value: AnswerValue | None = Field(
        None,
        description="What the answer is compared with; for `is_one_of` a list of options, for "
        "`is_answered` and `is_not_answered` null.",
    )


class QuestionMembers(Schema):
    """A question; members that do not go with its kind stay as they are by default."""

    id: QuestionId
    kind: QuestionKind
    label: LocalizedLine = Field(description="The question in words.")
    help: LocalizedText = Field(default_factory=dict)
    required: Need | None = Field(None, description="Null: it may be left out.")
    roles: list[RegistrationRole] = Field(
        default_factory=list, max_length=20, description="Who is asked, by role; empty: everybody."
    )
    conditions: list[ConditionMembers] = Field(
        default_factory=list, max_length=10, description="It is asked when all of them hold."
    )
    visible_to: VisibleTo = VisibleTo.ENTITY
    purpose: LocalizedLine = Field(
        description="What the answers are used for, as it is said to whoever is asked.",
        examples=[{"en": "To order lunch."}],
    )
    retention_days: Annotated[int, Field(ge=0, le=3650), Whole] = Field(
        30, description="Days after the end of the meeting for which answers are kept."
    )
    options: list[OptionMembers] = Field(
        default_factory=list, max_length=MOST_OPTIONS, description="Of a choice."
    )
    max_choices: Annotated[int, Field(ge=1, le=MOST_OPTIONS), Whole] | None = Field(
        None, description=f"Of many choices. {_NO_BOUND}"
    )
    max_length: Annotated[int, Field(ge=1, le=LONGEST_TEXT), Whole] | None = Field(
        None, description="Characters of a text; null for 500 of a short and 5000 of a long one."
    )
    minimum: Number | None = Field(None, description=_NO_BOUND)
    maximum: Number | None = Field(None, description=_NO_BOUND)
    whole: Flag = Field(False, description="Whether a number is a whole one.")
    earliest: Day | None = Field(None, description=_NO_BOUND)
    latest: Day | None = Field(None, description=_NO_BOUND)
    statement: LocalizedText = Field(
        default_factory=dict, description="The words that are consented to."
    )


Questions = Annotated[list[QuestionMembers], Field(max_length=MOST_QUESTIONS)]


class FormWrite(Schema):
    """All questions, in the order in which they are asked; none for no form."""

    questions: Questions

    def kept(self) -> list[dict[str, Any]]:
        """As the form is kept."""
        return [question.model_dump(mode="json") for question in self.questions]


class FormCopy(Schema):
    """Whose questions to take over."""

    meeting: str = Field(
        min_length=1,
        max_length=80,
        description="Id or handle of another meeting of the committee.",
        examples=["coordination-committee-5"],
    )


class FormOut(Schema):
    """The questions of a meeting, as those who see the answers see them."""

    version: int = Field(
        ge=0, le=2_147_483_647, description="0 where the meeting has never asked anything."
    )
    questions: Questions
    issued_at: InstantField | None

    @classmethod
    def of_version(cls, version: FormVersion | None, *, organizes: bool) -> "FormOut":
        if version is None:
            return cls(version=0, questions=[], issued_at=None)
        return cls(
            version=version.number,
            questions=_seen(version.questions, organizes=organizes),
            issued_at=version.created_at,
        )


class FormVersionOut(Schema):
    """A version, as lists show it."""

    version: int = Field(ge=1, le=2_147_483_647)
    issued_at: InstantField


class QuestionChange(Schema):
    """A question that both versions have."""

    id: QuestionId
    members: list[Annotated[str, Field(max_length=40)]] = Field(
        max_length=40, description="Those that differ.", examples=[["label"]]
    )


class FormChangesOut(Schema):
    """What became of the version before."""

    version: int = Field(ge=1, le=2_147_483_647)
    added: list[QuestionId] = Field(max_length=MOST_QUESTIONS)
    removed: list[QuestionId] = Field(max_length=MOST_QUESTIONS)
    changed: list[QuestionChange] = Field(max_length=MOST_QUESTIONS)
    reordered: bool


def seen_by(questions: Iterable[Mapping[str, Any]], *, organizes: bool) -> list[dict[str, Any]]:
    """The questions of a kept form that the caller may know of."""
    kept = {question["id"]: dict(question) for question in questions}
    known = visible((Question.of(each) for each in kept.values()), organizer=organizes)
    return [kept[question.id] for question in known]


def _seen(questions: Iterable[Mapping[str, Any]], *, organizes: bool) -> list[QuestionMembers]:
    return [
        QuestionMembers.model_validate(each) for each in seen_by(questions, organizes=organizes)
    ]
