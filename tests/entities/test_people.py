"""People have several addresses, of which each is one person's; lists find them as one searches."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.world import World, named, post

SPELLINGS = (
    ("Łukasz Müller-Lüdenscheid", "lukasz muller"),
    ("Łukasz Müller-Lüdenscheid", "Luedenscheid LUDENSCHEID"),
    ("Siobhán O’Neill", "o'neill"),
    ("Siobhán O’Neill", "ONEILL siobhan"),
    ("José Ñáñez", "NANEZ jose"),
    ("Strauß", "strauss"),
    ("Æsa Ørsted", "aesa orsted"),
    ("مُحَمَّد", "محمد"),
    ("Анна Ёлкина", "елкина"),
    ("100%_sure", "%_"),
)
UNLIKE = {"Luedenscheid LUDENSCHEID"}


def people_of(entity: dict[str, Any]) -> str:
    return f"/v1/entities/{entity['id']}/people"


async def names(world: World, entity: dict[str, Any], **query: Any) -> list[str]:
    answer = await world.administrator.get(people_of(entity), params=query)
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["items"]]


async def test_a_person_has_other_addresses_and_is_named_by_any_of_them(world: World) -> None:
    meeting = await world.scheduled(await world.meeting(await world.committee()))
    entity = await world.entity()
    await world.invitation(meeting, entity)
    person = await world.person(
        entity, email="Amina@example.org", addresses=["A.Rossi@Example.org", "amina@example.org"]
    )
    assert (person["email"], person["addresses"]) == ("amina@example.org", ["a.rossi@example.org"])
    body = {"person": {"name": "A. Rossi", "email": "a.ROSSI@example.org"}}
    path = f"/v1/meetings/{meeting['id']}/registrations"
    made = await post(world.administrator, path, body | {"entity": entity["id"]})
    assert made["person"]["id"] == person["id"]
    assert await names(world, entity) == [person["name"]]


@pytest.mark.parametrize("taken", ["main@example.org", "second@example.org"])
@pytest.mark.parametrize("member", ["email", "addresses"])
async def test_no_two_people_of_a_directory_share_an_address(
    world: World, member: str, taken: str
) -> None:
    entity, other = await world.entity(), await world.entity()
    await world.person(entity, email="main@example.org", addresses=["second@example.org"])
    free = await world.person(entity)
    value: Any = [taken] if member == "addresses" else taken
    body = {"name": "New", "email": "new@example.org"} | {member: value}
    path = people_of(entity)
    answers = [
        await world.administrator.post(path, json=body),
        await world.administrator.patch(f"{path}/{free['id']}", json={member: value}),
    ]
    assert [a.json()["type"].rpartition("/")[2] for a in answers] == ["person-known"] * 2
    assert (await world.administrator.post(people_of(other), json=body)).status_code == 201


async def test_an_address_that_is_given_up_is_free(world: World) -> None:
    entity = await world.entity()
    person = await world.person(entity, email="old@example.org", addresses=["other@example.org"])
    path = f"{people_of(entity)}/{person['id']}"
    changed = await world.administrator.patch(path, json={"email": "other@example.org"})
    assert changed.json()["addresses"] == []
    await world.person(entity, email="old@example.org")
    assert (await world.administrator.patch(path, json={"addresses": None})).status_code == 200


async def test_level_and_gender_are_kept_with_consent_only(world: World) -> None:
    entity = await world.entity()
    refused = await world.administrator.post(
        people_of(entity), json={"name": "N", "email": "n@example.org", "gender": "female"}
    )
    assert refused.status_code == 422
    person = await world.person(
        entity, statistics_consent=True, level="director", gender="female", rank="Director"
    )
    assert person["statistics_consent_at"] is not None
    path = f"{people_of(entity)}/{person['id']}"
    again = await world.administrator.patch(path, json={"duty_station": "Nairobi"})
    assert again.json()["statistics_consent_at"] == person["statistics_consent_at"]
    for withdrawn in (False, None):
        await world.administrator.patch(path, json={"statistics_consent": True, "level": "head"})
        answer = await world.administrator.patch(path, json={"statistics_consent": withdrawn})
        seen = answer.json()
        assert (seen["level"], seen["gender"], seen["rank"]) == (None, None, "Director")
        assert seen["statistics_consent_at"] is None


async def test_the_database_itself_keeps_figures_without_consent_out(
    world: World, session: AsyncSession
) -> None:
    await world.person(await world.entity())
    with pytest.raises(Exception, match="ck_people_consent"):
        await session.execute(text("UPDATE people SET gender = 'male'"))


@pytest.mark.parametrize(("name", "words"), SPELLINGS)
async def test_people_are_found_across_spellings(world: World, name: str, words: str) -> None:
    entity = await world.entity()
    await world.person(entity, name=name)
    await world.person(entity, name="Somebody Else")
    expected = [] if words in UNLIKE else [name]
    assert await names(world, entity, search=words) == expected


async def test_people_are_found_by_any_address(world: World) -> None:
    entity = await world.entity()
    person = await world.person(entity, addresses=["jean-paul.o'hara@example.org"])
    for words in ("jean-paul", "o'hara@example", person["email"].upper()):
        assert await names(world, entity, search=words) == [person["name"]]
    assert await names(world, entity, search="jean-paul nobody") == []


async def test_lists_are_narrowed(world: World) -> None:
    committee = await world.committee()
    meeting = await world.scheduled(await world.meeting(committee))
    entity = await world.entity()
    await world.membership(committee, entity)
    await world.invitation(meeting, entity)
    consent = {"statistics_consent": True}
    head = await world.person(entity, level="head", languages=["fr", "AR"], **consent)
    officer = await world.person(entity, level="officer", languages=["fr"], **consent)
    assert await names(world, entity, level="head") == [head["name"]]
    assert await names(world, entity, speaks="ar") == [head["name"]]
    assert await names(world, entity, speaks="fr") == [head["name"], officer["name"]]
    path = f"/v1/meetings/{meeting['id']}/registrations"
    body = {"entity": entity["id"], "person_id": officer["id"]}
    made = await post(world.administrator, path, body)
    assert await names(world, entity, meeting=meeting["handle"]) == [officer["name"]]
    await post(world.administrator, f"{path}/{made['id']}/withdraw")
    assert await names(world, entity, meeting=meeting["id"]) == []


async def test_nobody_learns_of_a_meeting_beyond_their_reach_who_is_registered(
    world: World,
) -> None:
    here, there = await world.committee(), await world.committee()
    entity = await world.entity()
    for committee in (here, there):
        await world.membership(committee, entity)
    meeting = await world.scheduled(await world.meeting(there))
    await world.invitation(meeting, entity)
    path = f"/v1/meetings/{meeting['id']}/registrations"
    made = await post(world.administrator, path, named(1, entity=entity["id"]))
    seen = {}
    for who, client in {
        "here": await world.organizer(here),
        "there": await world.organizer(there),
        "own": await world.focal_point_of(entity),
    }.items():
        answer = await client.get(people_of(entity), params={"meeting": meeting["id"]})
        seen[who] = [each["name"] for each in answer.json()["items"]]
    assert seen == {"here": [], "there": [made["person"]["name"]], "own": [made["person"]["name"]]}


async def test_an_organizer_sees_the_directory_while_the_entity_belongs_or_is_invited(
    world: World,
) -> None:
    """Not for ever: an invitation taken back, a meeting over and a membership ended close it."""
    committee = await world.committee()
    organizer = await world.organizer(committee)
    meeting = await world.scheduled(await world.meeting(committee))
    entity, former = await world.entity(), await world.entity()
    await world.membership(committee, former, until="2019-01-01")
    assert (await organizer.get(people_of(former))).status_code == 404
    assert (await organizer.get(people_of(entity))).status_code == 404
    invitation = await world.invitation(meeting, entity)
    assert (await organizer.get(people_of(entity))).status_code == 200
    path = f"/v1/meetings/{meeting['id']}/invitations/{invitation['id']}"
    await post(organizer, f"{path}/withdraw")
    assert (await organizer.get(people_of(entity))).status_code == 404
    other = await world.scheduled(await world.meeting(committee))
    await world.invitation(other, entity)
    assert (await organizer.get(people_of(entity))).status_code == 200
    await post(organizer, f"/v1/meetings/{other['id']}/cancel")
    assert (await organizer.get(people_of(entity))).status_code == 404
