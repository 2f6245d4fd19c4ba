"""What tests of meetings do again and again."""

from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from tests.world import World, post

PATHS = {
    "draft": [],
    "scheduled": ["schedule"],
    "postponed": ["schedule", "postpone"],
    "in_session": ["schedule", "open"],
    "suspended": ["schedule", "open", "suspend"],
    "adjourned": ["schedule", "open", "adjourn"],
    "closed": ["schedule", "open", "adjourn", "close"],
    "cancelled": ["schedule", "cancel"],
}
"""The verbs that lead from a draft to each state."""

NEW_TIMES = {"local_start": "2021-10-15T10:00:00", "local_end": "2021-10-15T13:00:00"}


def address(meeting: dict[str, Any], below: str = "") -> str:
    return f"/v1/meetings/{meeting['id']}{below}"


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and slug of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def pointers(answer: httpx.Response) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


async def meeting_in(
    world: World, committee: dict[str, Any], state: str, **members: Any
) -> dict[str, Any]:
    """A meeting that was led to the state by its verbs."""
    meeting = await world.meeting(committee, **members)
    await world.room(meeting)
    for verb in PATHS[state]:
        meeting = await post(world.administrator, address(meeting, f"/{verb}"))
    assert meeting["status"] == state
    return meeting


async def change(
    client: httpx.AsyncClient, meeting: dict[str, Any], etag: str | None = None, **members: Any
) -> httpx.Response:
    """PATCH over the representation that the client reads just before, or over the given tag."""
    if etag is None:
        etag = (await client.get(address(meeting))).headers["etag"]
    return await client.patch(address(meeting), json=members, headers={"If-Match": etag})


async def entries(app: FastAPI, meeting: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The log of a meeting: names and data, in their order."""
    statement = text("SELECT name, data FROM events WHERE meeting_id = :id ORDER BY id")
    async with app.state.database.engine.connect() as connection:
        found = await connection.execute(statement, {"id": meeting["id"]})
        return [(name, data) for name, data in found]
