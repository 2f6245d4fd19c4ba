"""Ways out for mails: a mail server, or a Maildir that every mail program opens."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from app.calendar.writer import plain
from app.core.fields import ascii_domain
from app.mail.mime import Envelope
from app.settings import Settings

TIMEOUT = 30.0
"""Seconds for each word of the conversation with a mail server."""

WHOLE_TIMEOUT = 120.0
ERROR_LENGTH = 300


class Undelivered(Exception):
    """The mail did not go out, as far as is known; it may be tried again."""


class Refused(Undelivered):
    """The mail will never be taken, at this address or as it is."""


class Transport(Protocol):
    async def send(self, envelope: Envelope) -> None:
        """Hand the mail over; raises `Refused` for good or `Undelivered` for now."""


def transport_for(settings: Settings) -> Transport:
    if settings.smtp_host is None:
        return MaildirTransport(settings.data / "mail")
    password = settings.smtp_password
    return SmtpTransport(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=password.get_secret_value() if password else None,
        own_name=ascii_domain(settings.mail_from).rpartition("@")[2],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpTransport:
    """A connection for each mail."""

    host: str
    port: int
    security: str = "starttls"
    user: str | None = None
    password: str | None = None
    timeout: float = TIMEOUT
    own_name: str | None = None
    """What EHLO says; without it the machine's name is looked up, which may take its time."""

    async def send(self, envelope: Envelope) -> None:
        try:
            async with asyncio.timeout(WHOLE_TIMEOUT), self._client() as client:
                options = ["SMTPUTF8"] if envelope.international else []
                await client.sendmail(
                    envelope.sender, envelope.recipient, envelope.data, mail_options=options
                )
        except SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0]) from None
        except (SMTPDataError, SMTPRecipientRefused) as error:
            raise _refusal(error) from None
        except SMTPNotSupported as error:
            kind = Refused if envelope.international else Undelivered
            raise kind(_shown(error)) from None
        except (SMTPException, OSError, ValueError) as error:
            raise Undelivered(_shown(error)) from None

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            timeout=self.timeout,
            local_hostname=self.own_name,
        )


@dataclass(frozen=True, slots=True)
class MaildirTransport:
    """One file for each mail; a second try puts the same file into the same place."""

    folder: Path

    async def send(self, envelope: Envelope) -> None:
        try:
            await asyncio.to_thread(self._deliver, f"{envelope.key}.secretariat", envelope.data)
        except OSError as error:
            raise Undelivered(_shown(error)) from None

    def _deliver(self, name: str, data: bytes) -> None:
        """Written aside, made durable, then moved: readers never see half a mail."""
        for part in ("tmp", "new", "cur"):
            (self.folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.folder / "tmp" / name
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data.replace(b"\r\n", b"\n"))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.folder / "new" / name)


def _refusal(error: SMTPResponseException) -> Undelivered:
    """A 5xx answer about this recipient or this mail is final (RFC 5321 section 4.2.1).

    Answers about the sender, the login or the server itself are not: they are the operator's to
    mend, and the mails wait for it.
    """
    kind = Refused if error.code >= 500 else Undelivered
    return kind(_shown(error))


def _shown(error: Exception) -> str:
    """What an organizer is told; servers may answer with anything."""
    if isinstance(error, SMTPResponseException):
        words = f"{error.code} {error.message}"
    else:
        words = str(error) or type(error).__name__
    return plain(words)[:ERROR_LENGTH]
