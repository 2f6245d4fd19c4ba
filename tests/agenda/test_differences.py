"""The difference between two versions: nothing between equals, a mirror the other way round."""

import copy
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.agenda.lifecycle import ItemChangeKind
from app.agenda.orders import in_common_order
from app.agenda.version_differences import Change, between, nodes

K = ItemChangeKind
MEETING = {
    "title": {"en": "Meeting"},
    "timezone": "UTC",
    "starts_at": "2021-10-08T10:00:00Z",
    "ends_at": "2021-10-08T13:00:00Z",
    "local_start": "2021-10-08T10:00:00",
}


def name(number: int) -> str:
    return str(UUID(int=number))


def one(which: int, *items: Any, minute: int = 0, **members: Any) -> dict[str, Any]:
    start = f"10:{minute:02}:00"
    values = {
        "id": name(which),
        "number": str(which),
        "title": {"en": f"Item {which}"},
        "starts_at": f"2021-10-08T{start}Z",
        "ends_at": f"2021-10-08T{start}Z",
        "standing": "standing",
        "panel": None,
        "items": list(items),
    }
    return values | members


def agenda(*items: Any, **meeting: Any) -> dict[str, Any]:
    return {"meeting": MEETING | meeting, "items": list(items)}


def told(before: Any, after: Any) -> dict[int, list[ItemChangeKind]]:
    return {UUID(each.id).int: each.kinds for each in between(before, after).items}


@st.composite
def agendas(draw: st.DrawFn) -> dict[str, Any]:
    """Some of eight items, in some order, some under others."""
    numbers = draw(st.permutations(range(8)).map(list))[: draw(st.integers(0, 8))]
    placed: dict[int, dict[str, Any]] = {}
    top: list[Any] = []
    for number in numbers:
        minute = draw(st.integers(0, 2))
        item = placed[number] = one(
            number,
            minute=minute,
            number=draw(st.sampled_from(["1", "2", None])),
            title={"en": draw(st.sampled_from(["A", "B"]))},
            standing=draw(st.sampled_from(["standing", "withdrawn", "merged"])),
            panel=draw(st.none() | st.just({"title": {}, "panellists": [{"name": str(minute)}]})),
            room=draw(st.sampled_from(["Hall", None])),
        )
        others = [each for each in placed if each != number]
        parent = draw(st.none() | st.sampled_from(others)) if others else None
        (top if parent is None else placed[parent]["items"]).append(item)
    start = draw(st.sampled_from(["2021-10-08T10:00:00Z", "2021-10-09T10:00:00Z"]))
    return agenda(*top, starts_at=start)


@settings(max_examples=60, deadline=None)
@given(agendas(), agendas())
def test_the_way_back_is_the_mirror_of_the_way_there(first: Any, other: Any) -> None:
    assert not between(first, copy.deepcopy(first))
    there, back = between(first, other), between(other, first)
    assert back.meeting == {k: Change(c.after, c.before) for k, c in there.meeting.items()}
    assert {each.id: each for each in back.items} == {e.id: e.mirrored() for e in there.items}
    assert {e.id: e.kinds for e in back.items} == {e.id: e.mirrored().kinds for e in there.items}


@settings(max_examples=60, deadline=None)
@given(agendas(), agendas())
def test_what_is_told_is_enough_to_get_from_one_to_the_other(first: Any, other: Any) -> None:
    """Every value and every place of the later one is there before, or in the difference."""
    before, after = nodes(first), nodes(other)
    changes = {each.id: each for each in between(first, other).items}
    gone = {item_id for item_id, each in changes.items() if each.after is None}
    assert gone == before.keys() - after.keys()
    for item_id, node in after.items():
        change = changes.get(item_id)
        if change is not None and change.before is None:
            assert item_id not in before
            continue
        told = {} if change is None else {k: c.after for k, c in change.members.items()}
        for member, value in node.values.items():
            if member != "items":
                assert told.get(member, before[item_id].values[member]) == value
        if "place" not in told:
            assert before[item_id].parent_id == node.parent_id
    still = [
        i for i in after if i in before and "place" not in getattr(changes.get(i), "members", {})
    ]
    for parent in {after[i].parent_id for i in still}:
        order = [before[i].position for i in still if after[i].parent_id == parent]
        assert order == sorted(order)


@settings(max_examples=100, deadline=None)
@given(st.permutations([name(n) for n in range(6)]))
def test_as_many_as_can_be_have_not_moved(row: list[str]) -> None:
    places = {each: UUID(each).int for each in row}
    kept = in_common_order(row, places)
    order = [places[each] for each in row if each in kept]
    assert order == sorted(order)
    longest = [1] * len(row)
    for there, each in enumerate(row):
        for here in range(there):
            if places[row[here]] < places[each]:
                longest[there] = max(longest[there], longest[here] + 1)
    assert len(kept) == max(longest)


def test_every_kind_of_change_has_its_name() -> None:
    before = agenda(one(1), one(2), one(3, one(4)), one(5), one(6), one(7))
    after = agenda(
        one(7),
        one(1, title={"en": "Other"}),
        one(2, number="9", minute=5),
        one(3),
        one(5, standing="withdrawn"),
        one(6, standing="merged", merged_into_id=name(1), panel={"title": {}, "panellists": []}),
        one(8),
    )
    assert told(before, after) == {
        7: [K.MOVED],
        1: [K.RETITLED],
        2: [K.RENUMBERED, K.RETIMED],
        5: [K.WITHDRAWN],
        6: [K.MERGED, K.CHANGED],
        8: [K.ADDED],
        4: [K.REMOVED],
    }
    assert told(after, before)[5] == [K.REINSTATED]


def test_an_item_that_moved_with_the_meeting_is_told_apart() -> None:
    before = agenda(one(1), one(2, minute=10))
    later = {"starts_at": "2021-10-08T10:30:00Z"}
    after = agenda(one(1, minute=30), one(2, minute=45), **later)
    assert told(before, after) == {1: [K.SHIFTED], 2: [K.RETIMED]}


def test_members_that_one_version_did_not_know_yet_are_not_compared() -> None:
    before, after = agenda(one(1)), agenda(one(1, lead={"kind": "entity"}, openness="closed"))
    assert not between(before, after)
    later = agenda(one(1, lead=None, openness="closed"))
    assert told(after, later) == {1: [K.CHANGED]}


def test_a_thousand_items_are_compared_in_good_time() -> None:
    row = [one(number) for number in range(1, 1001)]
    found = between(agenda(*row), agenda(*reversed(row)))
    assert len(found.items) == 999
