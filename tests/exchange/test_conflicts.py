"""Declared conflicts: kept once, checked against the timetable, taken from tables."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.agenda.planning import Planning, item
from tests.statements import counted
from tests.world import World

PATH = "declared-conflicts"


async def put(planning: Planning, *conflicts: Any) -> httpx.Response:
    path = f"{planning.agenda}/{PATH}"
    match = {"If-Match": (await planning.organizer.get(path)).headers["etag"]}
    return await planning.organizer.put(path, json={"conflicts": conflicts}, headers=match)


async def checked(planning: Planning) -> Any:
    answer = await planning.organizer.get(f"{planning.agenda}/{PATH}/check")
    assert answer.status_code == 200, answer.text
    return answer.json()


def pair(one: str, other: str, priority: str = "must_not", **members: Any) -> dict[str, Any]:
    return {"item": one, "other_item": other, "priority": priority} | members


async def three(planning: Planning) -> list[str]:
    """10:00 to 11:00, 10:30 to 11:30, 11:30 to 12:00."""
    agenda = await planning.put(
        item("A", minutes=60, pinned_start="2021-10-08T10:00:00"),
        item("B", "panel", minutes=60, pinned_start="2021-10-08T10:30:00"),
        item("C", "panel", minutes=30, pinned_start="2021-10-08T11:30:00"),
    )
    return [each["id"] for each in agenda["items"]]


async def test_what_happens_is_counted_by_priority(planning: Planning) -> None:
    a, b, c = await three(planning)
    answer = await put(planning, pair(b, "1", reason="Both brief."), pair("2", c, "better_not"))
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["conflicts"]
    assert (first["item_id"], first["other_item_id"]) == (min(a, b), max(a, b))
    assert (first["priority"], first["reason"]) == ("must_not", "Both brief.")
    assert second["priority"] == "better_not"
    none = {"declared": 0, "violated": 0}
    found = await checked(planning)
    assert found["counts"] == {
        "must_not": {"declared": 1, "violated": 1},
        "should_not": none,
        "better_not": {"declared": 1, "violated": 0},
    }
    assert found["violations"] == [
        {
            "conflict": first,
            "first_id": a,
            "first_number": "1",
            "second_id": b,
            "second_number": "2",
            "starts_at": "2021-10-08T14:30:00Z",
            "ends_at": "2021-10-08T15:00:00Z",
        }
    ]
    again = await put(planning, pair(a, b, reason="Both brief."))
    assert [each["id"] for each in again.json()["conflicts"]] == [first["id"]]


async def test_groups_entities_and_people_are_where_they_lead_and_speak(world: World) -> None:
    committee = await world.committee()
    group = await world.committee(parent=committee["id"])
    planning = await Planning.of(world, committee=committee)
    a, b, _ = await three(planning)
    _, match = await planning.read()
    assert (
        await planning.organizer.patch(
            f"{planning.agenda}/items/{b}", json={"working_group": group["handle"]}, headers=match
        )
    ).is_success
    entity = await world.entity()
    async with world.app.state.database.transaction() as session:
        lead = {"entity": entity["id"], "item": b}
        await session.execute(
            text("UPDATE agenda_items SET lead_entity_id = :entity WHERE id = :item"), lead
        )
    panel = await planning.panel(b)
    speaker = await planning.panellist(panel)
    rows = [
        {"item": a, "priority": "must_not", "working_group": group["handle"]},
        {"item": a, "priority": "should_not", "entity": entity["handle"]},
        {"item": a, "priority": "better_not", "panellist_id": speaker["id"]},
        {"item": b, "priority": "better_not", "panellist_id": speaker["id"]},
    ]
    answer = await put(planning, *rows)
    assert answer.status_code == 200, answer.text
    counts = (await checked(planning))["counts"]
    assert [(c["declared"], c["violated"]) for c in counts.values()] == [(1, 1), (1, 1), (2, 1)]


async def test_the_database_keeps_pairs_once_apart_and_within_a_meeting(planning: Planning) -> None:
    a, b, _ = sorted(await three(planning))
    assert (await put(planning, pair(a, b))).status_code == 200
    other = await Planning.of(planning.world, handle="other-meeting")
    foreign, *_ = await three(other)
    insert = text(
        "INSERT INTO declared_conflicts (id, created_at, meeting_id, item_id, other_item_id,"
        " priority) VALUES (gen_random_uuid(), now(), :meeting, :one, :other, 'must_not')"
    )
    for one, two, rule in (
        (a, b, "uq_declared_conflicts_pair"),
        (b, a, "ck_declared_conflicts_order"),
        (a, a, "ck_declared_conflicts_order"),
        (min(a, foreign), max(a, foreign), "fk_declared_conflicts"),
    ):
        row = {"meeting": planning.id, "one": one, "other": two}
        with pytest.raises(IntegrityError, match=rule):
            async with planning.world.app.state.database.transaction() as session:
                await session.execute(insert, row)


async def test_what_is_wrong_is_told_by_its_place_and_nothing_is_written(
    planning: Planning,
) -> None:
    a, b, _ = await three(planning)
    answer = await put(
        planning,
        pair(a, b),
        pair(b, a),
        pair(a, "1"),
        pair("9", b),
        {"item": a, "priority": "must_not", "entity": "nobody"},
    )
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [
        "/conflicts/1/item",
        "/conflicts/2/other_item",
        "/conflicts/3/item",
        "/conflicts/4/entity",
    ]
    two = {"item": a, "other_item": b, "entity": "x", "priority": "must_not"}
    assert (await put(planning, two)).status_code == 422
    path = f"{planning.agenda}/{PATH}"
    assert (await planning.organizer.get(path)).json()["conflicts"] == []
    assert (await planning.organizer.put(path, json={"conflicts": []})).status_code == 428
    stale = {"If-Match": '"0"'}
    answer = await planning.organizer.put(path, json={"conflicts": []}, headers=stale)
    assert answer.status_code == 412


async def test_a_table_out_and_in(planning: Planning) -> None:
    await three(planning)
    path = f"{planning.agenda}/{PATH}"
    table = "item;other_item;priority;reason\r\n1;2;1;=why\r\n2;3;should_not;\r\n"
    csv = {"Content-Type": "text/csv"}
    for query, outcome in (("&dry_run=true", "created"), ("", "created"), ("", "unchanged")):
        answer = await planning.organizer.post(
            f"{path}/import?mode=replace{query}", content=table.encode("utf-16"), headers=csv
        )
        assert answer.status_code == 200, answer.text
        assert [row["outcome"] for row in answer.json()["rows"]] == [outcome, outcome]
    written = await planning.organizer.get(f"{path}.csv")
    assert "'=why" in written.text
    answer = await planning.organizer.post(
        f"{path}/import?mode=replace", content=written.content, headers=csv
    )
    assert answer.json()["unchanged"] == 2
    assert (await planning.organizer.get(f"{path}.csv")).content == written.content
    more = "item,other_item,priority\n1,3,3\n"
    answer = await planning.organizer.post(f"{path}/import?mode=append", content=more, headers=csv)
    assert answer.json()["created"] == 1
    assert len((await planning.organizer.get(path)).json()["conflicts"]) == 3
    for bad in ("item,other_item,priority\n1,9,3\n1,2,0\n", '[{"item": ["x"], "priority": {}}]'):
        kind = "application/json" if bad.startswith("[") else "text/csv"
        answer = await planning.organizer.post(
            f"{path}/import?mode=replace", content=bad, headers={"Content-Type": kind}
        )
        assert answer.status_code == 422
    assert len((await planning.organizer.get(path)).json()["conflicts"]) == 3


async def test_statements_do_not_grow(planning: Planning, app: FastAPI) -> None:
    numbers = []
    for count in (4, 40):
        agenda = await planning.put(*(item(str(n), minutes=10) for n in range(count)))
        ids = [each["id"] for each in agenda["items"]]
        with counted(app) as put_statements:
            answer = await put(planning, *(pair(ids[0], other) for other in ids[1:]))
            assert answer.status_code == 200
        with counted(app) as check_statements:
            await checked(planning)
        numbers.append((len(put_statements), len(check_statements)))
    assert numbers[0] == numbers[1]
