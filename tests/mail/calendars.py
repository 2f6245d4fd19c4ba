"""Calendars that follow the mails: what each has done to the entries of its reader."""

import asyncio
import email
import email.policy
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

import icalendar
import vobject
from sqlalchemy import text

from app.core import clock
from app.core.database import Database
from app.events.relay import Following, Relay
from app.jobs.queue import Patience
from app.mail.listeners import FOLLOWER, Planner
from app.mail.mime import Envelope
from app.mail.sending import Sender
from tests.mail.stage import HOUSE


@dataclass(frozen=True, slots=True)
class Entry:
    """What a mail did to the calendar of its reader."""

    method: str
    sequence: int
    starts: datetime


@dataclass
class Outbox:
    """A transport that keeps the calendar entries of each UID, in the order of sending."""

    entries: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))

    async def close(self) -> None: ...

    async def send(self, envelope: Envelope) -> None:
        mail = email.message_from_bytes(envelope.data, policy=email.policy.default)
        for part in mail.walk():
            if part.get_content_type() == "text/calendar":
                calendar = icalendar.Calendar.from_ical(part.get_content())
                (event,) = calendar.walk("VEVENT")
                start = event.decoded("DTSTART").astimezone(UTC)
                entry = Entry(str(calendar["METHOD"]), int(event.decoded("SEQUENCE")), start)
                assert entry == _read_otherwise(part.get_content())
                self.entries[str(event["UID"])].append(entry)


@dataclass
class Worker:
    """Plans and sends mails, as the worker's process does, for as long as it is let."""

    database: Database
    outbox: Outbox = field(default_factory=Outbox)
    relay: Relay = field(init=False)
    sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        self.relay = Relay(self.database, [Following(FOLLOWER, Planner(HOUSE.domain))])
        self.sender = Sender(self.database, self.outbox, HOUSE, Patience())

    async def work_until(self, done: asyncio.Event) -> None:
        while not done.is_set():
            await self.work()
        while await self.work():
            pass

    async def work(self) -> bool:
        """One pass; whether anything was there to be done."""
        more = await self.relay.advance()
        async with self.database.transaction() as session:
            due = text(
                "SELECT id FROM messages WHERE state = 'planned' AND due_at <= :now ORDER BY id"
            )
            found = (await session.execute(due, {"now": clock.now()})).scalars().all()
        for message_id in found:
            await self.sender.send(message_id)
        return more or bool(found)


def _read_otherwise(calendar: str) -> Entry:
    """The same entry, as vobject reads it."""
    read = vobject.readOne(calendar)
    start = read.vevent.dtstart.value.astimezone(UTC)
    return Entry(read.method.value, int(read.vevent.sequence.value), start)
