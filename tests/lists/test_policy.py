"""Orders of entities, who may be named, and differences of lists: the pure rules."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.committees.lifecycle import Office, Standing
from app.lists.lifecycle import ListChangeKind, ListOrder
from app.lists.policy import (
    Delegation,
    Place,
    applied,
    collation_key,
    differences,
    named,
    ordered,
)
from app.meetings.lifecycle import ParticipantsList
from app.registrations.lifecycle import Listed, RegistrationRole

IDS = st.integers(0, 12).map(lambda number: UUID(int=number))
ENTITIES = st.integers(100, 102).map(lambda number: UUID(int=number))
PLACES = st.builds(Place, ENTITIES, st.sampled_from(RegistrationRole))
LISTS = st.dictionaries(IDS, PLACES)


@given(LISTS, LISTS, st.dictionaries(IDS, IDS))
def test_the_difference_of_any_two_lists_makes_the_one_of_the_other(
    then: dict[UUID, Place], now: dict[UUID, Place], successors: dict[UUID, UUID]
) -> None:
    """A registration never moves to another entity; everything else may come in any way."""
    now = {
        each: Place(then[each].entity_id, place.role) if each in then else place
        for each, place in now.items()
    }
    changes = differences(then, now, successors)
    assert applied(then, changes) == now
    assert applied(then, reversed(changes)) == now
    touched = [change.registration_id for change in changes]
    touched += [change.replaced_id for change in changes if change.replaced_id is not None]
    assert len(set(touched)) == len(touched)


def test_a_chain_of_substitutes_is_one_change() -> None:
    first, second, third, entity = (uuid4() for _ in range(4))
    place = Place(entity, RegistrationRole.ADVISER)
    (change,) = differences({first: place}, {third: place}, {first: second, second: third})
    assert (change.kind, change.registration_id, change.replaced_id) == (
        ListChangeKind.SUBSTITUTED,
        third,
        first,
    )


def test_a_ring_of_substitutes_ends() -> None:
    first, second, entity = (uuid4() for _ in range(3))
    place = Place(entity, RegistrationRole.ADVISER)
    (change,) = differences({first: place}, {}, {first: second, second: first})
    assert change.kind is ListChangeKind.LEFT


def delegation(name: str, **members: Any) -> Delegation:
    values: dict[str, Any] = {
        "id": uuid4(),
        "handle": name.lower().replace(" ", "-"),
        "abbreviation": name,
        "name": {"en": name},
        "standing": Standing.MEMBER,
        "office": None,
    }
    return Delegation(**values | members)


def test_by_protocol_the_chair_is_first_and_observers_are_last() -> None:
    entities = [
        delegation("Zulu"),
        delegation("Alpha", standing=Standing.OBSERVER),
        delegation("Nobody", standing=None),
        delegation("Écho"),
        delegation("Mike", office=Office.CHAIR),
    ]
    by_protocol = ordered(entities, ListOrder.PROTOCOL, [], "en")
    assert [each.abbreviation for each in by_protocol] == [
        "Mike",
        "Écho",
        "Zulu",
        "Alpha",
        "Nobody",
    ]
    as_said = ordered(entities, ListOrder.PROTOCOL, ["nobody", "zulu", "unknown"], "en")
    assert [each.abbreviation for each in as_said] == ["Nobody", "Zulu", "Mike", "Écho", "Alpha"]
    by_name = ordered(entities, ListOrder.ENTITY, ["zulu"], "en")
    assert [each.abbreviation for each in by_name] == ["Alpha", "Écho", "Mike", "Nobody", "Zulu"]


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Ábaco", "aztec", "Éclair", "Zebra"]),
        ("ru", ["Агентство", "Ёлка", "Жар", "Ямал"]),
        ("zh", ["北京", "世界卫生组织", "中国"]),
        ("ar", ["الاتحاد", "برنامج", "منظمة"]),
    ],
)
def test_names_stand_in_the_order_of_the_alphabet(language: str, names: list[str]) -> None:
    backwards = names[::-1]
    backwards.sort(key=lambda name: collation_key(name, language))
    assert backwards == names


def test_a_refusal_always_counts() -> None:
    assert {rule: named(rule) for rule in ParticipantsList} == {
        ParticipantsList.NONE: frozenset(),
        ParticipantsList.CONSENTED: {Listed.YES},
        ParticipantsList.ALL: {Listed.YES, Listed.NOT_ASKED},
    }
