"""Facts about people as one person; ids name them, everything else stays out of the log."""

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from app.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonMerged(Event):
    """Another entry of the directory is this person; `moved` counts what followed, `taken` names
    the members that came from the other entry.
    """

    name: ClassVar[str] = "person.merged"
    merged_id: UUID
    moved: dict[str, int] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class PersonUnmerged(Event):
    name: ClassVar[str] = "person.unmerged"
    merged_id: UUID
    moved: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PersonLeft(Event):
    """The person is at the entity no more since that day, `on`; whoever moved has left too."""

    name: ClassVar[str] = "person.left"
    on: str


@dataclass(frozen=True, kw_only=True)
class PersonReturned(Event):
    name: ClassVar[str] = "person.returned"


@dataclass(frozen=True, kw_only=True)
class PersonMoved(Event):
    """To another entity, which this one is not told."""

    name: ClassVar[str] = "person.moved"
