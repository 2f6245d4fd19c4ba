"""What is there before anything is measured: a meeting, 46 invited entities and their people."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from app.core.ids import new_id
from app.identity import service as identity
from app.identity.lifecycle import AccountKind, Role, Scope

ENTITIES = 46
PEOPLE = 1000
"""In the directory of each entity."""
QUOTA = 50_000
ITEMS = 20
LEAST_BYTES, MOST_BYTES = 15_000, 20_000
"""Of the public agenda."""


class Seat(NamedTuple):
    """Somebody to be registered, and for whom."""

    person_id: UUID
    entity_id: UUID
    invitation_id: UUID


@dataclass(frozen=True, slots=True)
class World:
    token: str
    """Of an organizer."""
    meeting_id: UUID
    handle: str
    seats: list[Seat]
    """One of each entity after the other, again and again."""
    agenda: bytes
    etag: str
    meeting: bytes
    calendar: bytes


async def make_world(app: FastAPI, database_url: str) -> World:
    """Everything over HTTP but the first account and the directories."""
    token = await _administrator(app)
    transport = httpx.ASGITransport(app=app)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://bench", headers=headers
    ) as client:
        entities = [
            UUID((await _post(client, "/v1/entities", _entity(n)))["id"]) for n in _ENTITIES
        ]
        meeting = await _meeting(client)
        invited = await _invite(client, meeting, entities)
        await _issue_agenda(client, meeting)
        public = f"/v1/public/meetings/{meeting['handle']}"
        published = await client.get(f"{public}/agenda")
        page, calendar = await client.get(public), await client.get(f"{public}/calendar.ics")
    assert page.is_success, page.text
    assert calendar.text.count("BEGIN:VEVENT") == ITEMS + 1, calendar.text
    assert published.status_code == 200, published.text
    assert LEAST_BYTES <= len(published.content) <= MOST_BYTES, len(published.content)
    people = await _fill_directories(database_url, entities)
    return World(
        token=token,
        meeting_id=UUID(meeting["id"]),
        handle=meeting["handle"],
        seats=[Seat(person, entity, invited[entity]) for person, entity in people],
        agenda=published.content,
        etag=published.headers["etag"],
        meeting=page.content,
        calendar=calendar.content,
    )


async def _administrator(app: FastAPI) -> str:
    async with app.state.database.transaction() as session:
        account = await identity.create_account(session, AccountKind.SERVICE, "bench")
        await session.flush()
        await identity.grant_role(session, account.id, Role.ADMINISTRATOR)
        expires = datetime.now(UTC) + timedelta(days=1)
        _, secret = await identity.create_token(
            session, account.id, "bench", [Scope.WRITE], expires
        )
    return secret


_ENTITIES = range(1, ENTITIES + 1)


def _entity(number: int) -> dict[str, Any]:
    return {"abbreviation": f"ENT{number}", "name": {"en": f"Entity number {number}"}}


async def _meeting(client: httpx.AsyncClient) -> dict[str, Any]:
    """Scheduled, and public."""
    committee = {"handle": "bench", "name": {"en": "Coordination committee"}}
    await _post(client, "/v1/committees", committee)
    start = (datetime.now(UTC) + timedelta(days=30)).replace(hour=10, minute=0, second=0)
    body = {
        "committee": "bench",
        "title": {"en": "A meeting that everybody comes to"},
        "local_start": start.strftime("%Y-%m-%dT%H:%M:%S"),
        "local_end": (start + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%S"),
        "timezone": "America/New_York",
        "languages": ["en"],
        "seat_quota": QUOTA,
        "public": True,
    }
    meeting: dict[str, Any] = await _post(client, "/v1/meetings", body)
    path = f"/v1/meetings/{meeting['id']}"
    room = {"label": "Main room", "join_address": "https://conference.example.org/j/6"}
    (await client.put(f"{path}/room", json=room)).raise_for_status()
    await _put_agenda(client, path)
    await _post(client, f"{path}/schedule")
    return meeting


async def _put_agenda(client: httpx.AsyncClient, path: str) -> None:
    current = await client.get(f"{path}/agenda")
    answer = await client.put(
        f"{path}/agenda",
        json={"items": [_item(number) for number in range(1, ITEMS + 1)]},
        headers={"If-Match": current.headers["etag"]},
    )
    assert answer.is_success, answer.text


def _item(number: int) -> dict[str, Any]:
    note = f"Background of item {number}: what was agreed, what was done since, what is open. "
    return {
        "kind": "discussion",
        "title": {"en": f"Item {number} of the provisional agenda"},
        "note": {"en": (note * 5).strip()},
        "minutes": 15,
        "presenter": "Amina Rossi",
    }


async def _issue_agenda(client: httpx.AsyncClient, meeting: dict[str, Any]) -> None:
    await _post(client, f"/v1/meetings/{meeting['id']}/agenda/versions", {})


async def _invite(
    client: httpx.AsyncClient, meeting: dict[str, Any], entities: list[UUID]
) -> dict[UUID, UUID]:
    """The invitation of each entity, sent."""
    path = f"/v1/meetings/{meeting['id']}/invitations"
    wanted = {"entities": [str(entity) for entity in entities], "seat_quota": QUOTA}
    made = await _post(client, path, wanted)
    await _post(client, f"{path}/send", {"all_drafts": True})
    return {UUID(each["entity"]): UUID(each["invitation_id"]) for each in made["results"]}


async def _fill_directories(database_url: str, entities: list[UUID]) -> list[tuple[UUID, UUID]]:
    """(person, entity) of everybody, in rounds over the entities."""
    people = [(new_id(), entity) for _ in range(PEOPLE) for entity in entities]
    now = datetime.now(UTC)
    rows = [
        (person, now, entity, f"Delegate {number}", f"delegate{number}@example.org")
        for number, (person, entity) in enumerate(people)
    ]
    columns = ["id", "created_at", "entity_id", "name", "email"]
    connection = await asyncpg.connect(database_url)
    try:
        await connection.copy_records_to_table("people", records=rows, columns=columns)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    return people


async def _post(client: httpx.AsyncClient, path: str, body: object = None) -> Any:
    answer = await client.post(path) if body is None else await client.post(path, json=body)
    assert answer.is_success, f"{path}: {answer.text}"
    return answer.json()
