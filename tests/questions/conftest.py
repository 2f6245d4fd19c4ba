"""A meeting that asks, two entities that are invited, and those who act for them."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.world import World, named, post


def question(name: str, kind: str = "short_text", **members: Any) -> dict[str, Any]:
    """A question as it is sent; words that nobody looks at are left to it."""
    body = {"id": name, "kind": kind, "label": {"en": f"{name}?"}, "purpose": {"en": "A test."}}
    if kind in {"one_choice", "many_choices"}:
        members.setdefault("options", ["a", "b", "c"])
        members["options"] = [
            {"value": value, "label": {"en": f"Option {value}"}} for value in members["options"]
        ]
    if kind == "consent":
        members.setdefault("statement", {"en": "I agree."})
    return body | members


def when(name: str, value: Any = None, operator: str = "is") -> dict[str, Any]:
    return {"question": name, "operator": operator, "value": value}


@dataclass
class Asking:
    """The meeting's addresses, and what is done with them."""

    world: World
    meeting: dict[str, Any]
    entity: dict[str, Any]
    invitation: dict[str, Any]
    focal_point: httpx.AsyncClient
    organizer: httpx.AsyncClient

    @property
    def path(self) -> str:
        return f"/v1/meetings/{self.meeting['id']}"

    async def ask(self, *questions: dict[str, Any]) -> dict[str, Any]:
        """Let these be the meeting's questions."""
        answer = await self.put_form(*questions)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def put_form(self, *questions: dict[str, Any]) -> httpx.Response:
        body = {"questions": list(questions)}
        headers = {"If-Match": "*"}
        return await self.organizer.put(f"{self.path}/form", json=body, headers=headers)

    async def register(self, number: int, **members: Any) -> dict[str, Any]:
        body = named(number, **members)
        return dict(await post(self.focal_point, f"{self.path}/registrations", body))

    async def refused(self, number: int, **members: Any) -> dict[str, str]:
        """What is wrong with registering so, by pointer."""
        answer = await self.focal_point.post(
            f"{self.path}/registrations", json=named(number, **members)
        )
        return faults(answer)

    async def answers(
        self, registration: dict[str, Any], client: httpx.AsyncClient | None = None
    ) -> dict[str, Any]:
        path = f"{self.path}/registrations/{registration['id']}/answers"
        answer = await (client or self.focal_point).get(path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def put(
        self,
        registration: dict[str, Any],
        answers: dict[str, Any],
        client: httpx.AsyncClient | None = None,
    ) -> httpx.Response:
        path = f"{self.path}/registrations/{registration['id']}/answers"
        return await (client or self.focal_point).put(path, json={"answers": answers})

    async def registration(self, registration: dict[str, Any]) -> dict[str, Any]:
        path = f"{self.path}/registrations/{registration['id']}"
        return dict((await self.focal_point.get(path)).json())


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {error["pointer"]: error["detail"] for error in answer.json()["errors"]}


@pytest.fixture
async def asking(world: World) -> Asking:
    committee = await world.committee()
    meeting = await world.scheduled(await world.meeting(committee))
    entity = await world.entity()
    return Asking(
        world,
        meeting,
        entity,
        await world.invitation(meeting, entity, seat_quota=20),
        await world.focal_point_of(entity),
        await world.organizer(committee),
    )
