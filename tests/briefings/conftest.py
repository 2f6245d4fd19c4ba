"""A meeting with two briefings between other items, and everybody who has to do with them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from app.events.relay import Following, Relay
from app.jobs.queue import Patience
from app.mail.letters import House
from app.mail.listeners import FOLLOWER, Planner
from app.mail.sending import Sender
from app.mail.tables import Message
from tests.agenda.planning import Planning, item
from tests.reminders.test_mails import Outbox, text_of
from tests.world import World, post

SUMMER = datetime(2021, 9, 1, 12, tzinfo=UTC)
"""Five weeks before the meeting."""


@dataclass
class Briefings:
    """Two groups brief, after an opening: at 10:10 and 10:30 in New York, 20 and 10 minutes."""

    planning: Planning
    groups: list[dict[str, Any]]
    chair: httpx.AsyncClient
    """Organizes the first group."""
    items: list[str]
    stranger: httpx.AsyncClient

    @classmethod
    async def of(cls, world: World, **members: Any) -> "Briefings":
        planning = await Planning.of(world, **members)
        groups = [
            await world.committee(parent=planning.committee["handle"], name={"en": name})
            for name in ("Border Management", "Human Rights")
        ]
        agenda = await planning.put(
            item("Opening", kind="opening", minutes=10),
            item("Borders", kind="briefing", minutes=20, working_group=groups[0]["handle"]),
            item("Rights", kind="briefing", minutes=10, working_group=groups[1]["handle"]),
            item("Closing", kind="closing", minutes=5),
        )
        items = [each["id"] for each in agenda["items"][1:3]]
        return cls(
            planning, groups, await world.organizer(groups[0]), items, await world.client(None)
        )

    @property
    def path(self) -> str:
        return f"{self.planning.path}/briefings"

    async def ask(self, **contact: Any) -> list[dict[str, Any]]:
        """Both groups: the first by its contact, the second by its accounts."""
        asked: list[dict[str, Any]] = [{"item_id": each} for each in self.items]
        if contact:
            asked[0]["contact"] = contact
        found = await post(self.planning.organizer, self.path, {"ask": asked})
        return list(found["briefings"])

    async def name(self, briefing: Any, by: httpx.AsyncClient, **members: Any) -> httpx.Response:
        body = {"name": "Amina Rossi"} | members
        return await by.put(f"{self.path}/{briefing['id']}/briefer", json=body)

    async def glance(self) -> Any:
        return (await self.planning.organizer.get(self.path)).json()

    async def mails(self) -> list[tuple[str, str, str]]:
        """Recipient, subject and text of every mail that goes out now."""
        app = self.planning.world.app
        database = app.state.database
        relay = Relay(database, [Following(FOLLOWER, Planner("example.org"))])
        while await relay.advance():
            pass
        house = House(
            mail_from="secretariat@example.org",
            answer_url="https://secretariat.example.org/answer",
            join_url="https://secretariat.example.org/join",
            secret=app.state.secret,
            url="https://secretariat.example.org",
        )
        outbox = Outbox()
        sender = Sender(database, outbox, house, Patience())
        async with database.transaction() as session:
            ids = list(
                (await session.execute(select(col(Message.id)).order_by(col(Message.id)))).scalars()
            )
        for message_id in ids:
            await sender.send(message_id)
        return [(str(m["To"]), str(m["Subject"]), text_of(m)) for m in outbox.mails]


@pytest.fixture
async def briefings(world: World, set_clock) -> Briefings:
    set_clock(SUMMER)
    return await Briefings.of(world)
