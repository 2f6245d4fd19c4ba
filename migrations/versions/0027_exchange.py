"""Names that other programs have for items, and declared conflicts."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_ITEM_KEY = "uq_agenda_items_meeting_id_id"


def upgrade() -> None:
    op.create_unique_constraint(op.f(_ITEM_KEY), "agenda_items", ["meeting_id", "id"])
    op.create_table(
        "foreign_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("guid", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("track", sa.Text(), nullable=True),
        sa.Column("subtitle", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_foreign_items_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_foreign_items")),
        sa.UniqueConstraint("item_id", name=op.f("uq_foreign_items_item_id")),
        sa.UniqueConstraint("meeting_id", "guid", name=op.f("uq_foreign_items_meeting_id_guid")),
    )
    op.create_table(
        "declared_conflicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("other_item_id", sa.Uuid(), nullable=True),
        sa.Column("working_group_id", sa.Uuid(), nullable=True),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("panellist_id", sa.Uuid(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "priority IN ('must_not', 'should_not', 'better_not')",
            name=op.f("ck_declared_conflicts_priority"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(other_item_id, working_group_id, entity_id, panellist_id) = 1",
            name=op.f("ck_declared_conflicts_other"),
        ),
        sa.CheckConstraint("item_id < other_item_id", name=op.f("ck_declared_conflicts_order")),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_declared_conflicts_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id", "item_id"],
            ["agenda_items.meeting_id", "agenda_items.id"],
            name="fk_declared_conflicts_item_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id", "other_item_id"],
            ["agenda_items.meeting_id", "agenda_items.id"],
            name="fk_declared_conflicts_other_item_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["working_group_id"],
            ["committees.id"],
            name=op.f("fk_declared_conflicts_working_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_declared_conflicts_entity_id")
        ),
        sa.ForeignKeyConstraint(
            ["panellist_id"],
            ["panellists.id"],
            name=op.f("fk_declared_conflicts_panellist_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_conflicts")),
        sa.UniqueConstraint(
            "item_id",
            "other_item_id",
            "working_group_id",
            "entity_id",
            "panellist_id",
            name="uq_declared_conflicts_pair",
            postgresql_nulls_not_distinct=True,
        ),
    )
    for column in ("meeting_id", "other_item_id", "working_group_id", "entity_id", "panellist_id"):
        op.create_index(op.f(f"ix_declared_conflicts_{column}"), "declared_conflicts", [column])


def downgrade() -> None:
    op.drop_table("declared_conflicts")
    op.drop_table("foreign_items")
    op.drop_constraint(_ITEM_KEY, "agenda_items")
