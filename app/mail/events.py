"""Facts about mails, what they say and where they go; addresses themselves stay out."""

from dataclasses import dataclass
from typing import Any, ClassVar
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


@dataclass(frozen=True, kw_only=True)
class WordingChanged(Event):
    """A committee says it in its own words; `before` is None where it had none."""

    name: ClassVar[str] = "wording.changed"
    kind: str
    language: str
    before: dict[str, Any] | None
    after: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class WordingRemoved(Event):
    """The entry keeps the words."""

    name: ClassVar[str] = "wording.removed"
    kind: str
    language: str
    before: dict[str, Any]
