"""A meeting whose registrations need an organizer's decision, and those who ask and decide."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import httpx

from app.check import wrongs
from tests.world import World, named, post

EARLY = datetime(2021, 9, 20, 12, tzinfo=UTC)
AFTER = datetime(2021, 10, 7, 12, tzinfo=UTC)
"""After the registration deadline, a day before the meeting."""
DEADLINE = {"registration_closes_at": "2021-10-06T22:00:00Z"}
ALL: dict[str, Any] = {"approval": {"all": True}}


@dataclass
class Office:
    """An entity with two seats, its focal point, and an organizer."""

    world: World
    meeting: dict[str, Any]
    entity: dict[str, Any]
    invitation: dict[str, Any]
    focal_point: httpx.AsyncClient = field(init=False)
    organizer: httpx.AsyncClient = field(init=False)

    @classmethod
    async def of(cls, world: World, *, seats: int = 2, **members: Any) -> Self:
        committee = await world.committee()
        meeting = await world.scheduled(await world.meeting(committee, **DEADLINE | members))
        entity = await world.entity()
        invitation = await world.invitation(meeting, entity, seat_quota=seats)
        office = cls(world, meeting, entity, invitation)
        office.focal_point = await world.focal_point_of(entity)
        office.organizer = await world.organizer(committee)
        return office

    @property
    def meeting_path(self) -> str:
        return f"/v1/meetings/{self.meeting['id']}"

    @property
    def path(self) -> str:
        return f"{self.meeting_path}/registrations"

    @property
    def invited(self) -> str:
        return f"{self.meeting_path}/invitations/{self.invitation['id']}"

    async def register(self, number: int, **members: Any) -> dict[str, Any]:
        return dict(await post(self.focal_point, self.path, named(number, **members)))

    async def ask(self, number: int, **members: Any) -> httpx.Response:
        return await self.focal_point.post(self.path, json=named(number, **members))

    async def decide(self, made: dict[str, Any], verb: str, body: Any = None) -> httpx.Response:
        return await self.organizer.post(f"{self.path}/{made['id']}/{verb}", json=body)

    async def change(self, **members: Any) -> None:
        etag = (await self.organizer.get(self.meeting_path)).headers["etag"]
        answer = await self.organizer.patch(
            self.meeting_path, json=members, headers={"If-Match": etag}
        )
        assert answer.is_success, answer.text

    async def standing(self) -> list[tuple[str, str]]:
        items = (await self.organizer.get(self.path)).json()["items"]
        return [(each["person"]["name"], each["status"]) for each in items]

    async def board(self) -> dict[str, Any]:
        return dict((await self.focal_point.get(self.invited)).json())

    async def wrongs(self) -> list[str]:
        async with self.world.app.state.database.transaction() as session:
            return await wrongs(session)
