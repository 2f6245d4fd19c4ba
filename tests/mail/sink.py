"""A real SMTP server that misbehaves on demand."""

import asyncio
import email
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

from tests.mail.reader import READER

Answer = Callable[["Sink", SMTP], str]


@dataclass
class Sink:
    """Collects mails; `faults` are used up one a mail, before it behaves."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    """Every mail that came through DATA, whatever was answered."""
    senders: list[str] = field(default_factory=list)
    """Of their envelopes."""
    at_recipient: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    """Answers, or `drop` for hanging up once the mail is taken, or `hang` for saying nothing."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    hanging: str | None = None
    """A domain whose recipients never get an answer."""
    connections: int = 0
    resets: int = 0
    sessions: list[SMTP] = field(default_factory=list)

    def hang_up(self) -> None:
        """Close every connection, as after a restart."""
        for each in self.sessions:
            if each.transport is not None:
                each.transport.close()

    async def handle_RSET(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802  # as below
        self.resets += 1
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # the name that aiosmtpd calls
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.hanging is not None and address.endswith(self.hanging):
            await self.released.wait()
            return "421 gone"
        if self.at_recipient:
            return self.at_recipient.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802  # as above
        self.mails.append(envelope.original_content)
        self.senders.append(envelope.mail_from)
        self.arrived.set()
        fault = self.at_data.pop(0) if self.at_data else "250 taken"
        if fault == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if fault == "hang":
            await self.released.wait()
        return fault if fault[0].isdigit() else "421 gone"

    def parsed(self) -> list[EmailMessage]:
        return [email.message_from_bytes(m, policy=READER) for m in self.mails]

    @property
    def message_ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.parsed()]


@asynccontextmanager
async def sink(tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Sink]:
    """The server on a free port of the loopback; encrypted from the beginning with `tls`."""
    handler = Sink()

    def connection() -> SMTP:
        handler.connections += 1
        made = SMTP(handler, hostname="sink.example.org", **({"enable_SMTPUTF8": True} | options))
        handler.sessions.append(made)
        return made

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=tls)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        handler.released.set()
        handler.hang_up()
        server.close()
