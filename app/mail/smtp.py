"""Handing mails to a mail server, over connections that are kept for the next one."""

import asyncio
import contextlib
import ssl
from collections import deque
from dataclasses import dataclass, field
from typing import assert_never

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
    SMTPTimeoutError,
)

from app.mail.answers import Reach, Stage, Verdict, judge
from app.mail.mime import Envelope
from app.mail.undelivered import Bounced, Refused, Undelivered, shown

TIMEOUT = 30.0
"""Seconds for each word of the conversation with a mail server."""

WHOLE_TIMEOUT = 120.0
IDLE = 20.0
"""Seconds for which a connection is kept without a mail."""
PARTING = 2.0
"""Seconds that a server has to say goodbye."""
CLOSING = 421
"""The server hangs up."""


@dataclass(slots=True)
class Conversation:
    """A connection, and how far the mail in hand has come."""

    client: SMTP
    used: bool = False
    """It has carried a mail before, so the server may have hung up meanwhile."""
    stage: Stage = Stage.CONNECTING
    settled: bool = True
    """The server has answered since it was taken up again."""
    since: float = 0.0
    """When it was last put aside."""

    async def hand_over(self, envelope: Envelope) -> None:
        self.stage = Stage.SENDER
        if self.used:
            self.settled = False
            await self.client.rset()
            self.settled = True
        options = [f"size={len(envelope.data)}"] if self._offers("size") else []
        encoding = "ascii"
        if envelope.international:
            if not self._offers("smtputf8"):
                raise SMTPNotSupported("The mail server takes no addresses beyond ASCII.")
            options.append("SMTPUTF8")
            encoding = "utf-8"
        await self.client.mail(envelope.sender, options=options, encoding=encoding)
        self.stage = Stage.RECIPIENT
        await self.client.rcpt(envelope.recipient, encoding=encoding)
        self.stage = Stage.DATA
        await self.client.data(envelope.data)

    def is_stale(self, error: Exception) -> bool:
        """Whether a kept connection had gone, so that a fresh one may do better.

        Once the mail itself was on its way it may have been taken: then nothing is repeated here.
        """
        if not self.used or self.stage is Stage.DATA:
            return False
        if not self.settled or isinstance(error, ConnectionError):
            return True
        return self.stage is Stage.SENDER and getattr(error, "code", None) == CLOSING

    def _offers(self, extension: str) -> bool:
        return self.client.supports_extension(extension)


@dataclass(slots=True, kw_only=True)
class SmtpTransport:
    """A small pool of connections to one server; as many are open as mails are under way."""

    host: str
    port: int
    security: str = "starttls"
    user: str | None = None
    password: str | None = None
    timeout: float = TIMEOUT
    whole_timeout: float = WHOLE_TIMEOUT
    idle: float = IDLE
    own_name: str | None = None
    """What EHLO says; without it the machine's name is looked up, which may take its time."""
    tls: ssl.SSLContext | None = None
    """Whom to trust; by default whom the machine trusts."""
    _kept: deque[Conversation] = field(default_factory=deque)
    _partings: set[asyncio.Task[None]] = field(default_factory=set)

    async def send(self, envelope: Envelope) -> None:
        """See `Transport`; a kept connection that has gone is replaced once, unseen."""
        conversation = self._take()
        try:
            async with asyncio.timeout(self.whole_timeout):
                conversation = await self._carry(conversation, envelope)
        except BaseException as error:
            self._drop_or_keep(conversation, error)
            if isinstance(error, SMTPException | OSError | ValueError):
                raise self._undelivered(conversation, error) from None
            raise
        self._keep(conversation)

    async def close(self) -> None:
        """Say goodbye on all connections."""
        while self._kept:
            self._part(self._kept.pop())
        await asyncio.gather(*self._partings)

    async def _carry(self, conversation: Conversation, envelope: Envelope) -> Conversation:
        """The conversation in which the mail was handed over."""
        try:
            await self._open(conversation)
            await conversation.hand_over(envelope)
        except Exception as error:
            if not conversation.is_stale(error):
                raise
            conversation.client.close()
            conversation.client, conversation.used = self._client(), False
            await self._open(conversation)
            await conversation.hand_over(envelope)
        return conversation

    async def _open(self, conversation: Conversation) -> None:
        if conversation.used:
            return
        conversation.stage = Stage.CONNECTING
        if self.security != "none" and self.tls is None:
            self.tls = await asyncio.to_thread(ssl.create_default_context)
            conversation.client = self._client()
        await conversation.client.connect()
        if conversation.client.is_ehlo_or_helo_needed:
            await conversation.client.ehlo()

    def _take(self) -> Conversation:
        """The connection that was used last, if one is still good; else one yet to be opened."""
        self._expire()
        while self._kept:
            conversation = self._kept.pop()
            if conversation.client.is_connected:
                return conversation
            conversation.client.close()
        return Conversation(self._client())

    def _keep(self, conversation: Conversation) -> None:
        if not conversation.client.is_connected:
            return
        loop = asyncio.get_running_loop()
        conversation.used = True
        conversation.since = loop.time()
        self._kept.append(conversation)
        loop.call_later(self.idle, self._expire)

    def _expire(self) -> None:
        """Close what has been idle for too long; the oldest are in front."""
        oldest = asyncio.get_running_loop().time() - self.idle
        while self._kept and self._kept[0].since <= oldest:
            self._part(self._kept.popleft())

    def _part(self, conversation: Conversation) -> None:
        task = asyncio.get_running_loop().create_task(_say_goodbye(conversation.client))
        self._partings.add(task)
        task.add_done_callback(self._partings.discard)

    def _drop_or_keep(self, conversation: Conversation, error: BaseException) -> None:
        """A plain refusal leaves the connection good; after anything else nobody knows."""
        refusal = isinstance(error, SMTPNotSupported) or (
            isinstance(error, SMTPResponseException) and error.code >= 400 and error.code != CLOSING
        )
        if refusal and conversation.stage is not Stage.CONNECTING:
            self._keep(conversation)
        else:
            conversation.client.close()

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            tls_context=self.tls if self.security != "none" else None,
            timeout=self.timeout,
            local_hostname=self.own_name,
        )

    def _undelivered(self, conversation: Conversation, error: Exception) -> Undelivered:
        stage = conversation.stage
        if isinstance(error, SMTPAuthenticationError):
            stage = Stage.CONNECTING
        if isinstance(error, SMTPResponseException) and error.code >= 400:
            return _answered(stage, error)
        if isinstance(error, SMTPNotSupported) and stage is not Stage.CONNECTING:
            return Refused(shown(error))
        if isinstance(error, ValueError) and not isinstance(error, OSError):
            return Undelivered(shown(error))  # no address that SMTP can say
        return Undelivered(self._words(error, stage), _reach(error, stage))

    def _words(self, error: Exception, stage: Stage) -> str:
        """What went wrong, so that an operator knows what to mend."""
        distrust = _cause(error, ssl.SSLCertVerificationError)
        if isinstance(distrust, ssl.SSLCertVerificationError):
            return f"The certificate of {self.host} is not valid: {distrust.verify_message}"
        if _cause(error, ssl.SSLError) is not None:
            return f"No TLS with {self.host}: {shown(error)}"
        if stage is Stage.CONNECTING and "STARTTLS extension not supported" in str(error):
            return f"{self.host} offers no STARTTLS, and nothing is sent unencrypted."
        if _is_timeout(error) and not isinstance(error, SMTPTimeoutError):
            return f"{self.host} took longer than {self.whole_timeout:g} s."
        return shown(error)


def _answered(stage: Stage, error: SMTPResponseException) -> Undelivered:
    found = judge(stage, error.code, str(error.message))
    match found.verdict:
        case Verdict.LATER:
            return Undelivered(shown(error), found.reach)
        case Verdict.REFUSED:
            return Refused(shown(error))
        case Verdict.BOUNCED:
            return Bounced(shown(error), hard=False)
        case Verdict.NO_SUCH_ADDRESS:
            return Bounced(shown(error), hard=True)
        case _:
            assert_never(found.verdict)


def _reach(error: Exception, stage: Stage) -> Reach:
    """A server that says nothing is not asked again at once; for whom it hangs, the stage tells."""
    if stage in (Stage.CONNECTING, Stage.SENDER):
        return Reach.SERVER
    return Reach.DOMAIN if _is_timeout(error) else Reach.MAIL


def _is_timeout(error: Exception) -> bool:
    return isinstance(error, TimeoutError | SMTPTimeoutError)


def _cause(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    """The first of this kind among the error and what it came from."""
    place: BaseException | None = error
    while place is not None and not isinstance(place, kind):
        place = place.__cause__ or place.__context__
    return place


async def _say_goodbye(client: SMTP) -> None:
    with contextlib.suppress(SMTPException, OSError):
        async with asyncio.timeout(PARTING):
            await client.quit()
    client.close()
