"""Tokens and who I am, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.identity.lifecycle import Role, Scope
from tests.statements import counted
from tests.world import World, post


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def wanted(days: float = 30, **members: Any) -> dict[str, Any]:
    expires_at = (clock.now() + timedelta(days=days)).isoformat()
    return {"name": "my laptop", "scopes": ["read", "write"], "expires_at": expires_at} | members


async def me(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/v1/me")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_i_learn_who_i_am_and_what_i_may_do(world: World) -> None:
    committee, entity = await world.committee(), await world.entity()
    account = await post(
        world.administrator,
        "/v1/accounts",
        {"name": "Amina Rossi", "email": "Amina.Rossi@example.org"},
    )
    token = await world.token(
        Role.ORGANIZER, committee_id=committee["id"], account_id=UUID(account["id"])
    )
    client = await world.client(token)
    found = await me(client)
    assert found == {
        "kind": "person",
        "name": "Amina Rossi",
        "account_id": account["id"],
        "email": "amina.rossi@example.org",
        "token_id": found["token_id"],
        "scopes": ["read", "write"],
        "roles": [{"role": "organizer", "committee_id": committee["id"], "entity_id": None}],
        "link": None,
    }
    assert (await client.get(f"/v1/tokens/{found['token_id']}")).json()["hint"] == token[:8]
    focal_point = await me(await world.focal_point_of(entity))
    assert focal_point["roles"] == [
        {"role": "focal_point", "committee_id": None, "entity_id": entity["id"]}
    ]
    assert (await me(await world.caller()))["roles"] == []


async def test_a_token_is_shown_once_works_and_is_revoked(
    world: World, session: AsyncSession
) -> None:
    caller = await world.caller()
    made = await caller.post("/v1/tokens", json=wanted())
    assert made.status_code == 201
    secret = made.json()["token"]
    assert (secret[:4], len(secret)) == ("sec_", 47)
    assert made.headers["location"] == f"/v1/tokens/{made.json()['id']}"
    public = {name: value for name, value in made.json().items() if name != "token"}
    assert (await caller.get(made.headers["location"])).json() == public
    assert public["created_by"] == public["account_id"] == (await me(caller))["account_id"]
    items = (await caller.get("/v1/tokens")).json()["items"]
    assert items[1:] == [public]
    fresh = await world.client(secret)
    assert (await me(fresh))["token_id"] == public["id"]
    assert (await caller.delete(made.headers["location"])).status_code == 204
    assert (await caller.delete(made.headers["location"])).status_code == 204
    assert slug(await fresh.get("/v1/me")) == (401, "not-authenticated")
    revoked = await caller.get(made.headers["location"])
    assert revoked.json()["revoked_at"] is not None
    dump = await session.execute(
        text("SELECT string_agg(t::text, '') FROM tokens t UNION ALL "
             "SELECT string_agg(e::text, '') FROM events e")
    )  # fmt: skip
    assert not any(secret in content for content in dump.scalars())
    statement = text("SELECT name FROM events WHERE name = 'token.revoked'")
    assert len((await session.execute(statement)).all()) == 1


async def test_a_token_dies_at_its_end(world: World, set_clock) -> None:
    set_clock(datetime(2021, 9, 1, tzinfo=UTC))
    caller = await world.caller()
    body = wanted(expires_at="2021-10-01T12:00:00+02:00")
    fresh = await world.client((await post(caller, "/v1/tokens", body))["token"])
    set_clock(datetime(2021, 10, 1, 9, 59, 30, tzinfo=UTC))
    assert (await fresh.get("/v1/me")).status_code == 200
    set_clock(datetime(2021, 10, 1, 10, 0, tzinfo=UTC))
    assert slug(await fresh.get("/v1/me")) == (401, "not-authenticated")


async def test_a_token_ends_within_400_days(world: World) -> None:
    caller = await world.caller()
    for days in (0, -1, 400.1, 20_000):
        answer = await caller.post("/v1/tokens", json=wanted(days))
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/expires_at"]
    assert (await caller.post("/v1/tokens", json=wanted(399.9))).status_code == 201


async def test_bad_members_are_refused_where_they_stand(world: World) -> None:
    bad: list[tuple[str, Any]] = [
        ("scopes", []),
        ("scopes", ["everything"]),
        ("scopes", ["read", "write", "read"]),
        ("name", ""),
        ("name", "two\nlines"),
        ("expires_at", "tomorrow"),
        ("expires_at", "9999-12-31T23:59:59-12:00"),
        ("account", "me"),
        ("account_id", "0199d3b5-8d3e-7bb2-8c3a-000000000000"),
        ("revoked_at", None),
    ]
    for member, value in bad:
        answer = await world.administrator.post("/v1/tokens", json=wanted(**{member: value}))
        assert answer.status_code == 422, answer.text
        assert {error["pointer"].split("/")[1] for error in answer.json()["errors"]} == {member}


async def test_a_token_that_may_only_read_changes_nothing(world: World) -> None:
    reader = await world.caller(Role.ADMINISTRATOR, scopes=(Scope.READ,))
    account = (await me(reader))["account_id"]
    assert (await reader.get("/v1/tokens")).status_code == 200
    own = (await reader.get("/v1/tokens")).json()["items"][0]
    refused = [
        await reader.post("/v1/tokens", json=wanted(scopes=["read"])),
        await reader.delete(f"/v1/tokens/{own['id']}"),
        await reader.post("/v1/accounts", json={"name": "Somebody"}),
        await reader.patch(f"/v1/accounts/{account}", json={"name": "Else"}),
        await reader.post(f"/v1/accounts/{account}/grants", json={"role": "observer"}),
        await reader.post("/v1/committees", json={"name": {"en": "Committee"}}),
    ]
    assert [slug(answer) for answer in refused] == [(403, "token-read-only")] * 6


async def test_no_token_makes_a_wider_one(world: World) -> None:
    """A token with `write` alone, as an older version of the service may have made it."""
    caller = await world.caller()
    async with world.app.state.database.transaction() as session:
        await session.execute(text("UPDATE tokens SET scopes = '{write}'"))
    answer = await caller.post("/v1/tokens", json=wanted())
    assert slug(answer) == (403, "token-too-wide")


async def test_who_may_write_may_read_what_was_written(world: World) -> None:
    made = await post(await world.caller(), "/v1/tokens", wanted(scopes=["write"]))
    assert made["scopes"] == ["read", "write"]


async def test_tokens_of_others_are_for_administrators(world: World) -> None:
    mine, other = await world.caller(), await world.caller()
    account = (await me(other))["account_id"]
    token = (await other.get("/v1/tokens")).json()["items"][0]
    assert (await mine.get(f"/v1/tokens/{token['id']}")).status_code == 404
    assert (await mine.delete(f"/v1/tokens/{token['id']}")).status_code == 404
    assert (await mine.get(f"/v1/tokens?account={account}")).status_code == 403
    assert (await mine.post("/v1/tokens", json=wanted(account=account))).status_code == 403
    assert (await other.get(f"/v1/tokens?account={account}")).json()["items"] == [token]
    administrator = world.administrator
    assert (await administrator.get(f"/v1/tokens?account={account}")).json()["items"] == [token]
    made = await post(administrator, "/v1/tokens", wanted(account=account))
    assert made["account_id"] == account
    assert made["created_by"] == (await me(administrator))["account_id"]
    assert (await me(await world.client(made["token"])))["account_id"] == account
    assert (await administrator.delete(f"/v1/tokens/{token['id']}")).status_code == 204
    assert (await other.get("/v1/me")).status_code == 401
    nobody = await administrator.post("/v1/tokens", json=wanted(account=str(uuid4())))
    assert nobody.status_code == 404


async def test_every_bad_credential_is_401(anonymous: httpx.AsyncClient) -> None:
    for header in (
        b"Bearer",
        b"Bearer ",
        b"Bearer sec_unknown",
        b"Bearer a.b.c",
        b"Basic dXNlcjpwYXNz",
        b"Bearer " + b"x" * 5000,
        b"sec_unknown",
        b"Bearer \xff\xfe",
    ):
        answer = await anonymous.get("/v1/me", headers={b"Authorization": header})
        assert slug(answer) == (401, "not-authenticated")
        assert answer.headers["www-authenticate"] == 'Bearer realm="secretariat"'


async def test_without_a_credential_everything_is_401(anonymous: httpx.AsyncClient) -> None:
    for method, path in (
        ("GET", "/v1/me"),
        ("GET", "/v1/tokens"),
        ("GET", "/v1/accounts"),
        ("GET", "/v1/committees"),
        ("DELETE", f"/v1/tokens/{uuid4()}"),
        ("GET", f"/v1/committees/{uuid4()}/members"),
    ):
        assert (await anonymous.request(method, path)).status_code == 401


async def test_a_repeated_request_makes_one_token_and_gets_its_secret_again(world: World) -> None:
    caller = await world.caller()
    headers, body = {"Idempotency-Key": "laptop-1"}, wanted()
    first = await caller.post("/v1/tokens", json=body, headers=headers)
    second = await caller.post("/v1/tokens", json=body, headers=headers)
    assert (second.status_code, second.json()) == (201, first.json())
    assert len((await caller.get("/v1/tokens")).json()["items"]) == 2


async def test_the_list_takes_the_same_statements_with_one_row_and_with_many(world: World) -> None:
    caller = await world.caller()
    with counted(world.app) as one:
        await caller.get("/v1/tokens")
    for _ in range(5):
        await post(caller, "/v1/tokens", wanted())
    with counted(world.app) as many:
        await caller.get("/v1/tokens")
    assert (len(one), len(many)) == (2, 2), many
