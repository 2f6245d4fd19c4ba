"""Facts about briefings; names and addresses stay out of the log."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from app.briefings.lifecycle import BriefingStatus
from app.events import Event


@dataclass(frozen=True, kw_only=True)
class BriefingAsked(Event):
    """The group is asked to name somebody, for the first time or by another address."""

    name: ClassVar[str] = "briefing.asked"
    item_id: UUID
    working_group_id: UUID


@dataclass(frozen=True, kw_only=True)
class BriefingReminded(Event):
    """An organizer has the group, or who is named, written to again."""

    name: ClassVar[str] = "briefing.reminded"
    item_id: UUID


@dataclass(frozen=True, kw_only=True)
class BriefingChanged(Event):
    """Names the members that changed, not their values."""

    name: ClassVar[str] = "briefing.changed"
    item_id: UUID
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class BriefingRetimed(Event):
    """Its item has another time, room or title; null for no time."""

    name: ClassVar[str] = "briefing.retimed"
    item_id: UUID
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class BriefingDeleted(Event):
    name: ClassVar[str] = "briefing.deleted"
    item_id: UUID


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What every move of a briefing tells."""

    item_id: UUID
    before: BriefingStatus
    after: BriefingStatus


@dataclass(frozen=True, kw_only=True)
class BrieferNamed(Moved, Event):
    """`members` are those that differ from who was named before; `address` says that mails go to
    somebody else.
    """

    name: ClassVar[str] = "briefing.named"
    members: list[str] = field(default_factory=list)
    address: bool = False
    left_id: UUID | None = None
    """Who was to come until then, of `named_briefers`."""
    had_entry: bool = False
    """The slot stood in their calendar."""


@dataclass(frozen=True, kw_only=True)
class BriefingConfirmed(Moved, Event):
    name: ClassVar[str] = "briefing.confirmed"


@dataclass(frozen=True, kw_only=True)
class BriefingDeclined(Moved, Event):
    name: ClassVar[str] = "briefing.declined"
    left_id: UUID | None = None
    had_entry: bool = False
    by_briefer: bool = False
    """By the link of their own mail."""


@dataclass(frozen=True, kw_only=True)
class BrieferEntryDropped(Event):
    """The whole meeting stands in the briefer's calendar, in the place of the slot."""

    name: ClassVar[str] = "briefing.entry_dropped"
    item_id: UUID
    named_id: UUID


@dataclass(frozen=True, kw_only=True)
class BrieferEntryGiven(Event):
    """The slot stands in it again, as the meeting does no more."""

    name: ClassVar[str] = "briefing.entry_given"
    item_id: UUID
    named_id: UUID


@dataclass(frozen=True, kw_only=True)
class BriefingTimeShared(Event):
    """The subject is the meeting; minutes by item."""

    name: ClassVar[str] = "briefing.time_shared"
    minutes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class BriefingTimeGivenBack(Event):
    name: ClassVar[str] = "briefing.time_given_back"
    item_id: UUID
    minutes: int
    to_others: bool
