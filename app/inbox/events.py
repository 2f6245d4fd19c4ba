"""Facts about mails that came in; what they say stays out of the log."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.events import Event
from app.inbox.lifecycle import IncomingKind, IncomingState, Reason


@dataclass(frozen=True, kw_only=True)
class IncomingMailEvent(Event):
    name: ClassVar[str] = "incoming_mail"
    kind: IncomingKind
    registration_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class IncomingMailReceived(IncomingMailEvent):
    name: ClassVar[str] = "incoming_mail.received"
    state: IncomingState
    reason: Reason | None


@dataclass(frozen=True, kw_only=True)
class IncomingMailApplied(IncomingMailEvent):
    """An organizer had an answer applied that was held."""

    name: ClassVar[str] = "incoming_mail.applied"


@dataclass(frozen=True, kw_only=True)
class CounterDeclined(IncomingMailEvent):
    """An organizer keeps the time, and whoever proposed another is told so."""

    name: ClassVar[str] = "incoming_mail.counter_declined"


@dataclass(frozen=True, kw_only=True)
class IncomingMailDismissed(IncomingMailEvent):
    name: ClassVar[str] = "incoming_mail.dismissed"
