"""Who would delete a group or an entity finds the items that it leads without reading them all."""

from alembic import op
from sqlalchemy import text

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_COLUMNS = ("working_group_id", "lead_entity_id")


def upgrade() -> None:
    for column in _COLUMNS:
        op.create_index(
            op.f(f"ix_agenda_items_{column}"),
            "agenda_items",
            [column],
            postgresql_where=text(f"{column} IS NOT NULL"),
        )


def downgrade() -> None:
    for column in _COLUMNS:
        op.drop_index(op.f(f"ix_agenda_items_{column}"), "agenda_items")
