"""A committee whose entities are invited, a worker's looks at the clock, and what was planned."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.core.database import Database
from app.events.relay import Following, Relay
from app.mail.listeners import FOLLOWER, Planner
from app.reminders import running
from tests.world import World, post

START = datetime(2021, 9, 1, 12, tzinfo=UTC)
"""Five weeks before the meeting."""
CLOSES = datetime(2021, 10, 5, 22, tzinfo=UTC)
"""18:00 in New York, three working days before the meeting."""
ANSWER = {"before": {"working_days": 3}, "time": "09:00", "about": "answer"}
ANSWER_DUE = datetime(2021, 9, 30, 13, tzinfo=UTC)
ESCALATION = {"before": {"working_days": 1}, "time": "09:00", "about": "answer", "to": "principal"}
ESCALATION_DUE = datetime(2021, 10, 4, 13, tzinfo=UTC)
DELEGATION = {"before": {"days": 1}, "time": "09:00", "about": "delegation"}
ATTENDANCE = {"before": {"hours": 24}, "anchor": "start", "about": "attendance"}


@dataclass
class Morning:
    """Verbs of a test; the clock is the test's own."""

    world: World
    committee: dict[str, Any] = field(default_factory=dict)
    meeting: dict[str, Any] = field(default_factory=dict)
    relay: Relay = field(init=False)

    def __post_init__(self) -> None:
        self.relay = Relay(self.database, [Following(FOLLOWER, Planner("example.org"))])

    @property
    def database(self) -> Database:
        database: Database = self.world.app.state.database
        return database

    @property
    def path(self) -> str:
        return f"/v1/meetings/{self.meeting['id']}"

    async def set(self, *steps: dict[str, Any], **members: Any) -> None:
        """An announced meeting, with these steps of its committee."""
        self.committee = await self.world.committee(timezone="America/New_York")
        rule = {"registration_deadline": {"working_days_before": 3, "time": "18:00"}}
        self.meeting = await self.world.meeting(self.committee, **rule | members)
        await self.world.scheduled(self.meeting)
        await self.plan(*steps)

    async def plan(self, *steps: dict[str, Any]) -> Any:
        path = f"/v1/committees/{self.committee['id']}/reminder-steps"
        answer = await self.world.administrator.put(path, json={"steps": list(steps)})
        assert answer.is_success, answer.text
        return answer.json()

    async def invited(self, *kinds: str) -> dict[str, Any]:
        """An invitation that was sent to an entity with focal points of these kinds."""
        entity = await self.world.entity()
        for kind in kinds or ("principal",):
            email = f"{kind}.{entity['handle']}@example.org"
            person = {"name": f"{kind} of {entity['handle']}", "email": email}
            path = f"/v1/entities/{entity['id']}/focal-points"
            await post(self.world.administrator, path, {"person": person, "kind": kind})
        return await self.world.invitation(self.meeting, entity)

    async def answer(self, invitation: dict[str, Any], said: str) -> None:
        path = f"{self.path}/invitations/{invitation['id']}/answer"
        await post(self.world.administrator, path, {"answer": said})

    async def look(self) -> None:
        """What the worker does every half a minute, and then what follows from the log."""
        await running.look(self.database)
        await self.follow()

    async def follow(self) -> None:
        while await self.relay.advance():
            pass

    async def planned(self, kind: str) -> list[str]:
        """To whom mails of a kind were planned, in the order of the addresses."""
        return sorted([each["recipient"] for each in await self.messages(kind)])

    async def messages(self, kind: str) -> list[dict[str, Any]]:
        query: dict[str, str | int] = {"kind": kind, "limit": 200, "sort": "created_at"}
        answer = await self.world.administrator.get("/v1/messages", params=query)
        assert answer.is_success, answer.text
        return list(answer.json()["items"])

    async def steps(self) -> list[dict[str, Any]]:
        """As the organizer sees them."""
        answer = await self.world.administrator.get(f"{self.path}/reminders")
        assert answer.is_success, answer.text
        return list(answer.json()["steps"])
