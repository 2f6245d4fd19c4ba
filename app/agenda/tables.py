"""Agenda items and issued versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from app.agenda.lifecycle import (
    ChildrenRun,
    ItemAccess,
    ItemAddition,
    ItemKind,
    ItemOpenness,
    ItemPurpose,
    ItemStanding,
    VersionStatus,
)
from app.core.tables import Instant, Json, Row, one_of, values


class Sitting(Row, table=True):
    """A part of a meeting without a night in it: a morning, an afternoon.

    It is kept as a day and what the clocks show on it, so that it moves with the meeting and holds
    when the clocks change between two days of it.
    """

    __tablename__ = "sittings"
    __table_args__ = (
        CheckConstraint("day BETWEEN 0 AND 31", name="day"),
        CheckConstraint("begins BETWEEN 0 AND 1439", name="begins"),
        CheckConstraint("ends > begins AND ends <= 1440", name="ends"),
        CheckConstraint("longest_stretch BETWEEN 15 AND 1440", name="longest_stretch"),
        ExcludeConstraint(
            ("meeting_id", "="),
            ("day", "="),
            (text("int4range(begins, ends)"), "&&"),
            name="ex_sittings_overlap",
            deferrable=True,
            initially="DEFERRED",
        ),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE", index=True)
    day: int
    """Days after that on which the meeting starts, in its zone."""
    begins: int
    """Minutes of the day by the clock on the wall."""
    ends: int
    name: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    longest_stretch: int | None = None
    """Minutes that interpreters work without a pause."""


class AgendaItem(Row, table=True):
    """A node of the working agenda; edits happen under the lock of the meeting's row."""

    __tablename__ = "agenda_items"
    __table_args__ = (
        one_of("kind", ItemKind),
        one_of("access", ItemAccess),
        one_of("purpose", ItemPurpose),
        one_of("openness", ItemOpenness),
        one_of("addition", ItemAddition),
        one_of("standing", ItemStanding),
        one_of("children_run", ChildrenRun),
        CheckConstraint("(merged_into_id IS NOT NULL) = (standing = 'merged')", name="merged"),
        CheckConstraint("merged_into_id <> id", name="not_into_itself"),
        CheckConstraint("NOT (flexible AND duration IS NOT NULL)", name="flexible"),
        CheckConstraint("actual_end > actual_start", name="actual"),
        UniqueConstraint(
            "meeting_id",
            "parent_id",
            "position",
            name="uq_agenda_items_position",
            deferrable=True,
            initially="DEFERRED",
            postgresql_nulls_not_distinct=True,
        ),
        UniqueConstraint("meeting_id", "id"),
        CheckConstraint("duration BETWEEN 0 AND 1440", name="duration"),
        *(
            # Of a thousand siblings that make room for one, each is written into every index.
            Index(f"ix_agenda_items_{name}", name, postgresql_where=text(f"{name} IS NOT NULL"))
            for name in (
                *("parent_id", "sitting_id", "merged_into_id"),
                *("working_group_id", "lead_entity_id"),
            )
        ),
        CheckConstraint("parent_id <> id", name="not_own_parent"),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE")
    parent_id: UUID | None = Field(default=None, foreign_key="agenda_items.id", ondelete="CASCADE")
    position: int
    kind: ItemKind = Field(sa_type=values(ItemKind))
    title: dict[str, Any] = Field(sa_type=Json)
    note: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    duration: int | None = None
    """Minutes of its own."""
    pinned_minutes: int | None = None
    """Minutes by the clock on the wall from the meeting's start at which it must begin; so it moves
    with the meeting."""
    access: ItemAccess = Field(default=ItemAccess.PUBLIC, sa_type=values(ItemAccess))
    working_group_id: UUID | None = Field(default=None, foreign_key="committees.id")
    """Who gives the briefing."""
    presenter: str | None = Field(default=None, sa_type=Text)
    lead_entity_id: UUID | None = Field(default=None, foreign_key="entities.id")
    purpose: ItemPurpose | None = Field(default=None, sa_type=values(ItemPurpose))
    openness: ItemOpenness = Field(default=ItemOpenness.CLOSED, sa_type=values(ItemOpenness))
    annotation: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    """What the annotated agenda says beside the title."""
    addition: ItemAddition | None = Field(default=None, sa_type=values(ItemAddition))
    standing: ItemStanding = Field(default=ItemStanding.STANDING, sa_type=values(ItemStanding))
    merged_into_id: UUID | None = Field(default=None, foreign_key="agenda_items.id")
    """The item that has taken it in."""
    first_issued: int | None = None
    """Number of the first version in which it stood; from then on it is not deleted."""
    sitting_id: UUID | None = Field(default=None, foreign_key="sittings.id", ondelete="SET NULL")
    """With which sitting it begins at the earliest; the items after it follow."""
    children_run: ChildrenRun = Field(default=ChildrenRun.IN_SEQUENCE, sa_type=values(ChildrenRun))
    flexible: bool = False
    """It has no minutes of its own but takes what its sitting has left."""
    room: str | None = Field(default=None, sa_type=Text)
    actual_start: datetime | None = Field(default=None, sa_type=Instant)
    actual_end: datetime | None = Field(default=None, sa_type=Instant)


class AgendaRevision(SQLModel, table=True):
    """One edit of a working agenda: its number, and the entry of the log that says what it did."""

    __tablename__ = "agenda_revisions"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meetings.id", ondelete="CASCADE")
    revision: int = Field(primary_key=True)
    event_id: UUID


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


class AgendaVersionLanguage(SQLModel, table=True):
    """An issued agenda with each text in one language; as unchanging as the version itself."""

    __tablename__ = "agenda_version_languages"

    version_id: UUID = Field(primary_key=True, foreign_key="agenda_versions.id")
    language: str = Field(primary_key=True, sa_type=Text)
    place: int
    """Among the languages of the version."""
    public_missing: int
    """Texts that it has in another language only."""
    public_body: bytes = Field(sa_type=LargeBinary)
    public_etag: str = Field(sa_type=Text)
    full_missing: int
    full_body: bytes = Field(sa_type=LargeBinary)
    full_etag: str = Field(sa_type=Text)


class AgendaAdoption(Row, table=True):
    """That the meeting adopted its agenda, once; a trigger lets it never change."""

    __tablename__ = "agenda_adoptions"

    meeting_id: UUID = Field(foreign_key="meetings.id", unique=True)
    version_id: UUID = Field(foreign_key="agenda_versions.id", unique=True)
    """The adopted version."""
    of_number: int
    """The version that lay before the meeting."""
    amended: bool
    """Whether it was changed orally before it was adopted."""
    adopted_at: datetime = Field(sa_type=Instant)
    item_id: UUID | None = None
    """Under which item, as it stands in the version."""
    chair: str | None = Field(default=None, sa_type=Text)
    """Who was in the chair."""
