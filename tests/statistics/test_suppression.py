"""What is hidden cannot be computed from what is shown."""

from collections import defaultdict
from functools import partial
from itertools import permutations, product

from hypothesis import given
from hypothesis import strategies as st

from app.statistics.lifecycle import Breakdown
from app.statistics.policy import HIDDEN, Counts, Table, suppressed, together

Look = tuple[Counts, tuple[Counts, ...]]
KEYS = [f"k{number}" for number in range(6)]
GENDER, ROLE = Breakdown.GENDER, Breakdown.ROLE


def table(*cells: Counts, kind: Breakdown = GENDER) -> Table:
    by = dict(zip(KEYS, cells, strict=False))
    return Table(sum(cells, Counts()), {kind: by})


def counts(*registered: int) -> list[Counts]:
    """Everybody who is registered is there."""
    return [Counts(each, each) for each in registered]


def by_name(_: Breakdown, key: str) -> bytes:
    return key.encode()


def looks(made: tuple[Counts, ...]) -> set[Look]:
    """How a table may look to who knows the rules, but not the secret order."""
    found = set()
    whole = table(*made)
    for places in permutations(range(len(made))):
        shown = suppressed(whole, 3, partial(_placed, places))
        found.add((shown.total, tuple(shown.by[GENDER].values())))
    return found


def _placed(places: tuple[int, ...], _: Breakdown, key: str) -> bytes:
    return bytes([places[KEYS.index(key)]])


@st.composite
def cells(draw: st.DrawFn, size: int | None = None) -> list[Counts]:
    number = size or draw(st.integers(1, 6))
    found = []
    for _ in range(number):
        registered = draw(st.integers(0, 12) | st.integers(0, 200))
        found.append(Counts(registered, draw(st.integers(0, registered))))
    return found


@given(cells(), st.integers(3, 7))
def test_what_is_shown_is_true_and_no_small_cell_is_shown(
    made: list[Counts], threshold: int
) -> None:
    whole = table(*made)
    shown = suppressed(whole, threshold, by_name)
    for key, cell in shown.by[GENDER].items():
        assert cell in (HIDDEN, whole.by[GENDER][key])
        assert cell is HIDDEN or all(
            not 0 < (count or 0) < threshold for count in (cell.registered, cell.present)
        )
    for name in ("registered", "present"):
        total = getattr(shown.total, name)
        assert total in (None, getattr(whole.total, name))
        assert not 0 < (total or 0) < threshold


@given(cells(), st.integers(3, 7))
def test_a_total_less_what_is_shown_gives_no_hidden_figure_away(
    made: list[Counts], threshold: int
) -> None:
    """The attack: a total less all that is shown beside it bounds what is hidden."""
    whole = table(*made)
    shown = suppressed(whole, threshold, by_name)
    hidden = [key for key, cell in shown.by[GENDER].items() if cell is HIDDEN]
    rest = [cell for cell in shown.by[GENDER].values() if cell is not HIDDEN]
    if not hidden or shown.total.registered is None:
        return
    left = shown.total.registered - sum(cell.registered or 0 for cell in rest)
    assert len(hidden) > 1
    if len(hidden) < len(made):
        assert left - (len(hidden) - 1) >= threshold, "each of them may be no small cell"


def test_who_knows_the_rules_and_tries_every_table_learns_no_hidden_figure() -> None:
    """All tables of few people: those that may look the same differ in every figure that they hide.

    Of a total up to `most` all tables are tried, so that none is missed.
    """
    for size, most in ((2, 12), (3, 9), (4, 6)):
        alike: dict[Look, list[tuple[int, ...]]] = defaultdict(list)
        for registered in product(range(most + 1), repeat=size):
            if sum(registered) <= most:
                for seen in looks(tuple(counts(*registered))):
                    alike[seen].append(registered)
        for (_, look), tables in alike.items():
            for place, cell in enumerate(look):
                if cell == HIDDEN:
                    assert len({each[place] for each in tables}) > 1, (look, tables)


def test_who_knows_the_rules_learns_nothing_of_who_came_either() -> None:
    """The same with both measures; where nobody at all came, that is known."""
    alike: dict[Look, list[tuple[Counts, ...]]] = defaultdict(list)
    possible = [Counts(each, there) for each in range(7) for there in range(each + 1)]
    for made in product(possible, repeat=3):
        if sum(each.registered or 0 for each in made) <= 6:
            for seen in looks(made):
                alike[seen].append(made)
    for (total, look), found in alike.items():
        for place, cell in enumerate(look):
            if cell != HIDDEN:
                continue
            assert len({each[place].registered for each in found}) > 1, (total, look)
            there = {each[place].present for each in found}
            assert len(there) > 1 or there == {0}, (total, look)


def test_without_others_hidden_too_a_difference_gives_the_small_cell_away() -> None:
    """The negative control: to hide the small cells alone is not enough."""
    whole = table(*counts(2, 30, 40))
    naive = {key: cell for key, cell in whole.by[GENDER].items() if (cell.registered or 0) >= 5}
    left = (whole.total.registered or 0) - sum(cell.registered or 0 for cell in naive.values())
    assert left == 2
    shown = suppressed(whole, 5, by_name).by[GENDER]
    assert shown == {"k0": HIDDEN, "k1": HIDDEN, "k2": Counts(40, 40)}


@given(st.lists(cells(4), min_size=2, max_size=5), st.integers(3, 7))
def test_several_meetings_less_some_of_them_tell_nothing_more(
    meetings: list[list[Counts]], threshold: int
) -> None:
    """The sum of a window is known only where it can be added up from what is shown."""
    shown = [suppressed(table(*made), threshold, by_name) for made in meetings]
    for key, cell in together(shown).by[GENDER].items():
        parts = [each.by[GENDER][key] for each in shown]
        hidden = HIDDEN in parts
        assert (cell == HIDDEN) is hidden
        assert hidden or cell == sum(parts, Counts())


@given(cells(3), st.integers(3, 7))
def test_one_breakdown_gives_no_total_away_that_another_hides(
    made: list[Counts], threshold: int
) -> None:
    whole = table(*made)
    lone = Table(whole.total, {**whole.by, ROLE: {"only": whole.total}})
    shown = suppressed(lone, threshold, by_name)
    (only,) = shown.by[ROLE].values()
    for name in ("registered", "present"):
        if getattr(shown.total, name) is None:
            assert getattr(only, name) is None
