"""Answers and needs as they cross the wire."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema

from app.core.fields import (
    PARAGRAPHS,
    Flag,
    InstantField,
    Language,
    LocalizedLine,
    LocalizedText,
    Schema,
)
from app.questions.lifecycle import QuestionKind
from app.registrations.answer_tables import AnswerSide

LONGEST, MOST, LARGEST = 5000, 100, 10**15
MOST_GIVEN = 1000


def _bounded(value: Any) -> Any:
    """Of a closed set of types, and bounded; what it says is judged by the question."""
    match value:
        case None | bool():
            return value
        case str() if len(value) <= LONGEST:
            return value
        case int() | float() if -LARGEST <= value <= LARGEST:
            return value
        case list() if len(value) <= MOST and all(_is_option(each) for each in value):
            return value
        case _:
            raise ValueError(
                f"is a text of at most {LONGEST} characters, a number, true, false, a list of "
                "options, or null"
            )


def _is_option(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 100


_VALUES: list[dict[str, Any]] = [
    {"type": "string", "maxLength": LONGEST},
    {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
    {"type": "boolean"},
    {"type": "array", "items": {"type": "string", "maxLength": 100}, "maxItems": MOST},
]
AnswerId = Annotated[
    str, StringConstraints(min_length=1, max_length=40, pattern="^[a-z][a-z0-9_]*$")
]
AnswerIn = Annotated[
    Any, PlainValidator(_bounded), WithJsonSchema({"anyOf": [*_VALUES, {"type": "null"}]})
]
AnswerValue = Annotated[Any, PlainValidator(_bounded), WithJsonSchema({"anyOf": _VALUES})]
Answers = Annotated[
    dict[AnswerId, AnswerIn],
    Field(
        max_length=MOST,
        description="By the ids of the meeting's questions (`GET .../form`): a text, a number, "
        "true or false, a day as `2021-10-08`, the value of an option or a list of such values, or "
        "the id of a file that the entity has handed in. Null is no answer.",
        examples=[{"diet": "vegetarian", "arrival": "2021-10-07", "photo_consent": True}],
    ),
]
Languages = Annotated[list[Language], Field(max_length=10, examples=[["fr"]])]


class Needs(Schema):
    """What somebody needs to take part; for organizers and the own entity alone."""

    speaks: Languages = Field(default_factory=list, description="Languages they will speak in.")
    interpretation: Languages = Field(
        default_factory=list, description="Languages they need to hear; any of these will do."
    )
    sign_language: Language | None = Field(
        None, description="BCP 47 tag of a sign language, such as `ils`.", examples=["ils"]
    )
    captioning: Flag = False
    other: Annotated[str, StringConstraints(max_length=2000, pattern=PARAGRAPHS)] | None = Field(
        None,
        description="Other needs, in words.",
        examples=["Documents in large print."],
    )

    def said(self) -> dict[str, Any] | None:
        """As it is kept; None where nothing is needed."""
        members = self.model_dump(mode="json", exclude_defaults=True)
        return members or None


class NeedsPatch(Schema):
    """Members as in `Needs`; null removes one."""

    speaks: Languages | None = None
    interpretation: Languages | None = None
    sign_language: Language | None = None
    captioning: Flag | None = None
    other: Annotated[str, StringConstraints(max_length=2000, pattern=PARAGRAPHS)] | None = None


class AnswersWrite(Schema):
    """All answers to the questions that you are shown: what is left out is taken back."""

    answers: Answers


class GivenAnswer(Schema):
    """An answer, with the question as it was when the answer was given."""

    question: AnswerId
    kind: QuestionKind
    label: LocalizedLine
    statement: LocalizedText = Field(description="What was consented to; empty of other kinds.")
    value: AnswerValue
    form_version: int = Field(ge=1, le=2_147_483_647)
    given_at: InstantField
    given_for: AnswerSide
    given_by: UUID | None = Field(
        description="Account, or holder of a link, as in the log; for organizers, else null."
    )
    counts: bool = Field(description="Whether it answers a question that is asked now.")
    replaced_at: InstantField | None = Field(
        description="Of a consent that was given anew or taken back: when."
    )


class AnswersOut(Schema):
    """What was answered about somebody."""

    registration_id: UUID
    form_version: int = Field(ge=0, le=2_147_483_647, description="The one that counts; 0: none.")
    answers: dict[AnswerId, AnswerValue] = Field(
        max_length=MOST, description="Those that count, as `PUT` takes them."
    )
    missing: list[AnswerId] = Field(
        max_length=MOST, description="Required questions that have no answer."
    )
    given: list[GivenAnswer] = Field(
        max_length=MOST_GIVEN,
        description="Every answer that is kept, also to questions that are asked no more; those "
        "that were replaced come last, and of more than 1,000 the oldest alone are there.",
    )


class LanguageCount(Schema):
    language: Language
    people: int = Field(ge=0, le=1_000_000)


class NeedsCount(Schema):
    """What those who come need, in numbers."""

    people: int = Field(ge=0, le=1_000_000, description="Who have said anything of this.")
    speaks: list[LanguageCount] = Field(max_length=1000)
    interpretation: list[LanguageCount] = Field(max_length=1000)
    sign_language: list[LanguageCount] = Field(max_length=1000)
    captioning: int = Field(ge=0, le=1_000_000)
    other: int = Field(ge=0, le=1_000_000, description="With words of their own.")
