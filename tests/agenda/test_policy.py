"""The agenda's tree and order, as rules without a database."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agenda.lifecycle import TRANSITIONS, VersionStatus
from app.agenda.policy import (
    MAX_DEPTH,
    MAX_ITEMS,
    AgendaCycle,
    DuplicateItem,
    NoSuchPosition,
    PlannedItem,
    TooDeep,
    TooManyItems,
    UnknownParent,
    moved,
    new_positions,
    validate_tree,
)
from app.agenda.timetable import timetable
from tests.agenda.outlines import END, START, item, trees, unhurried

# The tree


def test_an_empty_agenda_is_one() -> None:
    validate_tree([])
    assert timetable([], START, END).items == []
    assert timetable([], START, END).ends_at == START


def test_ten_levels_and_a_thousand_items_are_allowed() -> None:
    chain = [item(1)] + [item(n, n - 1) for n in range(2, MAX_DEPTH + 1)]
    validate_tree(chain)
    validate_tree([item(n) for n in range(MAX_ITEMS)])


def test_an_eleventh_level_is_refused() -> None:
    chain = [item(1)] + [item(n, n - 1) for n in range(2, MAX_DEPTH + 2)]
    with pytest.raises(TooDeep) as refusal:
        validate_tree(chain)
    assert refusal.value.item_id == UUID(int=MAX_DEPTH + 1)


def test_one_item_too_many_is_refused() -> None:
    with pytest.raises(TooManyItems) as refusal:
        validate_tree([item(n) for n in range(MAX_ITEMS + 1)])
    assert refusal.value.count == MAX_ITEMS + 1


def test_an_item_under_a_stranger_is_refused() -> None:
    with pytest.raises(UnknownParent) as refusal:
        validate_tree([item(1), item(2, 99)])
    assert refusal.value.item_id == UUID(int=2)


def test_two_items_with_one_id_are_refused() -> None:
    with pytest.raises(DuplicateItem) as refusal:
        validate_tree([item(1), item(2), item(1)])
    assert refusal.value.item_id == UUID(int=1)


@pytest.mark.parametrize(
    "items",
    [
        [item(1, 1)],
        [item(1, 2), item(2, 1)],
        [item(1), item(2, 4), item(3, 2), item(4, 3)],
        [item(5, 1), item(1, 2), item(2, 1)],
    ],
)
def test_an_item_under_itself_is_refused(items: list[PlannedItem]) -> None:
    with pytest.raises(AgendaCycle):
        validate_tree(items)


@unhurried
@given(trees())
def test_every_tree_passes(items: list[PlannedItem]) -> None:
    validate_tree(items)
    read = timetable(items, START).items
    assert sorted(timed.id for timed in read) == sorted(planned.id for planned in items)


# Order


def test_moving_within_the_siblings() -> None:
    a, b, c, d = (UUID(int=n) for n in range(4))
    assert moved([a, b, c, d], a, 2) == [b, c, a, d]
    assert moved([a, b, c, d], d, 0) == [d, a, b, c]
    assert moved([a, b, c, d], b, 1) == [a, b, c, d]
    assert moved([a, b], c, 1) == [a, c, b]


@pytest.mark.parametrize(("index", "last"), [(-1, 1), (2, 1)])
def test_a_place_beyond_the_siblings_is_refused(index: int, last: int) -> None:
    siblings = [UUID(int=n) for n in range(2)]
    with pytest.raises(NoSuchPosition) as refusal:
        moved(siblings, siblings[0], index)
    assert (refusal.value.index, refusal.value.last) == (index, last)


@unhurried
@given(st.data(), st.lists(st.uuids(), min_size=1, max_size=20, unique=True))
def test_moving_there_and_back_changes_nothing(data: st.DataObject, siblings: list[UUID]) -> None:
    place = st.integers(0, len(siblings) - 1)
    origin, target = data.draw(place), data.draw(place)
    there = moved(siblings, siblings[origin], target)
    assert there[target] == siblings[origin]
    assert sorted(there) == sorted(siblings)
    assert moved(there, siblings[origin], origin) == siblings


def test_positions_under_a_new_parent() -> None:
    items = [item(1), item(2), item(3, 1), item(4, 1), item(5, 2)]
    assert new_positions(items, UUID(int=5), UUID(int=1), 1) == {
        UUID(int=3): 0,
        UUID(int=5): 1,
        UUID(int=4): 2,
    }
    assert new_positions(items, UUID(int=2), None, 0) == {UUID(int=2): 0, UUID(int=1): 1}


# Versions


def test_versions_go_from_provisional_over_revisions_to_adopted() -> None:
    following = {
        VersionStatus.PROVISIONAL: {VersionStatus.REVISED, VersionStatus.ADOPTED},
        VersionStatus.REVISED: {VersionStatus.REVISED, VersionStatus.ADOPTED},
        VersionStatus.ADOPTED: set(),
    }
    assert following == TRANSITIONS
