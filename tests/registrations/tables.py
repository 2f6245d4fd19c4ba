"""Sending tables of delegations in tests."""

from typing import Any

import httpx


def path_of(meeting: dict[str, Any]) -> str:
    return f"/v1/meetings/{meeting['handle']}/registrations"


async def send(
    client: httpx.AsyncClient,
    meeting: dict[str, Any],
    table: str | bytes,
    kind: str = "text/plain",
    **query: Any,
) -> httpx.Response:
    headers = {"Content-Type": kind}
    address = f"{path_of(meeting)}/import"
    return await client.post(address, content=table, headers=headers, params=query)


async def imported(
    client: httpx.AsyncClient,
    meeting: dict[str, Any],
    table: str | bytes,
    kind: str = "text/plain",
    **query: Any,
) -> dict[str, Any]:
    answer = await send(client, meeting, table, kind, **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def outcomes(result: dict[str, Any]) -> list[tuple[int, str, str | None]]:
    return [(row["row"], row["outcome"], row["problem"]) for row in result["rows"]]


def rows(numbers: range, entity: str = "") -> str:
    """A table with a person for each number."""
    people = (f"Person {n}\tp{n}@example.org\t{entity}\n" for n in numbers)
    return "Name\tE-mail\tEntity\n" + "".join(people)


async def listed(client: httpx.AsyncClient, meeting: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(name, role, status) by arrival."""
    items = (await client.get(f"{path_of(meeting)}?limit=200")).json()["items"]
    return [(each["person"]["name"], each["role"], each["status"]) for each in items]
