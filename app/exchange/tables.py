"""What the programs that items came from call them, and declared conflicts."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Text, UniqueConstraint
from sqlmodel import Field

from app.core.tables import Row, one_of, values
from app.exchange.lifecycle import ConflictPriority


class ForeignItem(Row, table=True):
    """What another program calls an item, and says about it that an agenda has no place for.

    It outlives the item, as issued versions of the agenda still have it, and as the item may come
    back with the next file.
    """

    __tablename__ = "foreign_items"
    __table_args__ = (UniqueConstraint("meeting_id", "guid"),)

    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE")
    item_id: UUID = Field(unique=True)
    """No foreign key: see above."""
    guid: UUID
    number: int | None = None
    """Unique in one conference only, and not always there."""
    code: str | None = Field(default=None, sa_type=Text)
    slug: str | None = Field(default=None, sa_type=Text)
    kind: str | None = Field(default=None, sa_type=Text)
    track: str | None = Field(default=None, sa_type=Text)
    subtitle: str | None = Field(default=None, sa_type=Text)


class DeclaredConflict(Row, table=True):
    """An item that is not to be at the same time as another, or as what somebody is on.

    Of two items the one with the smaller id is `item_id`, so that no pair is there twice.
    """

    __tablename__ = "declared_conflicts"
    __table_args__ = (
        one_of("priority", ConflictPriority),
        CheckConstraint(
            "num_nonnulls(other_item_id, working_group_id, entity_id, panellist_id) = 1",
            name="other",
        ),
        CheckConstraint("item_id < other_item_id", name="order"),
        UniqueConstraint(
            "item_id",
            "other_item_id",
            "working_group_id",
            "entity_id",
            "panellist_id",
            name="uq_declared_conflicts_pair",
            postgresql_nulls_not_distinct=True,
        ),
        ForeignKeyConstraint(
            ["meeting_id", "item_id"],
            ["agenda_items.meeting_id", "agenda_items.id"],
            name="fk_declared_conflicts_item_id",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["meeting_id", "other_item_id"],
            ["agenda_items.meeting_id", "agenda_items.id"],
            name="fk_declared_conflicts_other_item_id",
            ondelete="CASCADE",
        ),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE", index=True)
    item_id: UUID
    other_item_id: UUID | None = Field(default=None, index=True)
    working_group_id: UUID | None = Field(default=None, foreign_key="committees.id", index=True)
    """Whatever this committee leads."""
    entity_id: UUID | None = Field(default=None, foreign_key="entities.id", index=True)
    """Whatever this entity leads."""
    panellist_id: UUID | None = Field(
        default=None, foreign_key="panellists.id", ondelete="CASCADE", index=True
    )
    """Whatever this person is on, on whichever panel."""
    priority: ConflictPriority = Field(sa_type=values(ConflictPriority))
    reason: str | None = Field(default=None, sa_type=Text)
