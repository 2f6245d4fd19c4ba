"""A directory with two entries that are one person, and all that hangs on them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

import httpx
from sqlalchemy import text

from app.core import clock
from app.core.ids import new_id
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.tables import Message
from tests.world import World, post

TABLES = ("registrations", "focal_points", "links", "messages", "feeds", "person_addresses")
CHANGING = {"registrations": ("calendar_sequence",), "links": ("revoked_at",)}
"""A sequence only rises, and a link that died stays dead."""


@dataclass
class Directory:
    """An entity that is invited to several meetings of a committee, with its people."""

    world: World
    committee: dict[str, Any] = field(default_factory=dict)
    entity: dict[str, Any] = field(default_factory=dict)
    meetings: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    async def of(cls, world: World, meetings: int = 2) -> Self:
        made = cls(world)
        made.committee = await world.committee()
        made.entity = await world.entity()
        await world.membership(made.committee, made.entity)
        for _ in range(meetings):
            meeting = await world.scheduled(await world.meeting(made.committee))
            await world.invitation(meeting, made.entity)
            made.meetings.append(meeting)
        return made

    @property
    def people(self) -> str:
        return f"/v1/entities/{self.entity['id']}/people"

    @property
    def administrator(self) -> httpx.AsyncClient:
        return self.world.administrator

    async def person(self, **members: Any) -> dict[str, Any]:
        return await self.world.person(self.entity, **members)

    async def register(
        self, person: dict[str, Any], meeting: int = 0, **members: Any
    ) -> dict[str, Any]:
        path = f"/v1/meetings/{self.meetings[meeting]['id']}/registrations"
        body = {"person_id": person["id"], "entity": self.entity["id"]} | members
        return dict(await post(self.administrator, path, body))

    async def registration(self, registration: dict[str, Any]) -> dict[str, Any]:
        path = f"/v1/meetings/{registration['meeting_id']}/registrations/{registration['id']}"
        return dict((await self.administrator.get(path)).json())

    async def office(self, person: dict[str, Any], **members: Any) -> dict[str, Any]:
        path = f"/v1/entities/{self.entity['id']}/focal-points"
        body = {"person_id": person["id"], "committee": self.committee["id"]} | members
        return dict(await post(self.administrator, path, body))

    async def do(
        self,
        verb: str,
        person: dict[str, Any],
        client: httpx.AsyncClient | None = None,
        *,
        query: str = "",
        **body: Any,
    ) -> httpx.Response:
        address = f"{self.people}/{person['id']}/{verb}{query}"
        return await (client or self.administrator).post(address, json=body)

    async def read(self, person: dict[str, Any]) -> dict[str, Any]:
        return dict((await self.administrator.get(f"{self.people}/{person['id']}")).json())

    async def rows(self) -> dict[str, list[Any]]:
        """Everything that a merge may touch, as the tables have it."""
        found: dict[str, list[Any]] = {}
        async with self.world.app.state.database.transaction() as session:
            for table in (*TABLES, "people"):
                rows = (await session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))).all()  # noqa: S608  # a constant
                left_out = CHANGING.get(table, ())
                found[table] = [
                    {name: value for name, value in row._mapping.items() if name not in left_out}  # noqa: SLF001  # SQLAlchemy's own way
                    for row in rows
                ]
        return found

    async def written_to(self, person: dict[str, Any], registration: dict[str, Any]) -> None:
        """A mail and a link, as the worker makes them."""
        now = clock.now()
        about = UUID(registration["id"])
        async with self.world.app.state.database.transaction() as session:
            message = Message(
                event_id=new_id(),
                kind=MessageKind.REGISTRATION_CONFIRMED,
                meeting_id=UUID(registration["meeting_id"]),
                registration_id=about,
                person_id=UUID(person["id"]),
                recipient=person["email"],
                language="en",
                message_id=f"<{new_id()}@example.org>",
                state=MessageState.SENT,
                attempts=1,
                attempted_at=now,
            )
            session.add(message)
            expires = now + timedelta(days=300)
            purpose = LinkPurpose.JOIN_MEETING
            identity.create_link(session, purpose, about, UUID(person["id"]), expires)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]
