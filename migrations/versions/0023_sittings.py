"""Sittings, and what else an agenda item can be."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_CHECKS = {
    "purpose": "purpose IN ('information', 'discussion', 'decision')",
    "openness": "openness IN ('closed', 'open', 'webcast')",
    "addition": "addition IN ('supplementary', 'late')",
    "standing": "standing IN ('standing', 'withdrawn', 'merged')",
    "children_run": "children_run IN ('in_sequence', 'in_parallel')",
    "merged": "(merged_into_id IS NOT NULL) = (standing = 'merged')",
    "not_into_itself": "merged_into_id <> id",
    "flexible": "NOT (flexible AND duration IS NOT NULL)",
    "actual": "actual_end > actual_start",
}


def upgrade() -> None:
    op.create_table(
        "sittings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("longest_stretch", sa.Integer(), nullable=True),
        sa.CheckConstraint("day BETWEEN 0 AND 31", name=op.f("ck_sittings_day")),
        sa.CheckConstraint("begins BETWEEN 0 AND 1439", name=op.f("ck_sittings_begins")),
        sa.CheckConstraint("ends > begins AND ends <= 1440", name=op.f("ck_sittings_ends")),
        sa.CheckConstraint(
            "longest_stretch BETWEEN 15 AND 1440", name=op.f("ck_sittings_longest_stretch")
        ),
        postgresql.ExcludeConstraint(
            ("meeting_id", "="),
            ("day", "="),
            (sa.text("int4range(begins, ends)"), "&&"),
            name="ex_sittings_overlap",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_sittings_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sittings")),
    )
    op.create_index(op.f("ix_sittings_meeting_id"), "sittings", ["meeting_id"])
    text, moment = sa.Text(), sa.DateTime(timezone=True)
    for column in (
        sa.Column("lead_entity_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", text, nullable=True),
        sa.Column("openness", text, nullable=False, server_default="closed"),
        sa.Column(
            "annotation", postgresql.JSONB(none_as_null=True), nullable=False, server_default="{}"
        ),
        sa.Column("addition", text, nullable=True),
        sa.Column("standing", text, nullable=False, server_default="standing"),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("sitting_id", sa.Uuid(), nullable=True),
        sa.Column("children_run", text, nullable=False, server_default="in_sequence"),
        sa.Column("flexible", sa.Boolean(), nullable=False, server_default="false"),
        sa.Column("room", text, nullable=True),
        sa.Column("actual_start", moment, nullable=True),
        sa.Column("actual_end", moment, nullable=True),
    ):
        op.add_column("agenda_items", column)
        if column.server_default is not None:
            op.alter_column("agenda_items", column.name, server_default=None)
    for name, rule in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_agenda_items_{name}"), "agenda_items", rule)
    for column_name, table, gone in (
        ("lead_entity_id", "entities", None),
        ("merged_into_id", "agenda_items", None),
        ("sitting_id", "sittings", "SET NULL"),
    ):
        op.create_foreign_key(
            op.f(f"fk_agenda_items_{column_name}"),
            "agenda_items",
            table,
            [column_name],
            ["id"],
            ondelete=gone,
        )
    op.create_index(op.f("ix_agenda_items_sitting_id"), "agenda_items", ["sitting_id"])


def downgrade() -> None:
    for name in (*_CHECKS,):
        op.drop_constraint(f"ck_agenda_items_{name}", "agenda_items")
    for name in [
        "lead_entity_id",
        "purpose",
        "openness",
        "annotation",
        "addition",
        "standing",
        "merged_into_id",
        "sitting_id",
        "children_run",
        "flexible",
        "room",
        "actual_start",
        "actual_end",
    ]:
        op.drop_column("agenda_items", name)
    op.drop_table("sittings")
