"""Facts about entities, their people and their focal points."""

from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from app.entities.lifecycle import FocalPointKind
from app.events import Event


@dataclass(frozen=True, kw_only=True)
class EntityCreated(Event):
    name: ClassVar[str] = "entity.created"
    handle: str


@dataclass(frozen=True, kw_only=True)
class EntityChanged(Event):
    name: ClassVar[str] = "entity.changed"
    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class EntityDeleted(Event):
    name: ClassVar[str] = "entity.deleted"
    handle: str


@dataclass(frozen=True, kw_only=True)
class PersonAdded(Event):
    name: ClassVar[str] = "person.added"


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Event):
    """Names the members that changed, not their values: people stay out of the log."""

    name: ClassVar[str] = "person.changed"
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class PersonDeleted(Event):
    name: ClassVar[str] = "person.deleted"


@dataclass(frozen=True, kw_only=True)
class FocalPointNamed(Event):
    name: ClassVar[str] = "focal_point.named"
    person_id: UUID
    kind: FocalPointKind


@dataclass(frozen=True, kw_only=True)
class FocalPointEnded(Event):
    name: ClassVar[str] = "focal_point.ended"
    person_id: UUID
