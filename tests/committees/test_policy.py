"""Terms of membership: which days they cover, and which a change alters."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.committees.lifecycle import Standing
from app.committees.policy import Term, altered_days

DAYS = [date(2021, 1, 1) + timedelta(days=n) for n in range(12)]


@st.composite
def terms(draw: st.DrawFn) -> Term:
    since = draw(st.integers(0, 10))
    until = draw(st.none() | st.integers(since + 1, 11))
    standing = draw(st.sampled_from(Standing))
    return Term(standing, DAYS[since], None if until is None else DAYS[until])


@given(terms(), terms())
@settings(max_examples=200)
def test_two_terms_overlap_exactly_when_they_share_a_day(one: Term, other: Term) -> None:
    shared = [day for day in DAYS if one.covers(day) and other.covers(day)]
    assert one.overlaps(other) is bool(shared)
    assert other.overlaps(one) is bool(shared)


@given(terms(), terms())
@settings(max_examples=200)
def test_a_day_is_altered_exactly_when_the_standing_on_it_differs(
    before: Term, after: Term
) -> None:
    def standing(term: Term, day: date) -> Standing | None:
        return term.standing if term.covers(day) else None

    expected = [day for day in DAYS if standing(before, day) != standing(after, day)]
    assert altered_days(DAYS, before, after) == expected


def test_the_day_of_leaving_is_no_day_of_membership() -> None:
    term = Term(Standing.MEMBER, date(2021, 10, 7), date(2021, 10, 8))
    assert [day for day in (date(2021, 10, 6), date(2021, 10, 7), date(2021, 10, 8)) if
            term.covers(day)] == [date(2021, 10, 7)]  # fmt: skip
