"""Facts about credentials."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.events import Event


@dataclass(frozen=True, kw_only=True)
class CredentialsEvent(Event):
    name: ClassVar[str] = "credentials"
    invitation_id: UUID


@dataclass(frozen=True, kw_only=True)
class CredentialsPresented(CredentialsEvent):
    name: ClassVar[str] = "credentials.presented"
    file_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class CredentialsChecked(CredentialsEvent):
    name: ClassVar[str] = "credentials.checked"


@dataclass(frozen=True, kw_only=True)
class CredentialsReturned(CredentialsEvent):
    """The reason is the organizer's, which the entity reads: it names nobody."""

    name: ClassVar[str] = "credentials.returned"
    reason: str
