"""Facts about the end of personal data."""

from dataclasses import dataclass, field
from typing import ClassVar

from app.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonAnonymized(Event):
    """How many rows of which table were erased, and never what stood in them."""

    name: ClassVar[str] = "person.anonymized"
    by_retention: bool
    erased: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class MeetingDataErased(Event):
    """Some of what a meeting kept about people was erased, at the end of its retention."""

    name: ClassVar[str] = "meeting.data_erased"
    erased: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class MeetingAnonymized(Event):
    """Nothing that has an end is left of what a meeting kept about people."""

    name: ClassVar[str] = "meeting.anonymized"


@dataclass(frozen=True, kw_only=True)
class LegalHoldPlaced(Event):
    """The reason is an organizer's, and meant to be read later; the subject is held."""

    name: ClassVar[str] = "legal_hold.placed"
    reason: str


@dataclass(frozen=True, kw_only=True)
class LegalHoldLifted(Event):
    """What was held may be erased again."""

    name: ClassVar[str] = "legal_hold.lifted"
    reason: str
