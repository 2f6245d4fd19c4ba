"""Forms, conditions and answers: the pure rules, also by what hypothesis makes up."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.questions import policy
from app.questions.drafting import differences, form_faults
from app.questions.lifecycle import ALONE, COMPARED, Need, Operator, QuestionKind
from app.questions.policy import Condition, Question
from app.questions.schemas import FormWrite
from tests.questions.conftest import question, when


def kept(*questions: dict[str, Any]) -> list[dict[str, Any]]:
    return FormWrite.model_validate({"questions": list(questions)}).kept()


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ([question("a"), question("a")], {"/questions/1/id": "An earlier question has this id."}),
        (
            [question("a", conditions=[when("a", "x")])],
            {"/questions/0/conditions/0/question": "Is no earlier question of the form."},
        ),
        (
            [question("a", conditions=[when("b", "x")]), question("b")],
            {"/questions/0/conditions/0/question": "Is no earlier question of the form."},
        ),
        (
            [question("a", "one_choice"), question("b", conditions=[when("a", "z")])],
            {"/questions/1/conditions/0/value": "is one of the options"},
        ),
        (
            [
                question("a", "one_choice"),
                question("b", conditions=[when("a", ["z"], "is_one_of")]),
            ],
            {"/questions/1/conditions/0/value": "is one of the options"},
        ),
        (
            [question("a", "yes_no"), question("b", conditions=[when("a", 3, "at_least")])],
            {"/questions/1/conditions/0/operator": "Does not fit a question of kind yes_no."},
        ),
        (
            [question("a"), question("b", conditions=[when("a", "x", "is_answered")])],
            {"/questions/1/conditions/0/value": "This operator takes no value."},
        ),
        (
            [
                question("a", "yes_no", visible_to="organizers"),
                question("b", conditions=[when("a", True)]),
            ],
            {
                "/questions/1/conditions/0/question": "Would tell the entity what organizers "
                "answered."
            },
        ),
        (
            [question("a", "one_choice", options=[])],
            {"/questions/0/options": "A choice needs options."},
        ),
        (
            [question("a", "many_choices", options=["x", "x"])],
            {"/questions/0/options/1/value": "An earlier option has this value."},
        ),
        (
            [question("a", "number", minimum=2, maximum=1, options=[])],
            {"/questions/0/maximum": "Is below the minimum."},
        ),
        (
            [question("a", max_length=501, whole=True)],
            {
                "/questions/0/whole": "A question of kind short_text has none.",
                "/questions/0/max_length": "At most 500 for this kind.",
            },
        ),
        (
            [question("a", "date", earliest="2021-10-08", latest="2021-10-07")],
            {"/questions/0/latest": "Is before the earliest day."},
        ),
        (
            [question("a", "consent", statement={}, label={"ru": "?"})],
            {
                "/questions/0/label": "Say it in one of en.",
                "/questions/0/statement": "Say in one of en what is agreed to.",
            },
        ),
        (
            [question("a", "file", visible_to="organizers", required="before_deadline")],
            {
                "/questions/0/required": "Only what the entity is asked can be required.",
                "/questions/0/visible_to": "A file is the entity's, who must see it.",
            },
        ),
    ],
)
def test_what_is_no_form_has_its_reasons(
    questions: list[dict[str, Any]], expected: dict[str, str]
) -> None:
    assert dict(form_faults(kept(*questions), ["en"])) == expected


IDS = ["a", "b", "c", "d"]
OPTIONS = ["x", "y", "z"]
DAYS = ["2021-10-07", "2021-10-08", "2021-10-09"]
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(["text", *OPTIONS, *DAYS, "", "2021-02-30"]),
    st.integers(-3, 3),
    st.floats(-3, 3, allow_nan=False).map(lambda value: round(value, 1)),
    st.booleans(),
    st.lists(st.sampled_from([*OPTIONS, "w"]), max_size=3),
)


@st.composite
def form(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A form, or what is none as it has organizers' questions in the wrong places."""
    made: list[dict[str, Any]] = []
    for name in draw(st.permutations(IDS))[: draw(st.integers(1, 4))]:
        made.append(draw(made_up(name, made)))
    return made


@st.composite
def made_up(draw: st.DrawFn, name: str, earlier: list[dict[str, Any]]) -> dict[str, Any]:
    kind = draw(st.sampled_from([each for each in QuestionKind if each is not QuestionKind.FILE]))
    own = draw(st.sampled_from([False, False, False, kind is not QuestionKind.CONSENT]))
    members: dict[str, Any] = {
        "required": None if own else draw(st.sampled_from([None, *Need])),
        "roles": draw(st.sampled_from([[], [], ["adviser"], ["adviser", "support"]])),
        "visible_to": "organizers" if own else "entity",
        "conditions": draw(st.lists(condition(earlier), max_size=2)) if earlier else [],
    }
    match kind:
        case QuestionKind.ONE_CHOICE | QuestionKind.MANY_CHOICES:
            members["options"] = draw(st.sampled_from([OPTIONS, OPTIONS[:2]]))
        case QuestionKind.NUMBER:
            members |= {"whole": draw(st.booleans()), "minimum": draw(st.integers(-2, 0))}
        case QuestionKind.DATE:
            members["latest"] = draw(st.sampled_from(DAYS))
        case QuestionKind.SHORT_TEXT:
            members["max_length"] = draw(st.integers(3, 5))
    return question(name, kind.value, **members)


@st.composite
def condition(draw: st.DrawFn, earlier: list[dict[str, Any]]) -> dict[str, Any]:
    """One that fits the question it looks at."""
    other = draw(st.sampled_from(earlier))
    fitting = [each for each, kinds in COMPARED.items() if other["kind"] in kinds]
    operator = draw(st.sampled_from(fitting))
    value = draw(SUITABLE[other["kind"]])
    if operator in ALONE:
        value = None
    elif operator is Operator.IS_ONE_OF:
        value = [value]
    elif operator is Operator.CONTAINS:
        value = value[0]
    return when(other["id"], value, operator.value)


SUITABLE: dict[str, st.SearchStrategy[Any]] = {
    "short_text": st.sampled_from(["abc", "xyz"]),
    "long_text": st.sampled_from(["abc", "two\nlines"]),
    "one_choice": st.sampled_from(OPTIONS[:2]),
    "many_choices": st.sampled_from([["x"], ["y", "x"]]),
    "date": st.sampled_from(DAYS[:2]),
    "number": st.integers(0, 2),
    "yes_no": st.booleans(),
    "consent": st.booleans(),
}
ROLES = st.sampled_from(["adviser", "support", "observer"])


@st.composite
def answered(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A form and answers to it, of which most could be ones."""
    questions = draw(form())
    answers = {
        each["id"]: draw(st.one_of(SUITABLE[each["kind"]], SUITABLE[each["kind"]], VALUES))
        for each in questions
        if draw(st.sampled_from([True, True, False]))
    }
    return questions, answers | draw(st.sampled_from([{}, {}, {}, {"e": 1}]))


@settings(max_examples=250, deadline=None)
@given(answered(), ROLES, st.booleans())
def test_no_answer_is_taken_that_the_rules_exclude(
    made: tuple[list[dict[str, Any]], dict[str, Any]], role: str, organizer: bool
) -> None:
    """The rules once more, said otherwise."""
    questions, answers = made
    form = kept(*questions)
    if form_faults(form, ["en"]):
        return
    asked = [Question.of(each) for each in form]
    faults = policy.answer_faults(asked, role, answers, {}, organizer=organizer)
    fine = {name for name in answers if name not in dict(faults)}
    known = {each["id"]: each for each in form if organizer or each["visible_to"] == "entity"}
    shown = shown_by_hand(form, role, {n: v for n, v in answers.items() if plain(known, n, v)})
    assert fine == {n for n, v in answers.items() if plain(known, n, v) and n in shown}
    needed = {each["id"] for each in form if each["required"] == "at_registration"}
    assert {n for n, _ in faults} - answers.keys() == (needed & shown) - answers.keys()
    if not faults:
        lacking = policy.missing(asked, role, answers)
        assert not set(lacking) & (answers.keys() | needed)


def plain(known: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether a value is one of the answers that a question could have."""
    each = known.get(name)
    if each is None:
        return False
    options = [option["value"] for option in each["options"]]
    number = type(value) in {int, float}
    match each["kind"]:
        case "short_text" | "long_text":
            longest = each["max_length"] or 5000
            return type(value) is str and 0 < len(value) <= longest
        case "one_choice":
            return type(value) is str and value in options
        case "many_choices":
            several = type(value) is list and len(value) == len(set(value)) > 0
            return several and set(value) <= set(options)
        case "date":
            return value in DAYS and value <= each["latest"]
        case "number":
            return (
                number
                and value >= each["minimum"]
                and not (each["whole"] and value % 1)
                and not (each["whole"] and type(value) is float)
            )
        case "yes_no":
            return type(value) is bool
        case _:
            return value is True or (value is False and each["required"] is None)


def shown_by_hand(form: list[dict[str, Any]], role: str, answers: Mapping[str, Any]) -> set[str]:
    shown: set[str] = set()
    for each in form:
        audience = not each["roles"] or role in each["roles"]
        if audience and all(
            met(one, answers.get(one["question"]) if one["question"] in shown else None)
            for one in each["conditions"]
        ):
            shown.add(each["id"])
    return shown


def met(condition: Mapping[str, Any], answer: Any) -> bool:
    wanted = condition["value"]
    if answer is None:
        return bool(condition["operator"] == "is_not_answered")
    return bool(
        {
            "is": lambda: answer == wanted,
            "is_not": lambda: answer != wanted,
            "is_one_of": lambda: answer in wanted,
            "contains": lambda: wanted in answer,
            "at_least": lambda: not answer < wanted,
            "at_most": lambda: not answer > wanted,
            "is_answered": lambda: True,
            "is_not_answered": lambda: False,
        }[condition["operator"]]()
    )


@settings(max_examples=120, deadline=None)
@given(answered(), form())
def test_what_still_counts_is_what_would_be_taken_now(
    made: tuple[list[dict[str, Any]], dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    """No old answer is read as one to a question that would not take it, or has other words."""
    before, answers = made
    then, now = kept(*before), kept(*after)
    if form_faults(then, ["en"]) or form_faults(now, ["en"]):
        return
    old = {each["id"]: Question.of(each) for each in then}
    new = {each["id"]: Question.of(each) for each in now}
    for name, value in answers.items():
        if name in old and policy.fault_of_value(old[name], value) is None:
            counts = policy.still_answers(old[name], new.get(name), value)
            takes = name in new and policy.fault_of_value(new[name], value) is None
            same = takes and new[name].kind is old[name].kind
            seen = same and new[name].visible_to is old[name].visible_to
            assert counts == seen
    found = differences(then, now)
    assert bool(found) == (then != now)
    assert set(found.added) == new.keys() - old.keys()
    assert set(found.removed) == old.keys() - new.keys()


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text("0123456789-W", max_size=11), st.dates().map(str)))
def test_a_day_is_a_day_of_the_calendar(text: str) -> None:
    taken = policy.fault_of_value(Question("a", QuestionKind.DATE), text) is None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    assert taken == (day is not None and day.isoformat() == text and 1900 <= day.year <= 2199)


def test_conditions_of_days_and_numbers_compare() -> None:
    late = Condition("a", Operator.AT_LEAST, "2021-10-08")
    assert [policy.holds(late, each) for each in (*DAYS, None)] == [False, True, True, False]
    few = Condition("a", Operator.AT_MOST, 2)
    assert [policy.holds(few, each) for each in (1, 2, 2.5, None)] == [True, True, False, False]


def test_an_answer_to_what_is_not_asked_counts_for_no_condition() -> None:
    form = [
        Question("a", QuestionKind.YES_NO),
        Question("b", QuestionKind.YES_NO, roles=frozenset({"adviser"})),
        Question("c", QuestionKind.YES_NO, conditions=(Condition("b", Operator.IS, True),)),
        Question("d", QuestionKind.YES_NO, conditions=(Condition("c", Operator.IS_NOT_ANSWERED),)),
    ]
    answers = {"a": True, "b": True, "c": True}
    assert list(policy.asked(form, "adviser", answers)) == ["a", "b", "c"]
    assert list(policy.asked(form, "support", answers)) == ["a", "d"]
    assert policy.answer_faults(form, "support", answers, {}, organizer=False) == [
        ("b", "is not asked with these answers"),
        ("c", "is not asked with these answers"),
    ]


@pytest.mark.parametrize(
    ("kind", "value", "fault"),
    [
        (QuestionKind.MANY_CHOICES, ["x", "x"], "names an option twice"),
        (QuestionKind.MANY_CHOICES, ["w"], "is a list of one or more of the options"),
        (QuestionKind.MANY_CHOICES, [], "is a list of one or more of the options"),
        (QuestionKind.MANY_CHOICES, ["x", "y"], None),
        (QuestionKind.NUMBER, True, "is a number"),
        (QuestionKind.NUMBER, 10**15, None),
        (QuestionKind.NUMBER, 10**15 + 1, f"must lie between -{10**15} and {10**15}"),
        (QuestionKind.DATE, "2021-02-29", "is a day such as 2021-10-08"),
        (QuestionKind.DATE, "2024-02-29", None),
        (QuestionKind.SHORT_TEXT, "a\u2028b", None),
        (QuestionKind.SHORT_TEXT, "a\n", "is one line without control characters"),
        (QuestionKind.LONG_TEXT, "a\tb\r\nc", None),
        (QuestionKind.LONG_TEXT, "a\x07", "is a text without control characters"),
        (QuestionKind.YES_NO, 1, "is true or false"),
        (QuestionKind.FILE, "x", "is the id of a file that was handed in"),
    ],
)
def test_what_a_kind_takes(kind: QuestionKind, value: Any, fault: str | None) -> None:
    form = Question("a", kind, options={"x": {"en": "X"}, "y": {"en": "Y"}})
    assert policy.fault_of_value(form, value) == fault
