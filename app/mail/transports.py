"""Ways out for mails: a mail server, or a Maildir that every mail program opens."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.core.fields import ascii_domain
from app.mail.answers import Reach
from app.mail.mime import Envelope
from app.mail.smtp import SmtpTransport
from app.mail.undelivered import Bounced, Refused, Undelivered, shown
from app.settings import Settings

__all__ = [
    "Bounced",
    "MaildirTransport",
    "Refused",
    "SmtpTransport",
    "Transport",
    "Undelivered",
    "transport_for",
]


class Transport(Protocol):
    async def send(self, envelope: Envelope) -> None:
        """Hand the mail over.

        Raises `Bounced` or `Refused` for good, or `Undelivered` for now.
        """

    async def close(self) -> None:
        """Let go of what is kept open between mails."""


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


@dataclass(frozen=True, slots=True)
class MaildirTransport:
    """One file for each mail; a second try puts the same file into the same place."""

    folder: Path

    async def send(self, envelope: Envelope) -> None:
        try:
            await asyncio.to_thread(self._deliver, f"{envelope.key}.secretariat", envelope.data)
        except OSError as error:
            raise Undelivered(shown(error), Reach.SERVER) from None

    async def close(self) -> None:
        """There is nothing to let go of."""

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
