"""Facts about panels and the people on them; ids name the people, names stay out of the log."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from app.events import Event
from app.panels.lifecycle import PanellistStatus, PanellistVerb, PanelRole


@dataclass(frozen=True, kw_only=True)
class PanelCreated(Event):
    name: ClassVar[str] = "panel.created"
    item_id: UUID


@dataclass(frozen=True, kw_only=True)
class PanelChanged(Event):
    name: ClassVar[str] = "panel.changed"
    changes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PanelRetimed(Event):
    """Its item has another time, or another room; null for no time."""

    name: ClassVar[str] = "panel.retimed"
    starts_at: datetime | None
    ends_at: datetime | None
    calendar_sequence: int


@dataclass(frozen=True, kw_only=True)
class RehearsalChanged(Event):
    """The subject is the panel; secrets are named and not told."""

    name: ClassVar[str] = "rehearsal.changed"
    members: list[str]


@dataclass(frozen=True, kw_only=True)
class RehearsalRemoved(Event):
    """It would have been at these times."""

    name: ClassVar[str] = "rehearsal.removed"
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class PanelDeleted(Event):
    name: ClassVar[str] = "panel.deleted"
    item_id: UUID


@dataclass(frozen=True, kw_only=True)
class PanellistAdded(Event):
    name: ClassVar[str] = "panellist.added"
    panel_id: UUID
    role: PanelRole


@dataclass(frozen=True, kw_only=True)
class PanellistChanged(Event):
    """Names the members that changed, not their values."""

    name: ClassVar[str] = "panellist.changed"
    panel_id: UUID
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class PanellistRemoved(Event):
    name: ClassVar[str] = "panellist.removed"
    panel_id: UUID


@dataclass(frozen=True, kw_only=True)
class Move:
    """What every move of a panellist tells."""

    panel_id: UUID
    before: PanellistStatus
    after: PanellistStatus


@dataclass(frozen=True, kw_only=True)
class PanellistInvited(Move, Event):
    name: ClassVar[str] = "panellist.invited"


@dataclass(frozen=True, kw_only=True)
class PanellistConfirmed(Move, Event):
    name: ClassVar[str] = "panellist.confirmed"


@dataclass(frozen=True, kw_only=True)
class PanellistDeclined(Move, Event):
    name: ClassVar[str] = "panellist.declined"


@dataclass(frozen=True, kw_only=True)
class PanellistWithdrawn(Move, Event):
    name: ClassVar[str] = "panellist.withdrawn"


@dataclass(frozen=True, kw_only=True)
class PanellistReplaced(Event):
    """The subject has the place of another, who was that far; `registration_id` where it is the
    substitute of somebody registered.
    """

    name: ClassVar[str] = "panellist.replaced"
    panel_id: UUID
    replaces_id: UUID
    was: PanellistStatus
    registration_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class PanellistAskedAgain(Event):
    """They are written to once more, with a fresh link."""

    name: ClassVar[str] = "panellist.asked_again"
    panel_id: UUID


@dataclass(frozen=True, kw_only=True)
class PanellistReaddressed(Event):
    """Mails go to another address from now on."""

    name: ClassVar[str] = "panellist.readdressed"
    panel_id: UUID


@dataclass(frozen=True, kw_only=True)
class PanellistEntryDropped(Event):
    """The whole meeting stands in their calendar, in the place of the slot."""

    name: ClassVar[str] = "panellist.entry_dropped"
    panel_id: UUID


@dataclass(frozen=True, kw_only=True)
class PanellistEntryGiven(Event):
    """The slot stands in their calendar again, as the meeting does no more."""

    name: ClassVar[str] = "panellist.entry_given"
    panel_id: UUID


V = PanellistVerb
MOVES: dict[PanellistVerb, Any] = {
    V.INVITE: PanellistInvited,
    V.CONFIRM: PanellistConfirmed,
    V.DECLINE: PanellistDeclined,
    V.WITHDRAW: PanellistWithdrawn,
}
