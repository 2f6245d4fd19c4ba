"""Two entries of one person become one, with all that hangs on them, and two again."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import inspect, text

from app.identity.tokens import link_token
from app.people.queries import FOLLOWING
from app.schema import metadata
from tests.people.directory import CHANGING, Directory, problem
from tests.world import post

STAYING = {"people", "person_addresses", "person_merges", "legal_holds"}
"""They know of people, and follow nobody: the merge writes them itself, and a hold holds both."""


def test_everything_that_points_at_people_follows() -> None:
    """Whoever adds a table that does must say what becomes of it here."""
    pointing = {
        table.name
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.target_fullname == "people.id"
    }
    assert pointing == set(FOLLOWING) | STAYING
    assert {inspect(each).local_table.name for each in FOLLOWING.values()} == set(FOLLOWING)


async def two(directory: Directory) -> tuple[dict[str, Any], dict[str, Any]]:
    """A person who is registered at the first meeting, and the same one at the second."""
    kept = await directory.person(name="Amina Rossi", email="a@example.org", job_title="Officer")
    other = await directory.person(
        name="A. Rossi",
        email="b@example.org",
        addresses=["c@example.org"],
        job_title="Director",
        statistics_consent=True,
        level="director",
        languages=["fr"],
    )
    await directory.written_to(kept, await directory.register(kept, 0))
    await directory.written_to(other, await directory.register(other, 1))
    await directory.office(other)
    await post(
        directory.administrator,
        f"/v1/entities/{directory.entity['id']}/feeds",
        {"person_id": other["id"]},
    )
    return kept, other


async def test_what_hung_on_the_other_is_the_kept_ones(directory: Directory) -> None:
    kept, other = await two(directory)
    answer = await directory.do("merge", kept, other=other["id"], take=["job_title", "level"])
    told = answer.json()
    assert answer.status_code == 200, answer.text
    counts = {name: len(told[name]) for name in ("registrations", "focal_points", "feeds")}
    assert counts == {"registrations": 1, "focal_points": 1, "feeds": 1}
    assert (told["links"], told["messages"], told["dry_run"]) == (1, 1, False)
    now = await directory.read(kept)
    assert (now["name"], now["job_title"]) == ("Amina Rossi", "Director")
    assert (now["level"], now["statistics_consent"], now["gender"]) == ("director", True, None)
    assert (now["email"], now["addresses"]) == ("a@example.org", ["b@example.org", "c@example.org"])
    assert now["languages"] == []
    gone = await directory.read(other)
    assert gone["merged_into_id"] == kept["id"]
    listed = await directory.administrator.get(directory.people)
    assert [each["id"] for each in listed.json()["items"]] == [kept["id"]]
    into = await directory.administrator.get(
        directory.people, params={"merged_into_id": kept["id"]}
    )
    assert [each["id"] for each in into.json()["items"]] == [other["id"]]


@pytest.mark.parametrize("take", [[], ["email", "level", "gender", "languages", "name"]])
async def test_taking_a_merge_back_leaves_everything_as_it_was(
    directory: Directory, take: list[str]
) -> None:
    kept, other = await two(directory)
    before = await directory.rows()
    merged = await directory.do("merge", kept, other=other["id"], take=take)
    assert await directory.rows() != before
    back = await directory.do("unmerge", kept, other=other["id"])
    assert (back.status_code, back.json()) == (200, merged.json())
    assert await directory.rows() == before
    again = await directory.do("unmerge", kept, other=other["id"])
    assert problem(again) == (409, "not-merged")


async def test_a_rehearsal_says_the_same_and_changes_nothing(directory: Directory) -> None:
    kept, other = await two(directory)
    before = await directory.rows()
    tried = await directory.do("merge", kept, query="?dry_run=true", other=other["id"])
    assert await directory.rows() == before
    done = await directory.do("merge", kept, other=other["id"])
    assert tried.json() == done.json() | {"dry_run": True}
    merged = await directory.rows()
    tried = await directory.do("unmerge", kept, query="?dry_run=true", other=other["id"])
    assert (tried.status_code, await directory.rows()) == (200, merged)


async def test_a_plan_says_who_would_be_told(directory: Directory) -> None:
    kept, other = await two(directory)
    before = await directory.rows()
    plan = await directory.do("merge", kept, query="?plan=true", other=other["id"])
    told = [(each["kind"], each["recipient"]) for each in plan.json()["notices"]]
    assert sorted(told) == [
        ("registration_confirmed", "a@example.org"),
        ("registration_readdressed", "b@example.org"),
    ]
    assert await directory.rows() == before


async def test_naming_the_other_names_the_one_kept(directory: Directory) -> None:
    kept, other = await directory.person(), await directory.person()
    await directory.do("merge", kept, other=other["id"])
    assert (await directory.register(other))["person"]["id"] == kept["id"]
    made = await post(
        directory.administrator,
        f"/v1/meetings/{directory.meetings[1]['id']}/registrations",
        {
            "person": {"name": "Whoever", "email": other["email"]},
            "entity": directory.entity["id"],
        },
    )
    assert made["person"]["id"] == kept["id"]
    path = f"{directory.people}/{other['id']}"
    changed = await directory.administrator.patch(path, json={"name": "New"})
    assert problem(changed) == (409, "person-merged")
    assert problem(await directory.administrator.delete(path)) == (409, "person-merged")


async def test_two_who_are_registered_at_one_meeting_stay_two(directory: Directory) -> None:
    kept, other = await directory.person(), await directory.person()
    await directory.register(kept)
    second = await directory.register(other)
    refused = await directory.do("merge", kept, other=other["id"])
    assert problem(refused) == (409, "both-registered")
    assert directory.meetings[0]["handle"] in refused.json()["detail"]
    path = f"/v1/meetings/{directory.meetings[0]['id']}/registrations/{second['id']}"
    await post(directory.administrator, f"{path}/withdraw")
    assert (await directory.do("merge", kept, other=other["id"])).status_code == 200
    assert (await directory.registration(second))["person"]["id"] == kept["id"]


async def test_two_focal_points_for_the_same_stay_two(directory: Directory) -> None:
    kept, other = await directory.person(), await directory.person()
    await directory.office(kept)
    office = await directory.office(other)
    refused = await directory.do("merge", kept, other=other["id"])
    assert problem(refused) == (409, "both-focal-points")
    path = f"/v1/entities/{directory.entity['id']}/focal-points/{office['id']}"
    await directory.administrator.delete(path)
    assert (await directory.do("merge", kept, other=other["id"])).status_code == 200


async def test_nobody_is_merged_into_themselves_nor_across_directories(
    directory: Directory,
) -> None:
    kept = await directory.person()
    stranger = await directory.world.person(await directory.world.entity())
    for other in (kept, stranger):
        refused = await directory.do("merge", kept, other=other["id"])
        assert problem(refused) == (422, "not-of-this-entity")


async def test_merges_are_taken_back_from_the_last(directory: Directory) -> None:
    one, two_, three = [await directory.person() for _ in range(3)]
    before = await directory.rows()
    await directory.do("merge", two_, other=three["id"])
    await directory.do("merge", one, other=two_["id"])
    assert (await directory.read(three))["merged_into_id"] == one["id"]
    refused = await directory.do("unmerge", two_, other=three["id"])
    assert problem(refused) == (409, "merge-stands")
    for kept, other in ((one, two_), (two_, three)):
        assert (await directory.do("unmerge", kept, other=other["id"])).status_code == 200
    assert await directory.rows() == before


async def test_what_was_corrected_since_stays_corrected(directory: Directory) -> None:
    kept, other = await two(directory)
    await directory.do("merge", kept, other=other["id"], take=["name", "job_title"])
    path = f"{directory.people}/{kept['id']}"
    addresses = ["c@example.org", "new@example.org"]
    await directory.administrator.patch(path, json={"name": "Right", "addresses": addresses})
    await directory.do("unmerge", kept, other=other["id"])
    now, then = await directory.read(kept), await directory.read(other)
    assert (now["name"], now["job_title"]) == ("Right", "Officer")
    assert now["addresses"] == ["new@example.org"]
    assert (then["email"], then["addresses"]) == ("b@example.org", ["c@example.org"])


async def test_the_address_of_before_is_kept_where_the_taken_one_was_corrected(
    directory: Directory,
) -> None:
    kept, other = await two(directory)
    await directory.do("merge", kept, other=other["id"], take=["email"])
    path = f"{directory.people}/{kept['id']}"
    await directory.administrator.patch(path, json={"email": "new@example.org"})
    await directory.do("unmerge", kept, other=other["id"])
    now, then = await directory.read(kept), await directory.read(other)
    assert (now["email"], now["addresses"]) == ("new@example.org", ["a@example.org"])
    assert (then["email"], then["addresses"]) == ("b@example.org", ["c@example.org"])


async def test_one_person_has_no_more_than_fifty_other_addresses(directory: Directory) -> None:
    many = [
        await directory.person(addresses=[f"p{who}.{n}@example.org" for n in range(25)])
        for who in range(2)
    ]
    refused = await directory.do("merge", many[0], other=many[1]["id"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/other")
    fewer = await directory.person(addresses=[f"p3.{n}@example.org" for n in range(24)])
    assert (await directory.do("merge", fewer, other=many[0]["id"])).status_code == 200
    assert len((await directory.read(fewer))["addresses"]) == 50


async def test_an_address_that_somebody_else_has_by_now_stands_in_the_way(
    directory: Directory,
) -> None:
    kept, other = await two(directory)
    await directory.do("merge", kept, other=other["id"])
    path = f"{directory.people}/{kept['id']}"
    await directory.administrator.patch(path, json={"addresses": []})
    third = await directory.person(email="b@example.org")
    before = await directory.rows()
    refused = await directory.do("unmerge", kept, other=other["id"])
    assert problem(refused) == (409, "person-known")
    assert await directory.rows() == before
    await directory.administrator.delete(f"{directory.people}/{third['id']}")
    await directory.administrator.patch(path, json={"email": "b@example.org"})
    refused = await directory.do("unmerge", kept, other=other["id"])
    assert problem(refused) == (409, "merge-stands")


async def test_nobody_merges_what_lies_in_committees_beyond_their_right(
    directory: Directory,
) -> None:
    world = directory.world
    elsewhere = await world.committee()
    await world.membership(elsewhere, directory.entity)
    organizer = await world.organizer(elsewhere)
    kept, other = await directory.person(), await directory.person()
    assert (await directory.do("merge", kept, organizer, other=other["id"])).status_code == 200
    await directory.do("unmerge", kept, organizer, other=other["id"])
    await directory.register(other)
    refused = await directory.do("merge", kept, organizer, other=other["id"])
    assert problem(refused) == (403, "not-permitted")
    own = await world.organizer(directory.committee)
    assert (await directory.do("merge", kept, own, other=other["id"])).status_code == 200


async def test_the_log_names_nobody(directory: Directory) -> None:
    kept, other = await two(directory)
    await directory.do("merge", kept, other=other["id"], take=["job_title"])
    await directory.do("unmerge", kept, other=other["id"])
    async with directory.world.app.state.database.transaction() as session:
        statement = text(
            "SELECT name, data FROM events WHERE name LIKE 'person.%merged' ORDER BY id"
        )
        facts = (await session.execute(statement)).all()
    moved = {"registrations": 1, "focal_points": 1, "links": 1, "messages": 1, "feeds": 1}
    merged = {"merged_id": other["id"], "moved": moved}
    assert [tuple(fact) for fact in facts] == [
        ("person.merged", merged | {"taken": ["job_title"]}),
        ("person.unmerged", merged),
    ]


async def test_entries_go_to_the_kept_address_and_back(directory: Directory) -> None:
    kept, other = await two(directory)
    second = (await directory.do("merge", kept, other=other["id"])).json()["registrations"]
    await directory.do("unmerge", kept, other=other["id"])
    async with directory.world.app.state.database.transaction() as session:
        found = await session.execute(
            text(
                "SELECT subject_id, data->>'person_id' FROM events"
                " WHERE name = 'registration.readdressed' ORDER BY id"
            )
        )
        live = await session.execute(text("SELECT count(*) FROM links WHERE revoked_at IS NULL"))
    told = [(str(row[0]), row[1]) for row in found]
    assert told == [(second[0], kept["id"]), (second[0], other["id"])]
    assert live.scalar_one() == 1, "the kept one's own; the worker makes the other's anew"
    assert CHANGING["links"] == ("revoked_at",)


@pytest.mark.parametrize("first", ["merge", "register"])
async def test_who_is_merged_while_being_named_is_never_registered_as_two(
    directory: Directory, first: str
) -> None:
    kept, other = await directory.person(), await directory.person()
    await directory.register(kept)
    path = f"/v1/meetings/{directory.meetings[0]['id']}/registrations"
    body = {"person_id": other["id"], "entity": directory.entity["id"]}
    calls = [
        directory.do("merge", kept, other=other["id"]),
        directory.administrator.post(path, json=body),
    ]
    if first == "register":
        calls.reverse()
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [201, 409])
    async with directory.world.app.state.database.transaction() as session:
        statement = text(
            "SELECT count(*) FROM registrations r JOIN people p ON p.id = r.person_id"
            " WHERE p.merged_into IS NOT NULL"
        )
        assert (await session.execute(statement)).scalar_one() == 0


async def test_both_own_feeds_show_the_meetings_of_the_one(directory: Directory) -> None:
    """A calendar that asks at the address of either goes on."""
    kept, other = await two(directory)
    state = directory.world.app.state
    async with state.database.transaction() as session:
        links = (await session.execute(text("SELECT id FROM links ORDER BY id"))).scalars().all()
    feeds = [
        await post(directory.administrator, "/v1/feeds", {"token": link_token(state.secret, each)})
        for each in links
    ]
    before = await directory.rows()
    merged = await directory.do("merge", kept, other=other["id"])
    assert len(merged.json()["feeds"]) == 1, "the one that was made for them"
    for feed in feeds:
        shown = (await directory.administrator.get(feed["url"])).text
        assert shown.count("BEGIN:VEVENT") == 2
        assert "mailto:a@example.org" in shown
        assert "mailto:b@example.org" not in shown
    await directory.do("unmerge", kept, other=other["id"])
    assert await directory.rows() == before
    for feed in feeds:
        shown = (await directory.administrator.get(feed["url"])).text
        assert shown.count("BEGIN:VEVENT") == 1
