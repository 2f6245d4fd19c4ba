"""Facts about committees and who belongs to them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from app.committees.lifecycle import Office, Standing
from app.events import Event


@dataclass(frozen=True, kw_only=True)
class CommitteeCreated(Event):
    name: ClassVar[str] = "committee.created"
    handle: str


@dataclass(frozen=True, kw_only=True)
class CommitteeChanged(Event):
    name: ClassVar[str] = "committee.changed"
    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CommitteeDeleted(Event):
    name: ClassVar[str] = "committee.deleted"
    handle: str


@dataclass(frozen=True, kw_only=True)
class MembershipAdded(Event):
    """Days as ISO 8601 dates."""

    name: ClassVar[str] = "membership.added"
    standing: Standing
    office: Office | None
    since: str
    until: str | None


@dataclass(frozen=True, kw_only=True)
class MembershipChanged(Event):
    name: ClassVar[str] = "membership.changed"
    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class MembershipDeleted(Event):
    """A membership that was recorded by mistake; the entry keeps what was deleted."""

    name: ClassVar[str] = "membership.deleted"
    standing: Standing
    since: str
    until: str | None


def day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
