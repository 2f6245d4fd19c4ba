"""The receiver's side of SMTP and LMTP (RFC 5321, RFC 2033): bounded, and honest to the sender.

250 is said once the mail is in the database, and not before. Recipients that are none of ours are
refused before a mail is read; what is too large is refused without being kept.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, syntax
from sqlalchemy.exc import DBAPIError

from app.core.database import RETRYABLE, Database, is_unavailable, sqlstate
from app.inbox.intake import Postbox, take_in
from app.inbox.lifecycle import Way
from app.inbox.mime import MailRefused
from app.inbox.reading import Incoming, read_mail

MAX_CONNECTIONS = 50
MAX_RECIPIENTS = 100
MAX_WHOLE_MAILS = 4
"""So many times the limit may be held in memory at once, over all connections."""
IDLE_SECONDS = 60.0
DATA_SECONDS = 300.0
"""For the whole of a mail, so that nobody holds a connection by sending drop by drop."""
PATIENCE = 3
"""So many times the limit of a mail that is refused anyway is listened to; then we hang up."""
ATTEMPTS = 4

TAKEN = "250 2.0.0 Taken in"
TOO_LARGE = "552 5.3.4 The mail is larger than the limit"
BUSY = "452 4.3.1 Too much mail at once, try again later"
LATER = "451 4.3.0 Try again later"
NO_SUCH_ADDRESS = "550 5.1.1 No such address here"
TOO_MANY = "421 4.3.2 Too many connections, try again later"

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Postmaster:
    """What all connections share; also aiosmtpd's handler."""

    database: Database
    postbox: Postbox
    limit: int
    via: Way = Way.LMTP
    authserv_id: str | None = None
    connections: int = 0
    octets: int = 0
    """Of mails that are being received or read."""

    def connection(self) -> asyncio.Protocol:
        """A protocol for one more connection; one that only says no where there are too many."""
        if self.connections >= MAX_CONNECTIONS:
            return _Refusal()
        kind = LmtpConnection if self.via is Way.LMTP else SmtpConnection
        return kind(
            self,
            data_size_limit=self.limit,
            enable_SMTPUTF8=True,
            hostname=self.postbox.domain,
            ident="Secretariat",
            timeout=IDLE_SECONDS,
            loop=asyncio.get_running_loop(),
        )

    def may_hold(self, octets: int) -> bool:
        return self.octets + octets <= MAX_WHOLE_MAILS * self.limit

    async def handle_RCPT(  # noqa: N802  # the name that aiosmtpd calls
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if not self.postbox.takes(address):
            return NO_SUCH_ADDRESS
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        """The last line of defence; nothing of the mail is in the log."""
        log.error("a mail was not taken in", exc_info=error)
        return LATER

    async def take(self, content: bytes, sender: str, recipients: list[str]) -> str:
        """The answer to a whole mail."""
        try:
            incoming = await read_mail(content, authserv_id=self.authserv_id)
        except MailRefused as error:
            return f"554 5.6.0 {error}".encode("ascii", "replace").decode()
        for _ in range(ATTEMPTS):
            try:
                return await self._keep(incoming, sender, recipients)
            except DBAPIError as error:
                if sqlstate(error) not in RETRYABLE:
                    return self._put_off(error)
            except OSError as error:
                return self._put_off(error)
        return LATER

    async def _keep(self, incoming: Incoming, sender: str, recipients: list[str]) -> str:
        async with self.database.transaction() as session:
            mail = await take_in(
                session,
                self.postbox,
                incoming,
                via=self.via,
                recipients=recipients,
                sender="" if sender == "<>" else sender,
            )
        log.info("mail in", mail=str(mail.id), kind=mail.kind.value, state=mail.state.value)
        return TAKEN

    def _put_off(self, error: Exception) -> str:
        if is_unavailable(error):
            log.warning("database unavailable", error=type(error).__name__)
        else:
            log.error("a mail was not taken in", exc_info=error)
        return LATER


class _Bounded:
    """Receives a mail in bounded memory and time; mixed in before aiosmtpd's own class."""

    event_handler: Postmaster
    envelope: Any
    transport: Any
    line_length_limit = 2**14
    _reader: asyncio.StreamReader

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.connections += 1
        super().connection_made(transport)  # type: ignore[misc]  # of the protocol behind

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.connections -= 1
        super().connection_lost(error)  # type: ignore[misc]  # as above

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802  # the name that aiosmtpd calls
        connection: Any = self
        if await connection.check_helo_needed():
            return
        if arg or not self.envelope.rcpt_tos:
            await connection.push("501 5.5.4 DATA" if arg else "503 5.5.1 Name a recipient first")
            return
        await connection.push("354 End data with <CR><LF>.<CR><LF>")
        connection._reset_timeout(DATA_SECONDS)  # noqa: SLF001  # it counts from here
        answer = await self._answer()
        recipients = len(self.envelope.rcpt_tos)
        self.envelope = connection._create_envelope()  # noqa: SLF001  # the mail is dealt with
        connection._reset_timeout()  # noqa: SLF001  # as above
        await connection.push("\r\n".join([answer] * self.answers(recipients)))

    def answers(self, recipients: int) -> int:
        """How many a mail gets."""
        return 1

    async def _answer(self) -> str:
        master, envelope = self.event_handler, self.envelope
        content = _Content(master)
        try:
            if not await content.receive(self._reader):
                self.transport.abort()
                # The end of the connection cancels this task; nothing is left to be said.
                await asyncio.get_running_loop().create_future()
            if content.refusal is not None:
                return content.refusal
            return await master.take(content.whole(), envelope.mail_from, list(envelope.rcpt_tos))
        finally:
            content.release()


class SmtpConnection(_Bounded, SMTP):
    """One answer for a mail."""


class LmtpConnection(_Bounded, LMTP):
    """An answer for each recipient (RFC 2033 section 4.2)."""

    def answers(self, recipients: int) -> int:
        return recipients


@dataclass(slots=True)
class _Content:
    """The octets of one mail as they arrive."""

    master: Postmaster
    octets: bytearray = field(default_factory=bytearray)
    refusal: str | None = None
    seen: int = 0
    _end: bytes = b"\r\n"

    async def receive(self, reader: asyncio.StreamReader) -> bool:
        """Up to the line with a dot alone; False where it does not come in time."""
        while self.seen <= PATIENCE * self.master.limit:
            try:
                chunk = await reader.readuntil(b".\r\n")
            except asyncio.LimitOverrunError as error:
                chunk = await reader.read(error.consumed)
            self._end = (self._end + chunk[-5:])[-5:]
            self._take(chunk)
            if self._end == b"\r\n.\r\n":
                return True
        return False

    def whole(self) -> bytes:
        """Without the last dot, and without the dots that stand before dots."""
        first = 1 if self.octets[:1] == b"." and len(self.octets) > 3 else 0
        return bytes(self.octets[first:-3]).replace(b"\r\n.", b"\r\n")

    def release(self) -> None:
        self.master.octets -= len(self.octets)
        self.octets = bytearray()

    def _take(self, chunk: bytes) -> None:
        self.seen += len(chunk)
        if self.refusal is None and self.seen > self.master.limit:
            self.refusal = TOO_LARGE
        if self.refusal is None and not self.master.may_hold(len(chunk)):
            self.refusal = BUSY
        if self.refusal is not None:
            self.release()
            return
        self.octets += chunk
        self.master.octets += len(chunk)


class _Refusal(asyncio.Protocol):
    """Says that there are too many, and hangs up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(TOO_MANY.encode() + b"\r\n")
        transport.close()
