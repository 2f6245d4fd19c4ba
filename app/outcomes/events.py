"""Facts about decisions and action items."""

from dataclasses import dataclass
from typing import Any, ClassVar

from app.events import Event


@dataclass(frozen=True, kw_only=True)
class DecisionRecorded(Event):
    name: ClassVar[str] = "decision.recorded"
    number: int


@dataclass(frozen=True, kw_only=True)
class DecisionChanged(Event):
    name: ClassVar[str] = "decision.changed"
    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class DecisionDeleted(Event):
    """The entry keeps what was deleted."""

    name: ClassVar[str] = "decision.deleted"
    number: int
    title: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ActionRecorded(Event):
    """The entity of the entry is the one that owns the action."""

    name: ClassVar[str] = "action.recorded"
    number: int


@dataclass(frozen=True, kw_only=True)
class ActionChanged(Event):
    name: ClassVar[str] = "action.changed"
    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ActionDeleted(Event):
    """The entry keeps what was deleted."""

    name: ClassVar[str] = "action.deleted"
    number: int
    title: dict[str, str]
