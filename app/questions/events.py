"""Facts about forms."""

from dataclasses import dataclass
from typing import ClassVar

from app.events import Event


@dataclass(frozen=True, kw_only=True)
class FormChanged(Event):
    """There is a new version; the questions are named by their ids."""

    name: ClassVar[str] = "form.changed"
    version: int
    added: list[str]
    removed: list[str]
    changed: dict[str, list[str]]
    reordered: bool
