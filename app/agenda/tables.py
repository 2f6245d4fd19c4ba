"""Agenda items and issued versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from app.agenda.lifecycle import ItemAccess, ItemKind, VersionStatus
from app.core.tables import Instant, Json, Row, one_of, values


class AgendaItem(Row, table=True):
    """A node of the working agenda; edits happen under the lock of the meeting's row."""

    __tablename__ = "agenda_items"
    __table_args__ = (
        one_of("kind", ItemKind),
        one_of("access", ItemAccess),
        UniqueConstraint(
            "meeting_id",
            "parent_id",
            "position",
            name="uq_agenda_items_position",
            deferrable=True,
            initially="DEFERRED",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("duration BETWEEN 0 AND 1440", name="duration"),
        CheckConstraint("parent_id <> id", name="not_own_parent"),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE")
    parent_id: UUID | None = Field(
        default=None, foreign_key="agenda_items.id", ondelete="CASCADE", index=True
    )
    position: int
    kind: ItemKind = Field(sa_type=values(ItemKind))
    title: dict[str, Any] = Field(sa_type=Json)
    note: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    duration: int | None = None
    """Minutes of its own."""
    pinned_minutes: int | None = None
    """Minutes from the meeting's start at which it must begin; so it moves with the meeting."""
    access: ItemAccess = Field(default=ItemAccess.PUBLIC, sa_type=values(ItemAccess))
    working_group_id: UUID | None = Field(default=None, foreign_key="committees.id")
    """Who gives the briefing."""
    presenter: str | None = Field(default=None, sa_type=Text)


class AgendaVersion(Row, table=True):
    """An issued agenda: finished bytes that never change; a trigger sees to it."""

    __tablename__ = "agenda_versions"
    __table_args__ = (
        one_of("status", VersionStatus),
        UniqueConstraint("meeting_id", "number"),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id")
    number: int
    """1 is the provisional agenda."""
    revision: int
    """0 for the provisional, 1 for Rev.1, and so on."""
    status: VersionStatus = Field(sa_type=values(VersionStatus))
    symbol: str = Field(sa_type=Text)
    issued_at: datetime = Field(sa_type=Instant)
    public_body: bytes = Field(sa_type=LargeBinary)
    public_etag: str = Field(sa_type=Text)
    full_body: bytes = Field(sa_type=LargeBinary)
    full_etag: str = Field(sa_type=Text)
