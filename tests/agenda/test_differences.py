"""The difference between two versions: nothing between equals, a mirror the other way round."""

import copy
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.agenda.languages import TEXTS
from app.agenda.lifecycle import (
    ChildrenRun,
    ItemAccess,
    ItemAddition,
    ItemChangeKind,
    ItemKind,
    ItemOpenness,
    ItemPurpose,
)
from app.agenda.orders import in_common_order
from app.agenda.schemas import IssuedAgenda, VersionName
from app.agenda.version_differences import Change, ItemChange, between, nodes
from app.agenda.words import words_in
from app.core.fields import UN_LANGUAGES
from app.meetings.lifecycle import MeetingFormat

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


def mirror(each: ItemChange) -> ItemChange:
    members = {name: Change(said.after, said.before) for name, said in each.members.items()}
    return ItemChange(each.id, each.after, each.before, members, each.shifted)


@settings(max_examples=60, deadline=None)
@given(agendas(), agendas())
def test_the_way_back_is_the_mirror_of_the_way_there(first: Any, other: Any) -> None:
    assert not between(first, copy.deepcopy(first))
    there, back = between(first, other), between(other, first)
    assert back.meeting == {k: Change(c.after, c.before) for k, c in there.meeting.items()}
    mirrored = {each.id: mirror(each) for each in there.items}
    assert {each.id: each for each in back.items} == mirrored
    assert {each.id: each.kinds for each in back.items} == {i: e.kinds for i, e in mirrored.items()}


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


STORED = IssuedAgenda.model_json_schema(mode="serialization")
FOLLOWS = "items/0/depth"
"""From the place of what it lies under, which is told."""


def stored(swapped: str | None = None, schema: Any = STORED, path: str = "") -> Any:
    """A version with all that the schema knows; the value at one path is another one."""
    name = path.rpartition("/")[2]
    if "$ref" in schema:
        return stored(swapped, STORED["$defs"][schema["$ref"].rpartition("/")[2]], path)
    if "anyOf" in schema:
        return stored(swapped, next(e for e in schema["anyOf"] if e.get("type") != "null"), path)
    if "properties" in schema:
        members = schema["properties"].items()
        return {key: stored(swapped, each, f"{path}/{key}") for key, each in members}
    if schema.get("type") == "array":
        within = path.count("/items/") and name == "items"
        return [] if within else [stored(swapped, schema["items"], f"{path}/0")]
    if schema.get("type") == "object":
        return {"en": f"{name} again" if path == swapped else name}
    if "enum" in schema:
        return schema["enum"][path == swapped]
    if "format" in schema and "date" in schema["format"]:
        return f"2021-10-08T1{int(path == swapped)}:00:00{'Z' if path.endswith('_at') else ''}"
    if schema.get("type") == "integer":
        return 2 if path == swapped else 1
    return f"{name} again" if path == swapped else name


def leaves(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, list) and value:
        yield from leaves(value[0], f"{path}/0")
    elif isinstance(value, dict) and path.rpartition("/")[2] not in TEXTS:
        for key, each in value.items():
            yield from leaves(each, f"{path}/{key}")
    elif value != []:
        yield path


def test_every_member_of_a_stored_version_is_compared() -> None:
    """Those of the version itself are told as `since` and `until`; new ones fail here."""
    heads = VersionName.model_fields.keys()
    assert IssuedAgenda.model_fields.keys() == {*heads, "meeting", "sittings", "items"}
    paths = [each for each in leaves(stored()) if each[1:] not in heads]
    assert len(paths) > 50
    unseen = [path for path in paths if not between(stored(), stored(path))]
    assert unseen == [f"/{FOLLOWS}"]


def test_every_member_that_can_be_told_has_a_word_in_every_language() -> None:
    version = stored()
    members = {*version["meeting"], *version["sittings"][0], *version["items"][0]}
    never = {"id", "items", "depth", "number", "standing", "merged_into_id"}
    never |= {"starts_at", "ends_at", "local_start", "local_end"}
    choices = {
        "format": MeetingFormat,
        "kind": ItemKind,
        "purpose": ItemPurpose,
        "openness": ItemOpenness,
        "access": ItemAccess,
        "children_run": ChildrenRun,
        "addition": ItemAddition,
    }
    known = {member: {each.value for each in choice} for member, choice in choices.items()}
    for language in UN_LANGUAGES:
        phrases = words_in(language).phrases
        assert members - never - phrases["members"].keys() == set()
        assert {member: set(said) for member, said in phrases["choices"].items()} == known


def test_sittings_are_compared_by_their_ids() -> None:
    def held(which: int, hour: int, called: str = "") -> dict[str, Any]:
        wall = {"local_start": f"2021-10-08T{hour}:00:00", "local_end": f"2021-10-08T{hour}:30:00"}
        instants = {
            "starts_at": f"{wall['local_start']}Z",
            "ends_at": f"{wall['local_end']}Z",
        }
        return {"id": name(which), "name": {"en": called} if called else {}, **wall, **instants}

    before = agenda() | {"sittings": [held(1, 10), held(2, 12), held(3, 14), held(4, 15)]}
    later = {"starts_at": "2021-10-08T11:00:00Z"}
    after = agenda(**later) | {
        "sittings": [held(1, 11), held(2, 12), held(5, 14), held(4, 16, "x")]
    }
    found = {UUID(each.id).int: each.kinds for each in between(before, after).sittings}
    assert found == {
        1: [K.SHIFTED],
        5: [K.ADDED],
        4: [K.RETITLED, K.SHIFTED],
        3: [K.REMOVED],
    }
    assert not between(before, agenda(**later)).sittings
    assert not between(agenda(), after).sittings


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
