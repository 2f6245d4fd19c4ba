"""what mails say in the words of a committee."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wordings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("paragraphs", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "language IN ('en', 'fr', 'es', 'ar', 'zh', 'ru')", name=op.f("ck_wordings_language")
        ),
        sa.CheckConstraint(
            "jsonb_array_length(paragraphs) BETWEEN 1 AND 10",
            name=op.f("ck_wordings_paragraphs"),
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"],
            ["committees.id"],
            name=op.f("fk_wordings_committee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wordings")),
        sa.UniqueConstraint(
            "committee_id",
            "kind",
            "language",
            name=op.f("uq_wordings_committee_id_kind_language"),
        ),
    )


def downgrade() -> None:
    op.drop_table("wordings")
