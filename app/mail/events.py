"""Facts about mails and the addresses that they go to; addresses themselves stay out."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.events import Event
from app.mail.lifecycle import MessageKind, MessageState


@dataclass(frozen=True, kw_only=True)
class MessageRetried(Event):
    """An organizer had a mail planned again that had not gone out."""

    name: ClassVar[str] = "message.retried"
    kind: MessageKind
    before: MessageState
    person_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class MessageOpened(Event):
    """A mail was opened for the first time, in a committee that wants to know."""

    name: ClassVar[str] = "message.opened"
    kind: MessageKind
    person_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class AddressSuppressed(Event):
    """An address refused a mail for good, and gets no more."""

    name: ClassVar[str] = "address.suppressed"
    message_id: UUID
    person_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class AddressReleased(Event):
    """Somebody lets mails go to the address again."""

    name: ClassVar[str] = "address.released"
