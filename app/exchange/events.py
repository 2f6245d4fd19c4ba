"""Facts about files that became agendas, and about declared conflicts; ids only."""

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from app.events import Event


@dataclass(frozen=True, kw_only=True)
class AgendaImported(Event):
    """What a file brought beside items, which `agenda.changed` tells of."""

    name: ClassVar[str] = "agenda.imported"
    kind: str
    mode: str
    sittings_added: list[UUID] = field(default_factory=list)
    sittings_changed: list[UUID] = field(default_factory=list)
    sittings_removed: list[UUID] = field(default_factory=list)
    panels_removed: list[UUID] = field(default_factory=list)
    """Of items that are gone; nobody on them had been asked."""
    panels: list[UUID] = field(default_factory=list)
    panellists: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ConflictsDeclared(Event):
    """All declared conflicts of a meeting at once; reasons stay out of the log."""

    name: ClassVar[str] = "conflicts.declared"
    added: list[UUID] = field(default_factory=list)
    changed: list[UUID] = field(default_factory=list)
    removed: list[UUID] = field(default_factory=list)
