"""Both ways of the mail over real SMTP on loopback."""

import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Self

import aiosmtplib
from sqlalchemy import update
from sqlmodel import col, select

from app.core.database import Database
from app.inbox.tables import IncomingMail
from app.jobs.queue import Patience
from app.mail.letters import House
from app.mail.lifecycle import MessageState
from app.mail.sending import Sender
from app.mail.smtp import SmtpTransport
from app.mail.tables import Message
from app.receiver import listening
from app.registrations.tables import Registration
from app.settings import Settings
from tests.mail.sink import Sink
from tests.mail.stage import DAY, Stage


@dataclass
class Post:
    """What goes out lands in the sink; what is handed in reaches the receiver."""

    stage: Stage
    sink: Sink
    sender: Sender
    house: House
    port: int

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, database: Database, stage: Stage, sink: Sink, house: House
    ) -> AsyncIterator[Self]:
        transport = SmtpTransport(
            host="127.0.0.1", port=sink.port, security="none", own_name="example.org"
        )
        sender = Sender(database, transport, house, Patience())
        async with listening(settings, database) as (_, port):
            yield cls(stage, sink, sender, house, port)
        await transport.close()

    async def deliver(self) -> list[EmailMessage]:
        """Plan and send all that is due; gives what arrived outside by this."""
        await self.stage.follow()
        async with self.stage.database.transaction() as session:
            await session.execute(update(Message).values(due_at=DAY))
        before = len(self.sink.mails)
        for message in await self.stage.messages():
            if message.state is MessageState.PLANNED:
                await self.sender.send(message.id)
        return self.sink.parsed()[before:]

    async def hand_in(
        self, mail: bytes, recipient: str, sender: str = "person1@example.org"
    ) -> tuple[int, str]:
        """The receiver's answer to a mail."""
        client = aiosmtplib.SMTP(
            hostname="127.0.0.1",
            port=self.port,
            start_tls=False,
            local_hostname="outside.example.org",
            timeout=60,
        )
        async with client:
            try:
                _, words = await client.sendmail(sender, [recipient], mail)
            except aiosmtplib.SMTPRecipientsRefused as error:
                return error.recipients[0].code, error.recipients[0].message
            except aiosmtplib.SMTPResponseException as error:
                return error.code, error.message
        return 250, words

    async def rows(self) -> list[IncomingMail]:
        async with self.stage.database.transaction() as session:
            statement = select(IncomingMail).order_by(col(IncomingMail.id))
            return list((await session.execute(statement)).scalars())

    async def outcomes(self) -> list[tuple[str, str, str | None]]:
        """Kind, state and reason of every mail that came in, in its order."""
        return [
            (row.kind.value, row.state.value, row.reason and row.reason.value)
            for row in await self.rows()
        ]

    async def participation(self, registration_id: Any) -> str:
        async with self.stage.database.transaction() as session:
            return (await session.get_one(Registration, registration_id)).participation.value

    async def message(self, message_id: str) -> Message:
        async with self.stage.database.transaction() as session:
            statement = select(Message).where(col(Message.message_id) == message_id)
            return (await session.execute(statement)).scalar_one()


def request_of(mail: EmailMessage) -> bytes:
    """The calendar object in a mail of the service."""
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes), "it is one part"
    return found


def read(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)
