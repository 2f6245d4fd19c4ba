"""Facts about feeds; never their addresses."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.events import Event
from app.feeds.lifecycle import FeedKind


@dataclass(frozen=True, kw_only=True)
class FeedCreated(Event):
    name: ClassVar[str] = "feed.created"
    kind: FeedKind
    person_id: UUID | None
    own: bool


@dataclass(frozen=True, kw_only=True)
class FeedRevoked(Event):
    name: ClassVar[str] = "feed.revoked"
    kind: FeedKind
    person_id: UUID | None
