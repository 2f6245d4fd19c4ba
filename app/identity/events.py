"""Facts about accounts, grants, tokens and links."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.events import Event
from app.identity.lifecycle import LinkPurpose, Role


@dataclass(frozen=True, kw_only=True)
class AccountCreated(Event):
    name: ClassVar[str] = "account.created"


@dataclass(frozen=True, kw_only=True)
class AccountChanged(Event):
    name: ClassVar[str] = "account.changed"
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    name: ClassVar[str] = "grant.made"
    account_id: UUID
    role: Role


@dataclass(frozen=True, kw_only=True)
class RoleRevoked(Event):
    name: ClassVar[str] = "grant.revoked"
    account_id: UUID
    role: Role


@dataclass(frozen=True, kw_only=True)
class TokenCreated(Event):
    name: ClassVar[str] = "token.created"
    account_id: UUID
    scopes: list[str]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    name: ClassVar[str] = "token.revoked"


@dataclass(frozen=True, kw_only=True)
class LinkExchanged(Event):
    name: ClassVar[str] = "link.exchanged"
    purpose: LinkPurpose


@dataclass(frozen=True, kw_only=True)
class LinkCodeAsked(Event):
    """Somebody opened a bound link; the code that follows from this goes to its mailbox."""

    name: ClassVar[str] = "link.code_asked"
    purpose: LinkPurpose
    resource_id: UUID
    person_id: UUID | None
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class LinkRevoked(Event):
    """An organizer let a link die, with the session made from it."""

    name: ClassVar[str] = "link.revoked"
    purpose: LinkPurpose
    resource_id: UUID
    person_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class LinkRenewalAsked(Event):
    """A fresh link is to go to the person of an old one: they, or an organizer, asked for it."""

    name: ClassVar[str] = "link.renewal_asked"
    purpose: LinkPurpose
    resource_id: UUID
    person_id: UUID | None
