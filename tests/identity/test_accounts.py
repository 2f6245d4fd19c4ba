"""Accounts and their roles over HTTP."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.lifecycle import Role
from tests.statements import counted
from tests.world import World, post


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


async def account_of(world: World, **members: Any) -> dict[str, Any]:
    body = {"name": f"Account {world.next()}"} | members
    made: dict[str, Any] = await post(world.administrator, "/v1/accounts", body)
    return made


async def client_of(world: World, account: dict[str, Any]) -> httpx.AsyncClient:
    return await world.client(await world.token(account_id=UUID(account["id"])))


async def test_an_account_is_made_renamed_disabled_and_enabled(
    world: World, session: AsyncSession
) -> None:
    body = {"kind": "service", "name": "Public site", "email": "Site@example.org"}
    made = await world.administrator.post("/v1/accounts", json=body)
    assert made.status_code == 201
    path = made.headers["location"]
    assert made.json() == {
        "id": path.rpartition("/")[2],
        "kind": "service",
        "name": "Public site",
        "email": "site@example.org",
        "disabled": False,
        "disabled_at": None,
        "created_at": made.json()["created_at"],
    }
    client = await client_of(world, made.json())
    assert (await client.get("/v1/me")).json()["kind"] == "service"
    disabled = await world.administrator.patch(path, json={"disabled": True})
    assert (disabled.json()["disabled"], disabled.json()["disabled_at"] is None) == (True, False)
    assert slug(await client.get("/v1/me")) == (401, "not-authenticated")
    again = await world.administrator.patch(path, json={"disabled": True})
    assert again.json() == disabled.json()
    enabled = await world.administrator.patch(path, json={"disabled": False, "name": "Site"})
    assert enabled.json() == made.json() | {"name": "Site"}
    assert (await client.get("/v1/me")).json()["name"] == "Site"
    rows = await session.execute(
        text("SELECT data FROM events WHERE name = 'account.changed' ORDER BY id")
    )
    assert [row.data["members"] for row in rows] == [["disabled"], ["name", "disabled"]]


async def test_an_address_has_one_account(world: World) -> None:
    await account_of(world, email="a@example.org")
    body = {"name": "B", "email": "A@example.org"}
    again = await world.administrator.post("/v1/accounts", json=body)
    assert slug(again) == (409, "already-exists")


async def test_accounts_are_listed_by_name_kind_and_search(world: World) -> None:
    for name, kind in (("Chloe", "person"), ("Bot_1", "service"), ("Amin", "person")):
        await account_of(world, name=name, kind=kind, email=f"{name.lower()}@example.org")

    async def names(query: str) -> list[str]:
        answer = await world.administrator.get(f"/v1/accounts?{query}")
        return [item["name"] for item in answer.json()["items"]]

    assert await names("search=example") == ["Amin", "Bot_1", "Chloe"]
    assert await names("search=example&sort=-name") == ["Chloe", "Bot_1", "Amin"]
    assert await names("kind=service") == ["Bot_1"]
    assert await names("search=t_1") == ["Bot_1"]
    assert await names("search=A_i") == []


async def test_accounts_are_for_administrators(world: World) -> None:
    account = await account_of(world)
    path = f"/v1/accounts/{account['id']}"
    committee = await world.committee()
    for caller in (await world.organizer(committee), await client_of(world, account)):
        answers = [
            await caller.get("/v1/accounts"),
            await caller.post("/v1/accounts", json={"name": "B"}),
            await caller.get(path),
            await caller.patch(path, json={"name": "B"}),
            await caller.get(f"{path}/grants"),
            await caller.post(f"{path}/grants", json={"role": "administrator"}),
        ]
        assert [answer.status_code for answer in answers] == [403] * 6
    unknown = f"/v1/accounts/{uuid4()}"
    assert (await world.administrator.get(unknown)).status_code == 404
    assert (await world.administrator.patch(unknown, json={})).status_code == 404
    assert (await world.administrator.get(f"{unknown}/grants")).status_code == 404


async def test_a_role_counts_from_its_grant_until_its_revocation(
    world: World, session: AsyncSession
) -> None:
    committee = await world.committee()
    account = await account_of(world)
    client = await client_of(world, account)
    path = f"/v1/accounts/{account['id']}/grants"
    members = f"/v1/committees/{committee['id']}/members"
    assert (await client.get(members)).status_code == 404
    body = {"role": "organizer", "committee": committee["handle"]}
    made = await world.administrator.post(path, json=body)
    assert made.status_code == 201
    assert made.json() == {
        "id": made.json()["id"],
        "account_id": account["id"],
        "role": "organizer",
        "committee_id": committee["id"],
        "entity_id": None,
        "created_at": made.json()["created_at"],
        "revoked_at": None,
    }
    assert made.headers["location"] == f"{path}/{made.json()['id']}"
    assert (await world.administrator.get(made.headers["location"])).json() == made.json()
    assert (await client.get(members)).status_code == 200
    again = await world.administrator.post(path, json=body)
    assert again.json() == made.json()
    assert (await world.administrator.get(path)).json()["items"] == [made.json()]
    assert (await world.administrator.delete(made.headers["location"])).status_code == 204
    assert (await world.administrator.delete(made.headers["location"])).status_code == 204
    assert (await client.get(members)).status_code == 404
    [revoked] = (await world.administrator.get(path)).json()["items"]
    assert revoked["revoked_at"] is not None
    rows = await session.execute(
        text("SELECT name, data FROM events WHERE name LIKE 'grant.%' AND committee_id = :id"
             " ORDER BY id"), {"id": UUID(committee["id"])},
    )  # fmt: skip
    data = {"account_id": account["id"], "role": "organizer"}
    assert [(row.name, row.data) for row in rows] == [
        ("grant.made", data),
        ("grant.revoked", data),
    ]


async def test_of_the_same_role_granted_many_times_at_once_there_is_one(world: World) -> None:
    account = await account_of(world)
    path = f"/v1/accounts/{account['id']}/grants"
    answers = await asyncio.gather(
        *(world.administrator.post(path, json={"role": "observer"}) for _ in range(8))
    )
    assert [answer.status_code for answer in answers] == [201] * 8
    assert len((await world.administrator.get(path)).json()["items"]) == 1


async def test_each_role_has_its_scope(world: World) -> None:
    committee = await world.committee()
    for role, with_committee, status, pointers in (
        ("administrator", False, 201, []),
        ("administrator", True, 422, []),
        ("organizer", True, 201, []),
        ("organizer", False, 422, []),
        ("observer", True, 201, []),
        ("observer", False, 201, []),
        ("focal_point", True, 422, ["/role"]),
        ("focal_point", False, 422, ["/role"]),
    ):
        account = await account_of(world)
        body = {"role": role} | ({"committee": committee["id"]} if with_committee else {})
        answer = await world.administrator.post(f"/v1/accounts/{account['id']}/grants", json=body)
        assert answer.status_code == status
        if status == 422:
            assert slug(answer) == (422, "role-scope-invalid")
            assert [error["pointer"] for error in answer.json().get("errors", [])] == pointers


async def test_a_committee_that_is_none_is_refused(world: World) -> None:
    account = await account_of(world)
    for ref in ("nobody", str(uuid4())):
        body = {"role": "organizer", "committee": ref}
        answer = await world.administrator.post(f"/v1/accounts/{account['id']}/grants", json=body)
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/committee"]


async def test_the_role_of_a_focal_point_ends_with_the_focal_point(world: World) -> None:
    entity = await world.entity()
    person = {"name": "Li Wei", "email": "li.wei@example.org"}
    path = f"/v1/entities/{entity['id']}/focal-points"
    named = await post(world.administrator, path, {"person": person})
    [account] = (await world.administrator.get("/v1/accounts?search=li.wei")).json()["items"]
    grants = f"/v1/accounts/{account['id']}/grants"
    [grant] = (await world.administrator.get(grants)).json()["items"]
    refused = await world.administrator.delete(f"{grants}/{grant['id']}")
    assert slug(refused) == (409, "grant-of-focal-point")
    await world.administrator.delete(f"{path}/{named['id']}")
    [grant] = (await world.administrator.get(grants)).json()["items"]
    assert grant["revoked_at"] is not None


async def test_a_grant_under_another_account_is_unknown(world: World) -> None:
    account, other = await account_of(world), await account_of(world)
    body = {"role": "observer"}
    grant = await post(world.administrator, f"/v1/accounts/{account['id']}/grants", body)
    wrong = f"/v1/accounts/{other['id']}/grants/{grant['id']}"
    assert (await world.administrator.get(wrong)).status_code == 404
    assert (await world.administrator.delete(wrong)).status_code == 404


async def test_one_address_named_by_two_entities_at_once_has_one_account(world: World) -> None:
    entities = [await world.entity() for _ in range(4)]
    person = {"name": "Li Wei", "email": "li.wei@example.org"}
    answers = await asyncio.gather(
        *(
            world.administrator.post(
                f"/v1/entities/{entity['id']}/focal-points", json={"person": person}
            )
            for entity in entities
        )
    )
    assert [answer.status_code for answer in answers] == [201] * 4
    accounts = (await world.administrator.get("/v1/accounts?search=li.wei")).json()["items"]
    assert len(accounts) == 1


async def test_lists_take_the_same_statements_with_one_row_and_with_many(world: World) -> None:
    account, committee = await account_of(world), await world.committee()
    grants = f"/v1/accounts/{account['id']}/grants"
    await post(world.administrator, grants, {"role": "observer"})
    for path, expected in (("/v1/accounts", 2), (grants, 3)):
        with counted(world.app) as few:
            await world.administrator.get(path)
        for _ in range(3):
            await account_of(world)
            committee = await world.committee()
            body = {"role": Role.ORGANIZER.value, "committee": committee["id"]}
            await post(world.administrator, grants, body)
        with counted(world.app) as many:
            await world.administrator.get(path)
        assert (len(few), len(many)) == (expected, expected), many
