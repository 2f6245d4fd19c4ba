"""Mails to panellists, through a real mail server, and what the readers do with them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, Self

import httpx
import icalendar
import vobject
from sqlalchemy import text

from app.core import clock
from app.events.relay import Following, Relay
from app.jobs.queue import Patience
from app.mail.house import house_of
from app.mail.listeners import FOLLOWER, Planner
from app.mail.sending import Sender
from app.mail.smtp import SmtpTransport
from tests.agenda.planning import Planning
from tests.calendar.truth.readers import by_ical
from tests.mail.sink import Sink, sink
from tests.world import post

DAY = datetime(2021, 9, 1, 12, tzinfo=UTC)
"""Five weeks before the meetings."""
_TOKEN = re.compile(r"/speak#(\S+)")


@dataclass
class PostOffice:
    """The worker's part: plans and sends what the log asks for."""

    planning: Planning
    server: Sink
    sender: Sender
    relay: Relay
    read: int = 0
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def of(cls, planning: Planning) -> AsyncIterator[Self]:
        state = planning.world.app.state
        house = house_of(state.settings, state.secret)
        async with sink() as server:
            transport = SmtpTransport(
                host="127.0.0.1", port=server.port, security="none", timeout=5.0
            )
            sender = Sender(state.database, transport, house, Patience())
            relay = Relay(state.database, [Following(FOLLOWER, Planner(house.domain))])
            yield cls(planning, server, sender, relay)
            await transport.close()

    async def deliver(self) -> list[EmailMessage]:
        """Everything that is due by now; the mails that this brought, sorted by who gets them."""
        again = True
        while again:
            await self.plan()
            due = text("SELECT id FROM messages WHERE state = 'planned' AND due_at <= :now")
            async with self.planning.world.app.state.database.transaction() as session:
                found = (await session.execute(due, {"now": clock.now()})).scalars().all()
            for message_id in found:
                await self.sender.send(message_id)
            again = bool(found)
        mails = self.server.parsed()[self.read :]
        self.read += len(mails)
        return sorted(mails, key=lambda mail: str(mail["To"]))

    async def plan(self) -> None:
        """What the log asks for, of which nothing goes out yet."""
        while await self.relay.advance():
            pass

    async def session_of(self, mail: EmailMessage) -> httpx.AsyncClient:
        """Whoever opens the link of a mail."""
        made = await post(self.planning.organizer, "/v1/links/exchange", {"token": token_of(mail)})
        return await self.planning.world.client(made["token"])


def entries(mails: list[EmailMessage]) -> list[tuple[str, str, str, str, int]]:
    """Of each mail with an entry: address, METHOD, STATUS, UID and SEQUENCE."""
    found = [(str(mail["To"]), each) for mail in mails if (each := entry_of(mail)) is not None]
    told = ("method", "status", "uid", "sequence")
    return [(to, *(each[name] for name in told)) for to, each in found]


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def token_of(mail: EmailMessage) -> str:
    found = _TOKEN.search(words(mail))
    assert found is not None, words(mail)
    return found[1]


def entry_of(mail: EmailMessage) -> dict[str, Any] | None:
    """The calendar entry of a mail, as three parsers read it that are not the writer's."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            text_ = part.get_content()
            read = icalendar.Calendar.from_ical(text_)
            (event,) = read.walk("VEVENT")
            other = vobject.readOne(text_)
            assert other.method.value == str(read["METHOD"]) == part.get_param("method")
            start = event.decoded("DTSTART")
            third = by_ical(text_)
            assert [(third.method, each.sequence, each.start) for each in third.events] == [
                (str(read["METHOD"]), int(event.decoded("SEQUENCE")), start.astimezone(UTC))
            ]
            assert other.vevent.dtstart.value.astimezone(UTC) == start.astimezone(UTC)
            return {
                "method": str(read["METHOD"]),
                "uid": str(event["UID"]),
                "sequence": int(event.decoded("SEQUENCE")),
                "status": str(event["STATUS"]),
                "start": start.astimezone(UTC),
                "zone": str(event["DTSTART"].params.get("TZID", "UTC")),
                "wall": start.replace(tzinfo=None),
                "attendee": str(event["ATTENDEE"]),
                "location": str(event.get("LOCATION", "")),
            }
    return None
