"""Committees and working groups over HTTP."""

import json
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.lifecycle import Role
from tests.statements import counted
from tests.world import World, post

CSV = {"Content-Type": "text/csv"}
COMMITTEE: dict[str, Any] = {
    "handle": "coordination-committee",
    "name": {"en": "Coordination Committee"},
}


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def pointers(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


async def logged(session: AsyncSession, like: str) -> list[tuple[str, Any]]:
    statement = text("SELECT name, data FROM events WHERE name LIKE :like ORDER BY id")
    return [(row.name, row.data) for row in await session.execute(statement, {"like": like})]


async def test_a_committee_is_created_read_changed_and_deleted(
    world: World, session: AsyncSession
) -> None:
    body = COMMITTEE | {"timezone": "America/New_York", "contact_email": "cc@example.org"}
    created = await world.administrator.post("/v1/committees", json=body)
    assert created.status_code == 201
    assert created.headers["location"] == f"/v1/committees/{created.json()['id']}"
    assert created.json() == body | {
        "id": created.json()["id"],
        "parent_id": None,
        "number": None,
        "languages": ["en"],
        "default_seat_quota": 5,
        "default_offer_window": None,
        "default_approval": None,
        "default_registration_rules": None,
        "default_substitution_freeze": None,
        "default_longest_stretch": None,
        "default_needs_credentials": False,
        "notice_window": 60,
        "track_opening": False,
        "links_bound": False,
        "letter_signatory": None,
        "letter_signatory_title": None,
        "letter_delivery": "attached",
        "retention_days": None,
        "duty_station": None,
        "protocol_order": [],
        "agenda_numbering": "un",
        "working_days": [1, 2, 3, 4, 5],
        "created_at": created.json()["created_at"],
    }
    path = "/v1/committees/coordination-committee"
    read = await world.administrator.get(path)
    assert read.json() == created.json()
    assert read.headers["etag"] == created.headers["etag"]
    changed = await world.administrator.patch(
        path, json={"contact_email": None, "default_seat_quota": 4}
    )
    assert changed.json() == read.json() | {"contact_email": None, "default_seat_quota": 4}
    stale = {"If-Match": read.headers["etag"]}
    assert slug(await world.administrator.delete(path, headers=stale)) == (
        412,
        "precondition-failed",
    )
    assert (await world.administrator.delete(path)).status_code == 204
    assert (await world.administrator.get(path)).status_code == 404
    assert await logged(session, "committee.%") == [
        ("committee.created", {"handle": "coordination-committee"}),
        (
            "committee.changed",
            {"changes": {"contact_email": {}, "default_seat_quota": {"before": 5, "after": 4}}},
        ),
        ("committee.deleted", {"handle": "coordination-committee"}),
    ]


async def test_a_handle_is_made_of_the_name_and_taken_once(world: World) -> None:
    body = {"name": {"fr": "Comité de coordination"}}
    created = await post(world.administrator, "/v1/committees", body)
    assert created["handle"] == "comite-de-coordination"
    again = await world.administrator.post("/v1/committees", json=body)
    assert slug(again) == (409, "already-exists")
    nothing = await world.administrator.post("/v1/committees", json={"name": {"zh": "委员会"}})
    assert pointers(nothing) == ["/handle"]


async def test_working_groups_belong_to_a_committee_and_have_none_themselves(world: World) -> None:
    parent = await post(world.administrator, "/v1/committees", COMMITTEE)
    group = {"handle": "pcve", "name": {"en": "Prevention"}, "parent": parent["handle"]}
    made = await post(world.administrator, "/v1/committees", group | {"number": 1})
    assert (made["parent_id"], made["number"]) == (parent["id"], 1)
    same_number = group | {"handle": "bmle", "number": 1}
    again = await world.administrator.post("/v1/committees", json=same_number)
    assert slug(again) == (409, "already-exists")
    below = {"name": {"en": "Below"}, "parent": made["id"]}
    nested = await world.administrator.post("/v1/committees", json=below)
    assert slug(nested) == (409, "parent-is-working-group")
    unknown = await world.administrator.post("/v1/committees", json=group | {"parent": "nobody"})
    assert pointers(unknown) == ["/parent"]
    numbered = await world.administrator.patch(f"/v1/committees/{parent['id']}", json={"number": 2})
    assert pointers(numbered) == ["/number"]
    used = await world.administrator.delete(f"/v1/committees/{parent['id']}")
    assert slug(used) == (409, "still-in-use")


async def test_lists_are_filtered_sorted_and_paged(world: World) -> None:
    parent = await post(world.administrator, "/v1/committees", COMMITTEE)
    for number, handle in ((10, "alpha"), (2, "gamma"), (1, "beta")):
        name = {"en": f"{handle} 100% group", "fr": "Groupe"}
        body = {"handle": handle, "name": name, "parent": parent["id"], "number": number}
        await post(world.administrator, "/v1/committees", body)

    async def handles(query: str) -> list[str]:
        answer = await world.administrator.get(f"/v1/committees?{query}")
        assert answer.status_code == 200, answer.text
        return [item["handle"] for item in answer.json()["items"]]

    assert await handles("") == ["alpha", "beta", "coordination-committee", "gamma"]
    assert await handles(f"parent={parent['handle']}&sort=number") == ["beta", "gamma", "alpha"]
    assert await handles(f"parent={parent['id']}&sort=-number") == ["alpha", "gamma", "beta"]
    assert await handles("search=COORDINATION") == ["coordination-committee"]
    assert await handles("search=groupe") == ["alpha", "beta", "gamma"]
    assert await handles("search=100%25") == ["alpha", "beta", "gamma"]
    assert await handles("search=a%25b") == []
    assert await handles("search=fr") == [], "the tags of languages are no words of the name"
    first = await world.administrator.get("/v1/committees?limit=3&sort=-number")
    second = await world.administrator.get(first.links["next"]["url"])
    found = [item["handle"] for page in (first, second) for item in page.json()["items"]]
    assert found == ["alpha", "gamma", "beta", "coordination-committee"]
    unknown = await world.administrator.get("/v1/committees?parent=nobody")
    assert pointers(unknown) == ["query/parent"]


async def test_everybody_with_a_role_knows_committees_and_only_administrators_change_them(
    world: World,
) -> None:
    committee, entity = await world.committee(), await world.entity()
    path = f"/v1/committees/{committee['handle']}"
    knowing = [
        await world.organizer(committee),
        await world.observer(committee),
        await world.focal_point_of(entity),
        await world.organizer(await world.committee()),
    ]
    for caller in knowing:
        assert (await caller.get(path)).json() == committee
        assert len((await caller.get("/v1/committees")).json()["items"]) == 2
        refused = [
            await caller.post("/v1/committees", json=COMMITTEE),
            await caller.post("/v1/committees/import", content="handle\nx\n", headers=CSV),
            await caller.patch(path, json={"timezone": "Europe/Zurich"}),
            await caller.delete(path),
        ]
        assert [answer.status_code for answer in refused] == [403] * 4
    nobody = await world.caller()
    assert (await nobody.get(path)).status_code == 404
    assert (await nobody.get("/v1/committees")).status_code == 404
    assert (await nobody.delete(path)).status_code == 404


async def test_bad_members_are_refused_where_they_stand(world: World) -> None:
    bad: list[tuple[str, Any]] = [
        ("timezone", "EST"),
        ("languages", []),
        ("languages", ["en", "EN"]),
        ("default_seat_quota", -1),
        ("default_seat_quota", 2**63),
        ("number", 0),
        ("contact_email", "nowhere"),
        ("name", {"en": " "}),
        ("handle", "Upper Case"),
        ("parent_id", "0199d3b5-8d3e-7bb2-8c3a-000000000000"),
    ]
    for member, value in bad:
        answer = await world.administrator.post("/v1/committees", json=COMMITTEE | {member: value})
        assert {pointer.split("/")[1] for pointer in pointers(answer)} == {member}


async def test_an_import_makes_committee_groups_and_chairs_and_the_second_run_changes_nothing(
    world: World, session: AsyncSession
) -> None:
    ids = {name: (await world.entity(abbreviation=name))["id"] for name in ("CTED", "WCO", "IPU")}
    rows: list[dict[str, Any]] = [
        {"number": 2, "handle": "bmle", "parent": "coordination-committee", "chair": "CTED",
         "name": {"en": "Border Management"}, "vice_chairs": ["WCO", ids["IPU"]],
         "since": "2018-12-06"},
        COMMITTEE | {"timezone": "America/New_York"},
    ]  # fmt: skip

    async def run(query: str = "") -> dict[str, Any]:
        answer = await world.administrator.post(f"/v1/committees/import{query}", json=rows)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    dry = await run("?dry_run=true")
    assert (dry["created"], await logged(session, "committee.%")) == (2, [])
    done = await run()
    assert [row["outcome"] for row in done["rows"]] == ["created", "created"]
    again = await run()
    assert [row["outcome"] for row in again["rows"]] == ["unchanged", "unchanged"]
    members = (await world.administrator.get("/v1/committees/bmle/members")).json()["items"]
    found = {m["entity"]["abbreviation"]: (m["office"], m["since"]) for m in members}
    assert found == {
        "CTED": ("chair", "2018-12-06"),
        "IPU": ("vice_chair", "2018-12-06"),
        "WCO": ("vice_chair", "2018-12-06"),
    }
    rows[0] |= {"chair": "WCO", "vice_chairs": ["CTED"]}
    assert (await run("?dry_run=true"))["changed"] == 1
    assert [row["outcome"] for row in (await run())["rows"]] == ["changed", "unchanged"]
    members = (await world.administrator.get("/v1/committees/bmle/members")).json()["items"]
    offices = {m["entity"]["abbreviation"]: m["office"] for m in members}
    assert offices == {"CTED": "vice_chair", "IPU": None, "WCO": "chair"}


async def test_a_flat_file_is_imported_as_well(world: World) -> None:
    await world.entity(abbreviation="UNOCT")
    await world.entity(abbreviation="UNDP")
    table = (
        "handle;name_en;name_fr;parent;number;languages;chair;vice chairs\n"
        "cc;Committee;Comité;;;en, fr;;\n"
        'pcve;Prevention;;cc;1;;UNOCT;"UNDP, undp"\n'
    )
    refused = await world.administrator.post(
        "/v1/committees/import", content=table.replace("UNDP, undp", "UNDP, UNKNOWN"), headers=CSV
    )
    assert pointers(refused) == ["/3/vice_chairs"]
    answer = await world.administrator.post("/v1/committees/import", content=table, headers=CSV)
    assert answer.json()["created"] == 2, answer.text
    committee = (await world.administrator.get("/v1/committees/cc")).json()
    assert (committee["name"], committee["languages"]) == (
        {"en": "Committee", "fr": "Comité"},
        ["en", "fr"],
    )


async def test_every_bad_row_of_an_import_is_named_and_nothing_is_written(
    world: World, session: AsyncSession
) -> None:
    await post(world.administrator, "/v1/committees", COMMITTEE)
    parent = {"parent": "coordination-committee"}
    await post(
        world.administrator,
        "/v1/committees",
        {"handle": "one", "name": {"en": "One"}, "number": 1} | parent,
    )
    name = {"name": {"en": "Name"}}
    rows = [
        {"handle": "good"} | name,
        {"handle": "good"} | name,
        {"handle": "orphan", "parent": "nobody"} | name,
        {"handle": "nested", "parent": "one"} | name,
        {"handle": "one"} | name,
        {"handle": "top", "number": 3} | name,
        {"handle": "two", "number": 1} | parent | name,
        {"handle": "three", "chair": "NOBODY"} | parent | name,
        {"handle": "six", "number": 1, "parent": "good"} | name,
        {"handle": "seven", "number": 1, "parent": "good"} | name,
        {"handle": "four", "timezone": "Mars/Olympus"} | name,
        {"handle": "five", "colour": "blue"} | name,
    ]
    answer = await world.administrator.post("/v1/committees/import", json=rows)
    assert pointers(answer) == [
        "/2/handle", "/3/parent", "/4/parent", "/5/parent", "/6/number", "/7/number", "/8/chair",
        "/10/number", "/11/timezone", "/12/colour",
    ]  # fmt: skip
    assert len(await logged(session, "committee.%")) == 2
    dry = await world.administrator.post("/v1/committees/import?dry_run=true", json=rows)
    assert (dry.json()["created"], dry.json()["refused"]) == (2, 10)


async def test_a_thousand_rows_are_imported_in_few_statements(world: World) -> None:
    await world.entity(abbreviation="UNDP")
    rows: list[dict[str, Any]] = [
        {"handle": f"group-{n}", "parent": "top", "number": n, "name": {"en": "x"}, "chair": "UNDP"}
        for n in range(1, 1000)
    ]
    rows.append({"handle": "top", "name": {"en": "Top"}})
    with counted(world.app) as statements:
        answer = await world.administrator.post("/v1/committees/import", json=rows)
    assert answer.json()["created"] == 1000, answer.text
    assert len(statements) < 25


async def test_bodies_that_are_no_tables_are_refused(world: World) -> None:
    for content, media_type in (
        (b"[1, 2]", "application/json"),
        (b"{", "application/json"),
        (b"\xff\xfe", "text/csv"),
        (b"handle\n\x00\n", "text/csv"),
        (json.dumps([{"handle": ["a"], "vice_chairs": {"a": 1}}]).encode(), "application/json"),
    ):
        answer = await world.administrator.post(
            "/v1/committees/import", content=content, headers={"Content-Type": media_type}
        )
        assert answer.status_code == 422, answer.text


async def test_a_list_takes_the_same_statements_with_one_row_and_with_many(
    world: World,
) -> None:
    await world.committee()
    with counted(world.app) as one:
        await world.administrator.get("/v1/committees")
    for _ in range(5):
        await world.committee()
    with counted(world.app) as many:
        await world.administrator.get("/v1/committees")
    assert (len(one), len(many)) == (2, 2), many


async def test_roles_of_other_kinds_know_committees_too(world: World) -> None:
    committee = await world.committee()
    everything = await world.caller(Role.OBSERVER)
    assert (await everything.get(f"/v1/committees/{committee['id']}")).status_code == 200
    assert (await everything.get(f"/v1/committees/{committee['id']}/members")).status_code == 200
