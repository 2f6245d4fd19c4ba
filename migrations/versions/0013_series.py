"""series of meetings, made from a template."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("rule", JSON, nullable=True),
        sa.Column("dates", JSON, nullable=True),
        sa.Column("on_day_off", sa.Text(), nullable=False),
        sa.Column("at_clock_change", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("start_time", sa.Text(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("template", JSON, nullable=False),
        sa.CheckConstraint(
            "on_day_off IN ('keep', 'next_working_day', 'skip')", name=op.f("ck_series_on_day_off")
        ),
        sa.CheckConstraint(
            "at_clock_change IN ('refuse', 'earlier', 'later')",
            name=op.f("ck_series_at_clock_change"),
        ),
        sa.CheckConstraint("(rule IS NULL) <> (dates IS NULL)", name=op.f("ck_series_days")),
        sa.CheckConstraint("duration BETWEEN 5 AND 20160", name=op.f("ck_series_duration")),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committees.id"], name=op.f("fk_series_committee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_index(op.f("ix_series_committee_id"), "series", ["committee_id"])
    op.add_column("meetings", sa.Column("series_id", sa.Uuid(), nullable=True))
    op.add_column("meetings", sa.Column("series_date", sa.Date(), nullable=True))
    op.create_foreign_key(
        op.f("fk_meetings_series_id"), "meetings", "series", ["series_id"], ["id"]
    )
    op.create_unique_constraint(
        op.f("uq_meetings_series_id_series_date"), "meetings", ["series_id", "series_date"]
    )
    op.create_check_constraint(
        op.f("ck_meetings_series"), "meetings", "(series_id IS NULL) = (series_date IS NULL)"
    )


def downgrade() -> None:
    op.drop_constraint("ck_meetings_series", "meetings")
    op.drop_constraint("uq_meetings_series_id_series_date", "meetings")
    op.drop_constraint("fk_meetings_series_id", "meetings")
    op.drop_column("meetings", "series_date")
    op.drop_column("meetings", "series_id")
    op.drop_table("series")
