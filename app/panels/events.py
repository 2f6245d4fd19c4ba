"""Facts about panels and the people on them; ids name the people, names stay out of the log."""

from dataclasses import dataclass, field
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
    """The substitute of somebody registered has taken their place on the panel too."""

    name: ClassVar[str] = "panellist.replaced"
    panel_id: UUID
    was: PanellistStatus
    registration_id: UUID


V = PanellistVerb
MOVES: dict[PanellistVerb, Any] = {
    V.INVITE: PanellistInvited,
    V.CONFIRM: PanellistConfirmed,
    V.DECLINE: PanellistDeclined,
    V.WITHDRAW: PanellistWithdrawn,
}
