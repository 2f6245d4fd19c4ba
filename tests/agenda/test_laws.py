"""The laws of timetables, with few examples; the campaign tries many."""

from hypothesis import given
from hypothesis import strategies as st

from tests.agenda import laws
from tests.agenda.laws import Agenda, agendas
from tests.agenda.outlines import item, unhurried


@unhurried
@given(agendas())
def test_every_timetable_keeps_the_laws(agenda: Agenda) -> None:
    laws.it_is_what_the_plain_way_finds(agenda)
    laws.the_order_of_the_rows_does_not_matter(agenda)
    laws.pins_hold_and_times_go_forward(agenda)
    laws.what_is_gone_causes_no_problem(agenda)
    laws.flexible_items_share_fairly_and_cause_nothing(agenda)
    laws.nothing_begun_is_as_planned(agenda)


@unhurried
@given(agendas(), st.booleans())
def test_fitting_cuts_or_fills_but_keeps_breaks(agenda: Agenda, fill: bool) -> None:
    laws.fitting_sums_exactly(agenda, fill=fill)


@unhurried
@given(st.lists(st.integers(1, 90), min_size=1, max_size=12), st.data(), st.booleans())
def test_a_line_is_fitted_to_the_minute(
    minutes: list[int], data: st.DataObject, fill: bool
) -> None:
    items = [item(n, minutes=length) for n, length in enumerate(minutes)]
    available = data.draw(st.integers(len(items), 2 * sum(minutes) + len(items)))
    laws.one_line_fits(items, available, fill=fill)
    laws.parts_have_their_sum(minutes, available)


@unhurried
@given(agendas(), st.integers(0, 8), st.integers(0, 400))
def test_what_is_to_come_comes_later(agenda: Agenda, started: int, now: int) -> None:
    laws.what_is_projected_can_still_be(agenda, started, now)


@unhurried
@given(agendas(), st.integers(0, 9), st.integers(0, 9), st.integers(-90, 90).filter(bool))
def test_there_and_back_changes_nothing(agenda: Agenda, one: int, other: int, minutes: int) -> None:
    laws.swapping_twice_changes_nothing(agenda, one, other)
    laws.shifting_there_and_back_changes_no_time(agenda, one, minutes)
