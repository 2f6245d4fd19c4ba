"""What makes a form out of questions, and what became of one: pure rules."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.questions.lifecycle import (
    ALONE,
    CHOICES,
    COMPARED,
    LONGEST,
    TEXTS,
    Operator,
    QuestionKind,
    VisibleTo,
)
from app.questions.policy import Condition, Question, fault_of_value

Fault = tuple[str, str]
"""A pointer into the form, and what is wrong there."""
_OF_KIND: Mapping[str, Collection[QuestionKind]] = {
    "options": CHOICES,
    "max_choices": {QuestionKind.MANY_CHOICES},
    "max_length": TEXTS,
    "minimum": {QuestionKind.NUMBER},
    "maximum": {QuestionKind.NUMBER},
    "whole": {QuestionKind.NUMBER},
    "earliest": {QuestionKind.DATE},
    "latest": {QuestionKind.DATE},
    "statement": {QuestionKind.CONSENT},
}
"""Members that only questions of some kinds have."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Of a version to the one before it: ids of questions, and which members changed."""

    added: list[str]
    removed: list[str]
    changed: dict[str, list[str]]
    reordered: bool

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.reordered)


def form_faults(kept: Sequence[Mapping[str, Any]], languages: Collection[str]) -> list[Fault]:
    """Everything that keeps the questions, as they would be kept, from being a form."""
    faults: list[Fault] = []
    earlier: dict[str, Question] = {}
    for place, members in enumerate(kept):
        question = Question.of(members)
        found = [*_own_faults(members, question, languages), *_condition_faults(question, earlier)]
        if question.id in earlier:
            found.append(("/id", "An earlier question has this id."))
        faults += [(f"/questions/{place}{pointer}", detail) for pointer, detail in found]
        earlier.setdefault(question.id, question)
    return faults


def differences(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Differences:
    old = {question["id"]: question for question in before}
    new = {question["id"]: question for question in after}
    changed = {
        name: [member for member in new[name] if new[name][member] != old[name].get(member)]
        for name in new
        if name in old and new[name] != old[name]
    }
    return Differences(
        added=[name for name in new if name not in old],
        removed=[name for name in old if name not in new],
        changed=changed,
        reordered=[name for name in old if name in new] != [name for name in new if name in old],
    )


def _own_faults(
    members: Mapping[str, Any], question: Question, languages: Collection[str]
) -> Iterator[Fault]:
    """Of a question by itself."""
    for member, kinds in _OF_KIND.items():
        if members[member] and question.kind not in kinds:
            yield f"/{member}", f"A question of kind {question.kind.value} has none."
    for member in ("label", "purpose"):
        if not set(members[member]) & set(languages):
            yield f"/{member}", f"Say it in one of {', '.join(languages)}."
    yield from _option_faults(members, question, languages)
    yield from _bound_faults(question)
    if question.kind is QuestionKind.CONSENT and not set(question.statement) & set(languages):
        yield "/statement", f"Say in one of {', '.join(languages)} what is agreed to."
    if question.visible_to is VisibleTo.ORGANIZERS:
        yield from _organizers_faults(question)


def _option_faults(
    members: Mapping[str, Any], question: Question, languages: Collection[str]
) -> Iterator[Fault]:
    if question.kind in CHOICES and not question.options:
        yield "/options", "A choice needs options."
    seen = set[str]()
    for place, option in enumerate(members["options"]):
        if option["value"] in seen:
            yield f"/options/{place}/value", "An earlier option has this value."
        if not set(option["label"]) & set(languages):
            yield f"/options/{place}/label", f"Say it in one of {', '.join(languages)}."
        seen.add(option["value"])


def _bound_faults(question: Question) -> Iterator[Fault]:
    """Bounds that no answer keeps."""
    least, most = question.minimum, question.maximum
    if least is not None and most is not None and least > most:
        yield "/maximum", "Is below the minimum."
    first, last = question.earliest, question.latest
    if first is not None and last is not None and first > last:
        yield "/latest", "Is before the earliest day."
    if question.kind in TEXTS and (question.max_length or 0) > LONGEST[question.kind]:
        yield "/max_length", f"At most {LONGEST[question.kind]} for this kind."


def _organizers_faults(question: Question) -> Iterator[Fault]:
    """What nobody but organizers is asked cannot be wanted of, or handed in by, the entity."""
    if question.required is not None:
        yield "/required", "Only what the entity is asked can be required."
    if question.kind in {QuestionKind.FILE, QuestionKind.CONSENT}:
        yield "/visible_to", f"A {question.kind.value} is the entity's, who must see it."


def _condition_faults(question: Question, earlier: Mapping[str, Question]) -> Iterator[Fault]:
    """Conditions look back only, so that no question waits for itself."""
    for place, condition in enumerate(question.conditions):
        other = earlier.get(condition.question)
        pointer = f"/conditions/{place}"
        if other is None:
            yield f"{pointer}/question", "Is no earlier question of the form."
        elif question.visible_to is VisibleTo.ENTITY and other.visible_to is VisibleTo.ORGANIZERS:
            yield f"{pointer}/question", "Would tell the entity what organizers answered."
        elif other.kind not in COMPARED[condition.operator]:
            yield f"{pointer}/operator", f"Does not fit a question of kind {other.kind.value}."
        elif (reason := _value_fault(condition, other)) is not None:
            yield f"{pointer}/value", reason


def _value_fault(condition: Condition, other: Question) -> str | None:
    """Why no answer to the other question could be compared with the value."""
    if condition.operator in ALONE:
        return None if condition.value is None else "This operator takes no value."
    if condition.operator is Operator.IS_ONE_OF:
        values = condition.value
        if not isinstance(values, list) or not values:
            return "Is a list of options."
        return next(filter(None, (fault_of_value(other, value) for value in values)), None)
    wanted = [condition.value] if condition.operator is Operator.CONTAINS else condition.value
    return _COMPARABLE.get(other.kind, fault_of_value)(other, wanted)


def _is_flag(question: Question, value: Any) -> str | None:
    """A refused consent is something to ask about, also where it must be given."""
    return None if isinstance(value, bool) else "is true or false"


_COMPARABLE: Mapping[QuestionKind, Callable[[Question, Any], str | None]] = {
    QuestionKind.CONSENT: _is_flag
}
