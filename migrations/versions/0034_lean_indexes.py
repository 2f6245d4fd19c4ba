"""Items at the top, and those of no sitting, are in no index by what they lie under or name."""

from alembic import op
from sqlalchemy import text

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_COLUMNS = ("parent_id", "sitting_id")


def upgrade() -> None:
    for column in _COLUMNS:
        op.drop_index(op.f(f"ix_agenda_items_{column}"), "agenda_items")
        op.create_index(
            op.f(f"ix_agenda_items_{column}"),
            "agenda_items",
            [column],
            postgresql_where=text(f"{column} IS NOT NULL"),
        )


def downgrade() -> None:
    for column in _COLUMNS:
        op.drop_index(op.f(f"ix_agenda_items_{column}"), "agenda_items")
        op.create_index(op.f(f"ix_agenda_items_{column}"), "agenda_items", [column])
