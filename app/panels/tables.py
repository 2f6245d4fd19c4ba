"""Panels, their rehearsals and the people on them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.core.tables import Instant, Json, Row, TextList, nothing, one_of, values
from app.panels.lifecycle import PanellistStatus, PanelRole


class Panel(Row, table=True):
    """What an agenda item of the kind panel is about."""

    __tablename__ = "panels"
    __table_args__ = (
        CheckConstraint("questions_minutes BETWEEN 0 AND 1440", name="questions_minutes"),
        CheckConstraint("slot_starts_at < slot_ends_at", name="slot"),
        CheckConstraint("(slot_starts_at IS NULL) = (slot_ends_at IS NULL)", name="slot_whole"),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE", index=True)
    item_id: UUID = Field(foreign_key="agenda_items.id", ondelete="CASCADE", unique=True)
    title: dict[str, Any] = Field(sa_type=Json)
    concept_note: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    questions_minutes: int | None = None
    slot_starts_at: datetime | None = Field(default=None, sa_type=Instant)
    """Of the item, as the working agenda has it; null while that gives it no time."""
    slot_ends_at: datetime | None = Field(default=None, sa_type=Instant)
    calendar_sequence: int = 0
    """Rises whenever the slot is another one."""
    rehearsal_sequence: int = 0
    """Rises whenever the rehearsal is another one, and outlives it."""


class Rehearsal(SQLModel, table=True):
    """When the people of a panel try everything out, and the way in, which is a secret."""

    __tablename__ = "rehearsals"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="times"),)

    panel_id: UUID = Field(foreign_key="panels.id", ondelete="CASCADE", primary_key=True)
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    timezone: str = Field(sa_type=Text)
    """In which its wall times were given."""
    join_address: str | None = Field(default=None, sa_type=Text)
    passcode: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)


class Panellist(Row, table=True):
    """Somebody who speaks on a panel or leads it; outside people are welcome."""

    __tablename__ = "panellists"
    __table_args__ = (
        one_of("role", PanelRole),
        one_of("status", PanellistStatus),
        UniqueConstraint("panel_id", "position", deferrable=True, initially="DEFERRED"),
        CheckConstraint("minutes BETWEEN 0 AND 1440", name="minutes"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint(
            "(recording_consent IS NULL) = (recording_consent_at IS NULL)",
            name="recording_consent",
        ),
        Index("ix_panellists_email", "email"),
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
    language: str | None = Field(default=None, sa_type=Text)
    """Of their mails; null for the meeting's first."""
    biography: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    spoken_languages: list[str] = Field(default_factory=nothing, sa_type=TextList)
    equipment: str | None = Field(default=None, sa_type=Text)
    needs: str | None = Field(default=None, sa_type=Text)
    recording_consent: bool | None = None
    """What they said themselves; null while they have said nothing."""
    recording_consent_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str | None = Field(default=None, sa_type=Text)
    """Why they declined or withdrew, in their words."""
    invited_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    replaces_id: UUID | None = Field(
        default=None, foreign_key="panellists.id", ondelete="SET NULL", index=True
    )
    calendar_sequence: int = 0
    has_entry: bool = False
    """The slot stands in their calendar; not where the whole meeting does."""
