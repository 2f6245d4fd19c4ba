"""Briefings, and whoever was named for them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field

from app.briefings.lifecycle import BriefingStatus
from app.core.ids import new_id
from app.core.tables import Instant, Row, one_of, values


class Briefing(Row, table=True):
    """That a working group is asked to brief on an item, and who does.

    `group_key` and `briefer_key` are what the tokens in mails open: with another reader they become
    others, and the old mails open nothing.
    """

    __tablename__ = "briefings"
    __table_args__ = (
        one_of("status", BriefingStatus),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
        CheckConstraint("contact_email = lower(contact_email)", name="contact_lower"),
        CheckConstraint("(contact_name IS NOT NULL) OR contact_email IS NULL", name="contact"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint(
            "status NOT IN ('named', 'confirmed') OR (name IS NOT NULL AND named_at IS NOT NULL)",
            name="named",
        ),
        CheckConstraint("slot_starts_at < slot_ends_at", name="slot"),
        CheckConstraint("(slot_starts_at IS NULL) = (slot_ends_at IS NULL)", name="slot_whole"),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE", index=True)
    item_id: UUID = Field(foreign_key="agenda_items.id", ondelete="CASCADE", unique=True)
    status: BriefingStatus = Field(default=BriefingStatus.ASKED, sa_type=values(BriefingStatus))
    weight: int = 1
    """How much of the time it gets, beside the others."""
    contact_name: str | None = Field(default=None, sa_type=Text)
    """Who is asked to name the briefer; without one it is whoever acts for the group here."""
    contact_email: str | None = Field(default=None, sa_type=Text)
    contact_language: str | None = Field(default=None, sa_type=Text)
    group_key: UUID = Field(default_factory=new_id, unique=True)
    asked_at: datetime = Field(sa_type=Instant)
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    name: str | None = Field(default=None, sa_type=Text)
    honorific: str | None = Field(default=None, sa_type=Text)
    job_title: str | None = Field(default=None, sa_type=Text)
    affiliation: str | None = Field(default=None, sa_type=Text)
    email: str | None = Field(default=None, sa_type=Text, index=True)
    timezone: str = Field(default="UTC", sa_type=Text)
    language: str | None = Field(default=None, sa_type=Text)
    """Of their mails; null for the meeting's first."""
    briefer_key: UUID = Field(default_factory=new_id, unique=True)
    named_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it was confirmed or declined."""
    slot_starts_at: datetime | None = Field(default=None, sa_type=Instant)
    """Of the item, as the working agenda has it; null while that gives it no time."""
    slot_ends_at: datetime | None = Field(default=None, sa_type=Instant)


class NamedBriefer(Row, table=True):
    """Whoever was named at a mail address, and what stands in their calendar.

    It outlives that somebody else is named, so that the entry is taken back where it stands. Its id
    is that of the entry: whoever is named again has the same one.
    """

    __tablename__ = "named_briefers"
    __table_args__ = (
        UniqueConstraint("briefing_id", "email"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    briefing_id: UUID
    """The briefing itself may be gone."""
    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE", index=True)
    item_id: UUID = Field(foreign_key="agenda_items.id", ondelete="CASCADE", index=True)
    name: str = Field(sa_type=Text)
    email: str | None = Field(sa_type=Text, index=True)
    timezone: str = Field(sa_type=Text)
    language: str | None = Field(default=None, sa_type=Text)
    calendar_sequence: int = 0
    has_entry: bool = False
    """The slot stands in their calendar; not where the whole meeting does."""
