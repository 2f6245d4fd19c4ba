"""People who may be one are found across spellings and addresses; the same way round both ways."""

import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from app.entities.likeness import (
    LIKELY,
    NEIGHBOURS,
    LikenessReason,
    _blocks,
    _neighbours,
    folded,
    is_honorific,
    likely_matches,
    likely_pairs,
    likeness,
)

ALIKE = [
    ("Amina Rossi", "ROSSI, Amina", LikenessReason.SAME_NAME),
    ("H.E. Ms. Amina Rossi", "Amina Rossi", LikenessReason.SAME_NAME),
    ("Jean-Pierre Dupont", "Jean Pierre DUPONT", LikenessReason.SAME_NAME),
    ("Mary O'Connor", "OConnor Mary", LikenessReason.SAME_NAME),
    ("José García López", "Jose Garcia", LikenessReason.SIMILAR_NAME),
    ("Jörg Müller", "Joerg Mueller", LikenessReason.SIMILAR_NAME),
    ("A. Rossi", "Amina Rossi", LikenessReason.SIMILAR_NAME),
    ("Jon Smith", "John Smith", LikenessReason.SIMILAR_NAME),
    ("Юлия Петрова", "Yulia Petrova", LikenessReason.SIMILAR_NAME),
    ("Иван Щербаков", "Ivan Shcherbakov", LikenessReason.SAME_NAME),
    ("محمد علي", "Mohamed Ali", LikenessReason.SIMILAR_NAME),
    ("السيدة فاطمة الزهراء", "Fatima Zahra", LikenessReason.SIMILAR_NAME),
    ("王小明先生", "Xiaoming WANG", LikenessReason.SAME_NAME),
    ("Ελένη Κώστα", "Eleni Kosta", LikenessReason.SAME_NAME),
]
APART = [
    ("Amina Rossi", "Amir Rossi"),
    ("Amina Rossi", "Amina Bell"),
    ("A. B.", "Amina Bell"),
    ("Ali", "Ali Hassan"),
    ("Delegate 12", "Delegate 13"),
    ("王小明", "王小红"),
]


@pytest.mark.parametrize(("one", "other", "reason"), ALIKE)
def test_names_of_one_person_are_recognized(one: str, other: str, reason: LikenessReason) -> None:
    found = likeness(folded(one, "a@example.org"), folded(other, "b@example.org"))
    assert found.score >= LIKELY
    assert found.reasons == (reason,)
    pair = [folded(one, "a@example.org"), folded(other, "b@example.org")]
    assert likely_pairs(pair) == {(0, 1): found}
    assert likely_matches(pair[0], pair[1:]) == [(0, found)]


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_of_two_people_stay_apart(one: str, other: str) -> None:
    pair = [folded(one, "a@example.org"), folded(other, "b@example.org")]
    assert likely_pairs(pair) == {}


@pytest.mark.parametrize(
    ("one", "other", "score", "reasons"),
    [
        ("p.pan@un.example.org", "P.Pan@UN.example.org", 100, [LikenessReason.SAME_ADDRESS]),
        ("p.pan@example.org", "p.pan+unodc@example.org", 97, [LikenessReason.SAME_MAILBOX]),
        ("p.pan@gmail.com", "ppan@googlemail.com", 97, [LikenessReason.SAME_MAILBOX]),
        ("p.pan@one.example.org", "p.pan@two.example.org", 60, [LikenessReason.SAME_LOCAL_PART]),
        ("p.pan@example.org", "ppan@example.org", 0, []),
        ("info@one.example.org", "info@two.example.org", 0, []),
    ],
)
def test_addresses_of_one_mailbox_are_recognized(
    one: str, other: str, score: int, reasons: list[LikenessReason]
) -> None:
    found = likeness(folded("Peter Pan", one), folded("Wendy Darling", other))
    assert (found.score, list(found.reasons)) == (score, reasons)


def test_name_and_address_strengthen_each_other() -> None:
    one = folded("P. Pan", "p.pan@one.example.org")
    weaker = likeness(one, folded("Peter Pan", "other@example.org"))
    found = likeness(one, folded("Peter Pan", "p.pan@two.example.org"))
    assert LIKELY <= weaker.score < found.score < 100
    assert found.reasons == (LikenessReason.SAME_LOCAL_PART, LikenessReason.SIMILAR_NAME)


words = st.text(
    st.sampled_from("abcdeixyz éüñ-'.,ßøłجمعلاи王小明\u200e\u0301 12"), min_size=0, max_size=24
)
addresses = st.builds(
    lambda local, domain: f"{local}@{domain}",
    st.text("ab.+", min_size=1, max_size=6),
    st.sampled_from(["example.org", "un.example.org", "gmail.com"]),
)
people = st.builds(folded, words | st.text(max_size=30), addresses)


@given(one=people, other=people)
def test_likeness_is_symmetric_and_bounded(one, other) -> None:
    found = likeness(one, other)
    assert found == likeness(other, one)
    assert 0 <= found.score <= 100
    assert (found.score == 100) is (one.address == other.address)


@given(one=people)
def test_everybody_is_like_themselves(one) -> None:
    assert likeness(one, one).score == 100


@bounds(max_examples=50)
@given(crowd=st.lists(people, max_size=30))
def test_pairs_are_those_of_each_with_each_as_far_as_blocks_bring_them_together(crowd) -> None:
    for (one, other), found in likely_pairs(crowd).items():
        assert one < other
        assert found == likeness(crowd[one], crowd[other])
        assert found.score >= LIKELY
    fresh = len(crowd) // 2
    late = {pair: found for pair, found in likely_pairs(crowd).items() if pair[1] >= fresh}
    assert likely_pairs(crowd, fresh=fresh) == late


@pytest.mark.parametrize("number", [100, 1_000])
def test_the_cost_grows_with_the_length_and_not_with_its_square(number: int) -> None:
    """Also where everybody has the same name, and so falls into the same blocks."""
    crowd = [folded("Mohamed Ali Hassan", f"m{n}@example.org") for n in range(number)]
    compared = sum(len([*_neighbours(block, crowd)]) for block in _blocks(crowd))
    assert compared <= number * NEIGHBOURS * 10
    assert len(likely_pairs(crowd)) >= number - 1


def test_what_is_a_form_of_address_and_nothing_else() -> None:
    assert all(map(is_honorific, ["Ms.", "H.E. Mr.", "Dr", "Mme", "السيدة", "г-н", "女士"]))
    assert not any(map(is_honorific, ["Director", "Mr. Director", "", "-"]))
