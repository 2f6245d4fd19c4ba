"""Facts about what mails say."""

from dataclasses import dataclass
from typing import Any, ClassVar

from app.events import Event


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
