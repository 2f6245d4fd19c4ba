"""files are handed in."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_files",
        *_row(),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/png', 'image/jpeg')",
            name=op.f("ck_stored_files_media_type"),
        ),
        sa.CheckConstraint("size BETWEEN 1 AND 5000000", name=op.f("ck_stored_files_size")),
        sa.CheckConstraint("octet_length(content) = size", name=op.f("ck_stored_files_content")),
        _belongs("stored_files", "meeting_id", "meetings.id", ondelete="CASCADE"),
        _belongs("stored_files", "entity_id", "entities.id"),
    )
    op.create_index("ix_stored_files_owner", "stored_files", ["meeting_id", "entity_id", "id"])
    op.create_index(op.f("ix_stored_files_entity_id"), "stored_files", ["entity_id"])


def downgrade() -> None:
    op.drop_table("stored_files")


def _row() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _belongs(
    table: str, column: str, parent: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [parent], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )
