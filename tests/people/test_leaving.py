"""Somebody leaves, comes back, or moves to another entity."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.identity.lifecycle import Role
from tests.people.conftest import DAY
from tests.people.directory import Directory, problem
from tests.world import post

TODAY = DAY.date()


async def facts(directory: Directory, pattern: str) -> list[tuple[str, Any]]:
    async with directory.world.app.state.database.transaction() as session:
        statement = text("SELECT name, data FROM events WHERE name LIKE :p ORDER BY id")
        return [tuple(row) for row in await session.execute(statement, {"p": pattern})]


async def live_links(directory: Directory) -> int:
    async with directory.world.app.state.database.transaction() as session:
        statement = text("SELECT count(*) FROM links WHERE revoked_at IS NULL")
        return int((await session.execute(statement)).scalar_one())


async def test_whoever_has_left_acts_and_is_named_no_more(directory: Directory) -> None:
    person = await directory.person()
    registration = await directory.register(person)
    await directory.written_to(person, registration)
    office = await directory.office(person)
    feed = await post(
        directory.administrator,
        f"/v1/entities/{directory.entity['id']}/feeds",
        {"person_id": person["id"]},
    )
    answer = await directory.do("leave", person)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["left_on"], told["withdrawn"]) == (str(TODAY), [])
    assert [each["registration_id"] for each in told["to_substitute"]] == [registration["id"]]
    assert await live_links(directory) == 0
    base = f"/v1/entities/{directory.entity['id']}"
    ended = await directory.administrator.get(f"{base}/focal-points/{office['id']}")
    assert ended.json()["ended_at"] is not None
    assert (await directory.administrator.get(feed["url"])).status_code == 410
    path = f"/v1/meetings/{directory.meetings[1]['id']}/registrations"
    for who in ({"person_id": person["id"]}, {"person": {"name": "N", "email": person["email"]}}):
        body = who | {"entity": directory.entity["id"]}
        refused = await directory.administrator.post(path, json=body)
        assert problem(refused) == (409, "person-left")
    named = await directory.administrator.post(
        f"{base}/focal-points", json={"person_id": person["id"]}
    )
    assert problem(named) == (409, "person-left")
    listed = await directory.administrator.get(directory.people)
    assert listed.json()["items"] == []
    left = await directory.administrator.get(directory.people, params={"left": True})
    assert [each["id"] for each in left.json()["items"]] == [person["id"]]
    assert await facts(directory, "person.left") == [("person.left", {"on": str(TODAY)})]


async def test_the_place_goes_to_somebody_else_or_is_given_up(directory: Directory) -> None:
    person, successor = await directory.person(), await directory.person()
    registration = await directory.register(person)
    await directory.do("leave", person)
    path = f"/v1/meetings/{registration['meeting_id']}/registrations/{registration['id']}"
    body = {"person_id": successor["id"]}
    made = await post(directory.administrator, f"{path}/substitute", body)
    assert (made["person"]["id"], made["status"]) == (successor["id"], "confirmed")
    told = (await directory.do("leave", successor, withdraw=True)).json()
    assert (told["withdrawn"], told["to_substitute"]) == ([made["id"]], [])
    assert (await directory.registration(made))["status"] == "withdrawn"


async def test_a_day_may_lie_behind_but_not_ahead(directory: Directory) -> None:
    person = await directory.person()
    refused = await directory.do("leave", person, on=str(TODAY + timedelta(days=1)))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/on")
    for day in (TODAY, TODAY - timedelta(days=30)):
        answer = await directory.do("leave", person, on=str(day))
        assert answer.json()["left_on"] == str(day)


async def test_it_is_the_day_where_the_entity_is(directory: Directory, set_clock: Any) -> None:
    path = f"/v1/entities/{directory.entity['id']}"
    await directory.administrator.patch(path, json={"timezone": "Pacific/Auckland"})
    person = await directory.person()
    answer = await directory.do("leave", person)
    assert answer.json()["left_on"] == str(TODAY + timedelta(days=1))


async def test_whoever_comes_back_is_named_again_and_gets_a_link(directory: Directory) -> None:
    person = await directory.person()
    registration = await directory.register(person)
    await directory.do("leave", person)
    for _ in range(2):
        answer = await directory.do("return", person)
        assert (answer.status_code, answer.json()["left_on"]) == (200, None)
    names = [name for name, _ in await facts(directory, "%re%")]
    assert names.count("person.returned") == 1
    assert names.count("registration.readdressed") == 1
    assert (await directory.register(person, 1))["status"] == "confirmed"
    assert (await directory.registration(registration))["status"] == "confirmed"


async def test_moving_leaves_everything_behind(directory: Directory) -> None:
    world = directory.world
    to = await world.entity()
    person = await directory.person(
        name="Amina Rossi",
        job_title="CANARY officer",
        rank="CANARY",
        duty_station="CANARY",
        languages=["fr"],
        addresses=["canary@example.org"],
        statistics_consent=True,
        level="director",
    )
    registration = await directory.register(person)
    refused = await directory.do("move", person, entity=to["handle"])
    assert problem(refused) == (409, "still-registered")
    assert directory.meetings[0]["handle"] in refused.json()["detail"]
    assert (await directory.read(person))["left_on"] is None
    body = {"entity": to["handle"], "withdraw": True, "email": "new@example.org"}
    moved = (await directory.do("move", person, **body)).json()
    assert (moved["withdrawn"], moved["was_known"]) == ([registration["id"]], False)
    there = await world.focal_point_of(to)
    path = f"/v1/entities/{to['id']}/people/{moved['person_id']}"
    seen = (await there.get(path)).json()
    assert (seen["name"], seen["email"], seen["languages"]) == (
        "Amina Rossi",
        "new@example.org",
        ["fr"],
    )
    history = await there.get(f"{path}/history")
    log = await there.get("/v1/audit")
    fetched = (await there.get(path)).text + history.text + log.text
    assert history.json()["items"] == []
    for secret in ("CANARY", person["id"], directory.entity["id"], registration["id"]):
        assert secret not in fetched
    here = await world.focal_point_of(directory.entity)
    old = await here.get(f"{directory.people}/{person['id']}")
    assert (old.json()["left_on"], old.json()["job_title"]) == (str(TODAY), "CANARY officer")
    assert moved["person_id"] not in old.text
    kept = await here.get(f"{directory.people}/{person['id']}/history")
    assert [each["registration_id"] for each in kept.json()["items"]] == [registration["id"]]


async def test_whoever_moves_back_is_who_they_were(directory: Directory) -> None:
    to = await directory.world.entity()
    person = await directory.person()
    moved = (await directory.do("move", person, entity=to["id"])).json()
    path = f"/v1/entities/{to['id']}/people/{moved['person_id']}/move"
    back = await directory.administrator.post(path, json={"entity": directory.entity["id"]})
    assert (back.json()["person_id"], back.json()["was_known"]) == (person["id"], True)
    assert (await directory.read(person))["left_on"] is None


async def test_nobody_moves_to_where_they_are_nor_to_a_directory_of_others(
    directory: Directory,
) -> None:
    world, person = directory.world, await directory.person()
    to = await world.entity()
    refused = await directory.do("move", person, entity=directory.entity["id"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/entity")
    own = await world.focal_point_of(directory.entity)
    for entity in (to["id"], "unknown"):
        refused = await directory.do("move", person, own, entity=entity)
        assert problem(refused) == (403, "not-permitted")
    organizer = await world.organizer(directory.committee)
    await world.membership(directory.committee, to)
    assert (await directory.do("move", person, organizer, entity=to["id"])).status_code == 200


@pytest.mark.parametrize("verb", ["leave", "merge"])
async def test_a_focal_point_of_one_committee_ends_nothing_in_another(
    directory: Directory, verb: str
) -> None:
    world = directory.world
    limited = await world.caller(
        Role.FOCAL_POINT,
        entity_id=directory.entity["id"],
        committee_id=(await world.committee())["id"],
    )
    person, other = await directory.person(), await directory.person()
    body = {"other": other["id"]} if verb == "merge" else {}
    await directory.office(person)
    refused = await directory.do(verb, person, limited, **body)
    assert problem(refused) == (403, "not-permitted")


async def test_history_tells_each_what_they_may_know(directory: Directory, set_clock: Any) -> None:
    world = directory.world
    other = await world.committee()
    await world.membership(other, directory.entity)
    later = await world.meeting(
        other, local_start="2021-11-08T10:00:00", local_end="2021-11-08T13:00:00"
    )
    later = await world.scheduled(later)
    await world.invitation(later, directory.entity)
    directory.meetings.append(later)
    person = await directory.person()
    first = await directory.register(person, 0)
    second = await directory.register(person, 2, role="support")
    meeting = directory.meetings[0]
    set_clock(DAY.replace(month=10, day=8, hour=14))
    await post(directory.administrator, f"/v1/meetings/{meeting['id']}/open")
    await post(
        directory.administrator,
        f"/v1/meetings/{meeting['id']}/attendance/check-ins",
        {"registration_ids": [first["id"]]},
    )
    path = f"{directory.people}/{person['id']}/history"
    seen = {}
    callers = {
        "administrator": directory.administrator,
        "own": await world.focal_point_of(directory.entity),
        "limited": await world.caller(
            Role.FOCAL_POINT, entity_id=directory.entity["id"], committee_id=other["id"]
        ),
        "organizer": await world.organizer(directory.committee),
        "other": await world.organizer(other),
    }
    for who, client in callers.items():
        rows = (await client.get(path)).json()["items"]
        seen[who] = [(r["registration_id"], r["role"], r["attended"]) for r in rows]
    here, there = (first["id"], "representative", True), (second["id"], "support", False)
    assert seen == {
        "administrator": [there, here],
        "own": [there, here],
        "limited": [there],
        "organizer": [here],
        "other": [there],
    }
    (row,) = (await callers["organizer"].get(path)).json()["items"]
    assert (row["meeting"], row["entity_id"]) == (meeting["handle"], directory.entity["id"])
    assert (row["status"], row["left_at"]) == ("confirmed", None)
    assert row["joined_at"].startswith("2021-10-08T14:")
    page = (await directory.administrator.get(path, params={"limit": 1})).json()
    rest = await directory.administrator.get(
        path, params={"limit": 1, "cursor": page["next_cursor"]}
    )
    assert [each["registration_id"] for each in rest.json()["items"]] == [first["id"]]


async def test_nobody_leaves_by_what_they_could_not_withdraw(
    directory: Directory, set_clock: Any
) -> None:
    """Where withdrawing is the organizers' by now, so is letting somebody go with it."""
    own = await directory.world.focal_point_of(directory.entity)
    person = await directory.person()
    registration = await directory.register(person)
    path = f"/v1/meetings/{registration['meeting_id']}"
    rules = {"changes": {"withdraw": {"hours_before": 48, "afterwards": "organizer"}}}
    match = {"If-Match": (await directory.administrator.get(path)).headers["ETag"]}
    kept = await directory.administrator.patch(
        path, json={"registration_rules": rules}, headers=match
    )
    assert kept.status_code == 200, kept.text
    set_clock(DAY.replace(month=10, day=7))
    refused = await directory.do("leave", person, own, withdraw=True)
    assert problem(refused)[1] == "organizer-needed"
    assert (await directory.read(person))["left_on"] is None
    organizer = await directory.world.organizer(directory.committee)
    done = await directory.do("leave", person, organizer, withdraw=True)
    assert done.json()["withdrawn"] == [registration["id"]]
