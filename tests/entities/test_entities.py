"""Entities, their directory and their focal points over HTTP."""

from tests.world import World, post


async def test_an_entity_is_created_read_changed_and_deleted(world: World) -> None:
    body = {"abbreviation": "UNODC", "name": {"en": "Office on Drugs", "FR": "Office"}}
    created = await world.administrator.post("/v1/entities", json=body)
    assert created.status_code == 201
    assert created.headers["location"] == f"/v1/entities/{created.json()['id']}"
    read = await world.administrator.get("/v1/entities/unodc")
    assert read.json() == created.json()
    assert read.json()["name"] == {"en": "Office on Drugs", "fr": "Office"}
    assert read.headers["etag"] == created.headers["etag"]
    changed = await world.administrator.patch(
        "/v1/entities/unodc",
        json={"name": {"fr": None}, "city": "Vienna"},
        headers={
            "Content-Type": "application/merge-patch+json",
            "If-Match": read.headers["etag"],
        },
    )
    assert changed.json() == read.json() | {"name": {"en": "Office on Drugs"}, "city": "Vienna"}
    stale = await world.administrator.patch(
        "/v1/entities/unodc", json={"city": "Bonn"}, headers={"If-Match": read.headers["etag"]}
    )
    assert stale.status_code == 412
    deleted = await world.administrator.delete("/v1/entities/unodc")
    assert deleted.status_code == 204
    assert (await world.administrator.get("/v1/entities/unodc")).status_code == 404


async def test_pages_follow_each_other_without_gap_or_repeat(world: World) -> None:
    expected = [(await world.entity(abbreviation=f"E{n}"))["handle"] for n in range(5, 0, -1)]
    first = await world.administrator.get("/v1/entities?limit=2&sort=-handle")
    second = await world.administrator.get(first.links["next"]["url"])
    cursor = second.json()["next_cursor"]
    third = await world.administrator.get(f"/v1/entities?limit=2&sort=-handle&cursor={cursor}")
    handles = [e["handle"] for page in (first, second, third) for e in page.json()["items"]]
    assert handles == expected
    assert third.json()["next_cursor"] is None
    swapped = await world.administrator.get(f"/v1/entities?limit=2&sort=handle&cursor={cursor}")
    assert (swapped.status_code, swapped.json()["title"]) == (422, "Bad cursor")


async def test_a_focal_point_keeps_the_own_directory_and_knows_of_no_other(world: World) -> None:
    mine, other = await world.entity(), await world.entity()
    focal_point = await world.focal_point_of(mine)
    body = {"name": "Amina Rossi", "email": "Amina.Rossi@example.org"}
    person = await post(focal_point, f"/v1/entities/{mine['handle']}/people", body)
    assert person["email"] == "amina.rossi@example.org"
    stranger = await world.person(other)
    hidden = f"/v1/entities/{other['handle']}/people/{stranger['id']}"
    assert (await focal_point.get(hidden)).status_code == 404
    wrong_parent = f"/v1/entities/{mine['handle']}/people/{stranger['id']}"
    assert (await focal_point.get(wrong_parent)).status_code == 404
    again = await focal_point.post(f"/v1/entities/{mine['id']}/people", json=body)
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "person-known")


async def test_entities_are_found_by_their_names_in_any_language(world: World) -> None:
    await world.entity(abbreviation="UNODC", name={"en": "Office on Drugs", "fr": "100% Drogues"})
    await world.entity(abbreviation="WHO", name={"en": "World Health Organization"})

    async def found(words: str) -> list[str]:
        listed = await world.administrator.get("/v1/entities", params={"search": words})
        return [entity["handle"] for entity in listed.json()["items"]]

    assert await found("drogues") == ["unodc"]
    assert await found("OFFICE on") == ["unodc"]
    assert await found("o") == ["unodc", "who"]
    assert await found("0%") == ["unodc"]
    assert await found("o%e") == []
    assert await found("fr") == [], "the tags of languages are no words of the name"


async def test_people_are_found_by_name_or_address(world: World) -> None:
    entity, other = await world.entity(), await world.entity()
    await world.person(entity, name="Amina Okafor", email="a.okafor@example.org")
    await world.person(entity, name="Li Wei", email="director@example.org")
    await world.person(other, name="Amina Diallo", email="amina@example.org")

    async def found(words: str) -> list[str]:
        path = f"/v1/entities/{entity['id']}/people"
        listed = await world.administrator.get(path, params={"search": words})
        return [person["name"] for person in listed.json()["items"]]

    assert await found("AMINA") == ["Amina Okafor"]
    assert await found("director@") == ["Li Wei"]
    assert await found("@example") == ["Amina Okafor", "Li Wei"]
    assert await found("a_o") == []


async def test_a_focal_point_is_named_and_ended(world: World) -> None:
    entity = await world.entity()
    path = f"/v1/entities/{entity['id']}/focal-points"
    person = {"name": "Li Wei", "email": "li.wei@example.org"}
    named = await post(world.administrator, path, {"person": person, "kind": "alternate"})
    listed = (await world.administrator.get(path)).json()["items"]
    assert listed == [named]
    assert (await world.administrator.delete(f"{path}/{named['id']}")).status_code == 204
    ended = (await world.administrator.get(f"{path}/{named['id']}")).json()
    assert ended["ended_at"] is not None


async def test_an_import_is_all_or_nothing(world: World) -> None:
    good = "abbreviation,name_en,timezone\nUNDP,Development Programme,America/New_York\n"
    bad = good + "WHO,World Health Organization,Mars/Olympus\n"
    headers = {"Content-Type": "text/csv"}
    refused = await world.administrator.post("/v1/entities/import", content=bad, headers=headers)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/3/timezone"]
    assert (await world.administrator.get("/v1/entities")).json()["items"] == []
    dry = await world.administrator.post(
        "/v1/entities/import?dry_run=true", content=good, headers=headers
    )
    assert (dry.json()["created"], dry.json()["dry_run"]) == (1, True)
    assert (await world.administrator.get("/v1/entities")).json()["items"] == []
    done = await world.administrator.post("/v1/entities/import", content=good, headers=headers)
    assert done.json()["rows"][0]["outcome"] == "created"
    again = await world.administrator.post("/v1/entities/import", content=good, headers=headers)
    assert again.json()["rows"][0]["outcome"] == "unchanged"
