"""A meeting with an agenda, an entity that is invited and one that is not, and their documents."""

from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import httpx

from tests.documents.papers import PDF
from tests.world import World, post

TITLE = {"en": "Concept note", "fr": "Note de cadrage"}


@dataclass
class Desk:
    world: World
    committee: dict[str, Any]
    meeting: dict[str, Any]
    entity: dict[str, Any]
    organizer: httpx.AsyncClient
    focal_point: httpx.AsyncClient
    fellow: httpx.AsyncClient
    observer: httpx.AsyncClient
    anonymous: httpx.AsyncClient
    items: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    async def of(cls, world: World) -> Self:
        """Items: 1, 2 with 2(a) under it, and 3, which is restricted."""
        committee = await world.committee()
        meeting = await world.meeting(committee, public=True)
        meeting = await world.scheduled(meeting)
        entity, other = await world.entity(), await world.entity()
        await world.invitation(meeting, entity)
        await world.membership(committee, other)
        desk = cls(
            world,
            committee,
            meeting,
            entity,
            await world.organizer(committee),
            await world.focal_point_of(entity),
            await world.focal_point_of(other),
            await world.observer(committee),
            await world.client(None),
        )
        for members in ({}, {}, {"under": 1}, {"access": "restricted"}):
            await desk.item(**members)
        await post(world.administrator, f"/v1/meetings/{meeting['id']}/agenda/versions", {})
        return desk

    async def item(self, *, under: int | None = None, **members: Any) -> None:
        body = {"kind": "panel", "title": {"en": "Item"}, "minutes": 10} | members
        if under is not None:
            body["parent_id"] = self.items[under]["id"]
        path = f"/v1/meetings/{self.meeting['id']}/agenda/items"
        self.items.append(await post(self.world.administrator, path, body))

    @property
    def path(self) -> str:
        return f"/v1/meetings/{self.meeting['id']}/documents"

    @property
    def public(self) -> str:
        return f"/v1/public/meetings/{self.meeting['id']}/documents"

    async def document(self, who: httpx.AsyncClient | None = None, **members: Any) -> Any:
        body = {"kind": "concept_note", "title": TITLE} | members
        return await post(who or self.organizer, self.path, body)

    async def put(
        self,
        document: dict[str, Any],
        content: Any = PDF,
        *,
        who: httpx.AsyncClient | None = None,
        language: str = "en",
        name: str = "note.pdf",
        kind: str = "application/pdf",
        revision: int = 0,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        where = document["revisions"][revision]["id"]
        return await (who or self.organizer).put(
            f"{self.path}/{document['id']}/revisions/{where}/versions/{language}/content",
            params={"name": name},
            content=content,
            headers={"Content-Type": kind} | (headers or {}),
        )

    async def published(self, content: bytes = PDF, **members: Any) -> Any:
        """In English and in French."""
        members = {"access": "members"} | members
        document = await self.document(**members)
        for language in ("en", "fr"):
            kept = await self.put(
                document, content + language.encode() + b"\n%%EOF\n", language=language
            )
            assert kept.status_code == 201, kept.text
        return await post(self.organizer, f"{self.path}/{document['id']}/publish")

    async def read(self, who: httpx.AsyncClient, document: dict[str, Any]) -> httpx.Response:
        return await who.get(f"{self.path}/{document['id']}")

    @property
    def meeting_id(self) -> UUID:
        return UUID(self.meeting["id"])


def versions(document: dict[str, Any], revision: int = 0) -> dict[str, Any]:
    """Of a revision, by language."""
    return {each["language"]: each for each in document["revisions"][revision]["versions"]}
