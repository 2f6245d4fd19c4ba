"""Cursors are the service's own, and pages lose and repeat nothing."""

import base64
from urllib.parse import quote

import httpx
import pytest

from tests.world import World


async def cursor_of(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.is_success, answer.text
    return str(answer.json()["next_cursor"])


async def refused(client: httpx.AsyncClient, path: str, cursor: str) -> bool:
    joint = "&" if "?" in path else "?"
    answer = await client.get(f"{path}{joint}cursor={quote(cursor)}")
    kind = answer.json().get("type", "").rpartition("/")[2]
    return (answer.status_code, kind) == (422, "bad-cursor")


def made_up() -> list[str]:
    """Wrong in form, in signature or in content."""
    forged = base64.urlsafe_b64encode(bytes(16) + b'["szzz"]').decode().rstrip("=")
    texts = ["x", "====", "null", "é", "0" * 2000, "..", "-" * 43, forged]
    return [*texts, base64.urlsafe_b64encode(b"\xff" * 40).decode()]


@pytest.mark.parametrize("cursor", made_up())
async def test_made_up_cursors_are_refused(world: World, cursor: str) -> None:
    for path in ("/v1/entities", "/v1/accounts", "/v1/meetings", "/v1/public/meetings"):
        assert await refused(world.administrator, path, cursor)


async def test_swapped_cursors_are_refused(world: World) -> None:
    """Those of another list, order, filter or caller, and those that were bent."""
    for _ in range(3):
        await world.entity()
        await world.committee()
    client, other = world.administrator, await world.caller()
    base = "/v1/entities"
    cursor = await cursor_of(client, f"{base}?limit=1")
    assert (await client.get(base, params={"cursor": cursor, "limit": 1})).is_success
    assert await refused(client, "/v1/committees", cursor)
    assert await refused(client, f"{base}?sort=-handle", cursor)
    assert await refused(client, f"{base}?search=e", cursor)
    assert await refused(other, base, cursor)
    for place in (0, 20, len(cursor) - 2):
        letter = "A" if cursor[place] != "A" else "B"
        assert await refused(client, base, cursor[:place] + letter + cursor[place + 1 :])
    assert await refused(client, base, cursor[:-4])
    assert await refused(client, base, cursor + "AAAA")


async def test_the_next_page_has_an_address_of_ascii(world: World) -> None:
    """Python takes the digits of every script for an id's; a header takes none but its own."""
    entity = await world.entity()
    for n in range(2):
        path = f"/v1/entities/{entity['id']}/people"
        body = {"name": f"Person {n}", "email": f"person{n}@example.org"}
        assert (await world.administrator.post(path, json=body)).is_success
    ref = entity["id"].replace("0", "\N{ARABIC-INDIC DIGIT ZERO}")
    first = await world.administrator.get(f"/v1/entities/{ref}/people?limit=1")
    second = await world.administrator.get(first.links["next"]["url"])
    assert [each["name"] for page in (first, second) for each in page.json()["items"]] == [
        "Person 0",
        "Person 1",
    ]


@pytest.mark.parametrize("sort", ["name", "-name"])
async def test_rows_that_are_sorted_alike_are_told_apart(world: World, sort: str) -> None:
    """A page may end among them."""
    entity = await world.entity()
    path = f"/v1/entities/{entity['id']}/people"
    for n, name in enumerate(("Amina", "Li", "Li", "Li", "Zoe")):
        body = {"name": name, "email": f"person{n}@example.org"}
        assert (await world.administrator.post(path, json=body)).is_success
    seen, page = [], await world.administrator.get(f"{path}?limit=2&sort={sort}")
    while True:
        seen += [each["email"] for each in page.json()["items"]]
        if "next" not in page.links:
            break
        page = await world.administrator.get(page.links["next"]["url"])
    expected = [f"person{n}@example.org" for n in range(5)]
    assert seen == (expected if sort == "name" else expected[::-1])


@pytest.mark.parametrize("sort", ["handle", "-handle", "abbreviation", "-abbreviation"])
async def test_pages_under_inserts_lose_and_repeat_nothing(world: World, sort: str) -> None:
    """Between any two pages rows are added before, among and behind those of the list."""
    there = {
        (await world.entity(handle=f"m-{n:02}", abbreviation=f"M{n:02}"))["id"] for n in range(9)
    }
    seen: list[str] = []
    path = f"/v1/entities?limit=2&sort={sort}"
    answer = (await world.administrator.get(path)).json()
    while True:
        seen += [row["id"] for row in answer["items"]]
        if answer["next_cursor"] is None:
            break
        number = world.next()
        for start in ("a", "m", "z"):
            await world.entity(
                handle=f"{start}-{number:02}-x", abbreviation=f"{start.upper()}{number:02}X"
            )
        url = f"{path}&cursor={answer['next_cursor']}"
        answer = (await world.administrator.get(url)).json()
        assert len(seen) < 200
    assert len(seen) == len(set(seen))
    assert there <= set(seen)
