"""Facts about files; their names, which people write, stay out of the log."""

from dataclasses import dataclass
from typing import ClassVar

from app.events import Event


@dataclass(frozen=True, kw_only=True)
class FileStored(Event):
    name: ClassVar[str] = "file.stored"
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class FileDeleted(Event):
    name: ClassVar[str] = "file.deleted"
