"""Sharing time: exact, fair, and the same every time."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.briefings.policy import CannotShare, Share, given_back, shared


def shares(*weights: int) -> list[Share]:
    return [Share(UUID(int=place), 10, weight) for place, weight in enumerate(weights)]


def test_the_eight_share_an_hour_and_a_bit() -> None:
    assert list(shared(83, shares(*[1] * 8)).values()) == [11, 11, 11, 10, 10, 10, 10, 10]
    assert list(shared(60, shares(3, 1, 2)).values()) == [30, 10, 20]


@settings(max_examples=60)
@given(
    st.lists(st.integers(1, 100), min_size=1, max_size=12),
    st.integers(0, 900),
    st.data(),
)
def test_a_sum_is_kept_and_nobody_is_cut_short(
    weights: list[int], more: int, data: st.DataObject
) -> None:
    """Each has its exact part rounded down or up; those that keep something have just that."""
    kept = data.draw(st.dictionaries(st.integers(0, len(weights) - 1), st.integers(0, 30)))
    wanted = [
        Share(UUID(int=place), 10, weight, kept.get(place)) for place, weight in enumerate(weights)
    ]
    free = [share for share in wanted if share.kept is None]
    total = sum(kept.values()) + len(free) + (more if free else 0)
    found = shared(total, wanted)
    assert sum(found.values()) == total
    assert found == shared(total, wanted)
    rest, of_all = total - sum(kept.values()), sum(share.weight for share in free)
    for share in wanted:
        if share.kept is None:
            assert abs(found[share.item_id] - rest * share.weight / of_all) < 1
        else:
            assert found[share.item_id] == share.kept


@settings(max_examples=60)
@given(st.integers(1, 20), st.integers(0, 400))
def test_of_equal_weights_none_has_two_minutes_more(count: int, more: int) -> None:
    minutes = list(shared(count + more, shares(*[1] * count)).values())
    assert max(minutes) - min(minutes) <= 1
    assert minutes == sorted(minutes, reverse=True)


@settings(max_examples=60)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=9), st.integers(1, 10), st.data())
def test_what_one_gives_back_the_others_have(
    weights: list[int], minutes: int, data: st.DataObject
) -> None:
    giver = UUID(int=data.draw(st.integers(0, len(weights) - 1)))
    found = given_back(minutes, giver, shares(*weights))
    assert sum(found.values()) == 10 * len(weights)
    assert found.pop(giver) == 10 - minutes
    assert min(found.values()) >= 10


@pytest.mark.parametrize(
    ("total", "wanted"),
    [
        (7, shares(*[1] * 8)),
        (20, [Share(UUID(int=1), 5, kept=21), Share(UUID(int=2), 5)]),
        (20, [Share(UUID(int=1), 5, kept=19)]),
        (2000, shares(1)),
    ],
)
def test_what_cannot_be_shared(total: int, wanted: list[Share]) -> None:
    with pytest.raises(CannotShare):
        shared(total, wanted)


def test_minutes_that_do_not_divide_go_to_those_with_the_least() -> None:
    eight = [Share(UUID(int=i), had) for i, had in enumerate([8, 8, 8, 8, 8, 7, 7, 7])]
    assert list(given_back(4, UUID(int=2), eight).values()) == [9, 8, 4, 8, 8, 8, 8, 8]


def test_nobody_gives_what_they_have_not() -> None:
    for minutes, others in ((11, shares(1, 1)), (1, shares(1))):
        with pytest.raises(CannotShare):
            given_back(minutes, UUID(int=0), others)
