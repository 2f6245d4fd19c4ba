"""Mails of a series, from the log to their readers."""

import email
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from sqlalchemy import text

from app.core import clock
from app.events.relay import Following, Relay
from app.jobs.queue import Patience
from app.mail.listeners import FOLLOWER, Planner
from app.mail.mime import Envelope
from app.mail.sending import Sender
from tests.mail.reader import READER
from tests.mail.stage import HOUSE
from tests.series.stage import Stage


@dataclass
class Post:
    """Plans and sends, and keeps what was sent by recipient."""

    stage: Stage
    mails: dict[str, list[EmailMessage]] = field(default_factory=dict)

    async def close(self) -> None: ...

    async def send(self, envelope: Envelope) -> None:
        mail = email.message_from_bytes(envelope.data, policy=READER)
        self.mails.setdefault(envelope.recipient, []).append(mail)

    async def planned(self) -> None:
        database = self.stage.world.app.state.database
        relay = Relay(database, [Following(FOLLOWER, Planner(HOUSE.domain))])
        while await relay.advance():
            pass

    async def delivered(self) -> dict[str, list[EmailMessage]]:
        """The mails that go out now."""
        self.mails.clear()
        await self.planned()
        database = self.stage.world.app.state.database
        due = text("SELECT id FROM messages WHERE state = 'planned' AND due_at <= :now ORDER BY id")
        async with database.transaction() as session:
            ids = (await session.execute(due, {"now": clock.now()})).scalars().all()
        sender = Sender(database, self, HOUSE, Patience())
        for message_id in ids:
            await sender.send(message_id)
        return dict(self.mails)


@dataclass
class Told:
    """A series to which an entity with a focal point is invited, and somebody registered."""

    stage: Stage
    series: dict[str, Any]
    meetings: list[dict[str, Any]]
    entity: dict[str, Any]
    post: Post
