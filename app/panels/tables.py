"""Panels and the people on them."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from app.core.tables import Json, Row, one_of, values
from app.panels.lifecycle import PanellistStatus, PanelRole


class Panel(Row, table=True):
    """What an agenda item of the kind panel is about."""

    __tablename__ = "panels"

    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE", index=True)
    item_id: UUID = Field(foreign_key="agenda_items.id", ondelete="CASCADE", unique=True)
    title: dict[str, Any] = Field(sa_type=Json)
    concept_note: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


class Panellist(Row, table=True):
    """Somebody who speaks on a panel or leads it; outside people are welcome."""

    __tablename__ = "panellists"
    __table_args__ = (
        one_of("role", PanelRole),
        one_of("status", PanellistStatus),
        UniqueConstraint("panel_id", "position", deferrable=True, initially="DEFERRED"),
        CheckConstraint("minutes BETWEEN 0 AND 1440", name="minutes"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index(
            "uq_panellists_moderator",
            "panel_id",
            unique=True,
            postgresql_where=text("role = 'moderator' AND status NOT IN ('declined', 'withdrawn')"),
        ),
    )

    panel_id: UUID = Field(foreign_key="panels.id", ondelete="CASCADE")
    role: PanelRole = Field(sa_type=values(PanelRole))
    position: int
    status: PanellistStatus = Field(
        default=PanellistStatus.PROPOSED, sa_type=values(PanellistStatus)
    )
    name: str = Field(sa_type=Text)
    honorific: str | None = Field(default=None, sa_type=Text)
    job_title: str | None = Field(default=None, sa_type=Text)
    affiliation: str | None = Field(default=None, sa_type=Text)
    email: str | None = Field(default=None, sa_type=Text)
    city: str | None = Field(default=None, sa_type=Text)
    timezone: str = Field(default="UTC", sa_type=Text)
    minutes: int | None = None
