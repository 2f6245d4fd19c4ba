"""Numbers in the committee's style, as rules without a database."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.agenda.lifecycle import ItemAccess, ItemKind, ItemStanding
from app.agenda.numbering import UN, Numbered, Style, letters, numbers_of, roman
from app.agenda.ordering import displaced
from app.agenda.tree import ItemState
from app.committees.numbering import MAX_LEVELS, AgendaNumbering, Brackets, Numerals

NUMBERING: TypeAdapter[Any] = TypeAdapter(AgendaNumbering)
unhurried = settings(deadline=None, max_examples=60)


def items(*depths: int, breaks: tuple[int, ...] = ()) -> list[Numbered]:
    """Items in reading order by their depths; of some, by their places, nothing is counted."""
    return [
        Numbered(UUID(int=place), depth, place not in breaks) for place, depth in enumerate(depths)
    ]


def numbers(style: Any, *depths: int, breaks: tuple[int, ...] = ()) -> list[str | None]:
    said = NUMBERING.dump_python(NUMBERING.validate_python(style), mode="json")
    return list(numbers_of(items(*depths, breaks=breaks), Style.of(said)).values())


def level(numerals: str, brackets: str = "none", *, dot: bool = False, **rest: Any) -> Any:
    return {"numerals": numerals, "brackets": brackets, "dot": dot} | rest


@st.composite
def trees(draw: st.DrawFn) -> list[Numbered]:
    depths: list[int] = []
    for _ in range(draw(st.integers(0, 40))):
        depths.append(draw(st.integers(1, min(10, depths[-1] + 1 if depths else 1))))
    breaks = draw(st.sets(st.integers(0, 40), max_size=5))
    return items(*depths, breaks=tuple(breaks))


@st.composite
def styles(draw: st.DrawFn) -> Any:
    """Any that the settings take, with the number above in each."""
    one = st.builds(
        level,
        st.sampled_from(list(Numerals)),
        st.sampled_from(list(Brackets)),
        dot=st.booleans(),
    )
    said = draw(st.lists(one, min_size=1, max_size=10))
    try:
        return NUMBERING.dump_python(NUMBERING.validate_python(said), mode="json")
    except ValidationError:
        said[1:] = [each | {"dot": True} for each in said[1:]]
        return [*said, level("arabic", dot=True)][:10]


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("un", ["1", "2", "2(a)", "2(a)(i)", "2(a)(i)(1)", "2(a)(i)(1)(1)", "2(b)"]),
        ("roman", ["I", "II", "II.A", "II.A.1", "II.A.1.a", "II.A.1.a.i", "II.B"]),
        ("decimal", ["1", "2", "2.1", "2.1.1", "2.1.1.1", "2.1.1.1.1", "2.2"]),
        (
            [level("upper_letters"), level("arabic", dot=True),
             level("lower_letters", "both", dot=True)],
            ["A", "B", "B.1", "B.1.(a)", "B.1.(a).(a)", "B.1.(a).(a).(a)", "B.2"],
        ),
        (
            [level("arabic"), level("lower_letters", "closing"), level("lower_roman", "both",
             repeats_parent=False), level("arabic", dot=True)],
            ["1", "2", "2a)", "(i)", "(i).1", "(i).1.1", "2b)"],
        ),
        (
            [level("arabic", dot=True)],
            ["1", "2", "2.1", "2.1.1", "2.1.1.1", "2.1.1.1.1", "2.2"],
        ),
    ],
)  # fmt: skip
def test_styles_by_level(style: Any, expected: list[str]) -> None:
    assert numbers(style, 1, 1, 2, 3, 4, 5, 2) == expected


@pytest.mark.parametrize(
    "style",
    [
        [level("arabic")],
        [level("arabic"), level("arabic")],
        [level("upper_roman"), level("upper_letters"), level("arabic", dot=True)],
        [level("arabic"), level("arabic", "closing")],
        [],
        [level("arabic", dot=True)] * 11,
        "house",
        [level("greek", dot=True)],
    ],
)
def test_a_style_that_cannot_tell_items_apart_is_refused(style: Any) -> None:
    with pytest.raises(ValidationError):
        NUMBERING.validate_python(style)


def test_what_does_not_count_has_no_number_and_uses_none_up() -> None:
    found = numbers("un", 1, 1, 2, 1, 2, 2, breaks=(1, 4))
    assert found == ["1", None, None, "2", None, "2(a)"]


def test_numerals_go_on() -> None:
    assert [letters(n) for n in (1, 26, 27, 52, 53, 702, 703)] == [
        *("a", "z", "aa", "az", "ba", "zz", "aaa")
    ]
    assert [roman(n) for n in (1, 4, 9, 14, 40, 49, 90, 400, 999)] == [
        *("i", "iv", "ix", "xiv", "xl", "xlix", "xc", "cd", "cmxcix")
    ]


@unhurried
@given(trees(), styles())
def test_numbers_are_unique_and_go_on_from_the_number_above(
    tree: list[Numbered], said: Any
) -> None:
    found = numbers_of(tree, Style.of(said))
    named = [number for number in found.values() if number is not None]
    assert len(set(named)) == len(named)
    assert all(len(number) <= 200 for number in named)
    above: list[Numbered] = []
    for item in tree:
        del above[item.depth - 1 :]
        number = found[item.id]
        if above:
            parent = found[above[-1].id]
            assert number is None or (parent is not None and number.startswith(parent))
        assert number is None or item.counts
        above.append(item)


@unhurried
@given(trees())
def test_siblings_count_from_one_without_holes(tree: list[Numbered]) -> None:
    """Breaks use none up; what is withdrawn with a trace does, so the others keep their numbers."""
    found = numbers_of(tree, Style.of([level("arabic", dot=True)]))
    by_parent: dict[str, list[int]] = {}
    for number in found.values():
        if number is not None:
            parent, _, own = number.rpartition(".")
            by_parent.setdefault(parent, []).append(int(own))
    assert all(own == list(range(1, len(own) + 1)) for own in by_parent.values())
    assert list(found) == [item.id for item in tree]


def test_the_usual_style_is_that_of_the_un() -> None:
    assert numbers_of(items(1, 2, 3), UN) == numbers_of(items(1, 2, 3), Style.of("un"))


# Which items an edit moves

orders = st.permutations([UUID(int=n) for n in range(8)])


@unhurried
@given(orders, st.integers(0, 7), st.integers(0, 7))
def test_moving_one_displaces_that_one(order: list[UUID], at: int, to: int) -> None:
    item = order[at]
    after = [each for each in order if each != item]
    after.insert(to, item)
    assert displaced(order, after, item) == (set() if at == to else {item})
    assert displaced(after, order, item) == (set() if at == to else {item})


@unhurried
@given(orders, orders, st.sets(st.integers(0, 7)))
def test_without_the_displaced_the_others_keep_their_order(
    before: list[UUID], after: list[UUID], gone: set[int]
) -> None:
    after = [each for each in after if each.int not in gone]
    found = displaced(before, after)
    assert found <= set(after)
    stay = [each for each in after if each not in found]
    assert stay == [each for each in before if each in stay]
    assert displaced(before, before) == set()


def without(tree: list[Numbered], gone: set[int]) -> list[Numbered]:
    """What is left where some, with all that lies under them, were never there."""
    found, below = [], MAX_LEVELS
    for item in tree:
        if item.depth > below:
            continue
        below = item.depth if item.id.int in gone else MAX_LEVELS
        found += [] if item.id.int in gone else [item]
    return found


@unhurried
@given(trees(), st.sets(st.integers(0, 40)), st.booleans())
def test_what_is_withdrawn_once_issued_changes_no_number(
    tree: list[Numbered], withdrawn: set[int], issued: bool
) -> None:
    """Before it was issued it has none, and what follows moves up."""
    states = [state_of(item, issued=issued) for item in tree]
    gone = [
        state._replace(standing=ItemStanding.WITHDRAWN) if state.id.int in withdrawn else state
        for state in states
    ]
    before, after = (
        numbers_of((item._replace(counts=s.counts) for item, s in zip(tree, each, strict=True)), UN)
        for each in (states, gone)
    )
    if issued:
        assert after == before
    else:
        told = {each: number for each, number in after.items() if number is not None}
        left = numbers_of(without(tree, withdrawn), UN)
        assert told == {each: number for each, number in left.items() if number is not None}


def state_of(item: Numbered, *, issued: bool) -> ItemState:
    return ItemState(
        id=item.id,
        parent_id=None,
        position=0,
        kind=ItemKind.STATEMENT if item.counts else ItemKind.BREAK,
        title={},
        note={},
        duration=None,
        pinned_minutes=None,
        access=ItemAccess.PUBLIC,
        working_group_id=None,
        presenter=None,
        first_issued=1 if issued else None,
    )
