"""Styles of numbers, edits of agendas counted, and since when items have stood in versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = postgresql.JSONB(none_as_null=True)
    op.add_column(
        "committees",
        sa.Column("agenda_numbering", json, nullable=False, server_default='"un"'),
    )
    op.add_column("meetings", sa.Column("agenda_numbering", json, nullable=True))
    op.add_column("agenda_items", sa.Column("first_issued", sa.Integer(), nullable=True))
    op.create_index(
        "ix_agenda_items_merged_into_id",
        "agenda_items",
        ["merged_into_id"],
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_table(
        "agenda_revisions",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_agenda_revisions_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("meeting_id", "revision", name=op.f("pk_agenda_revisions")),
    )
    # What was issued names its items, at whatever depth.
    op.execute(
        """
        UPDATE agenda_items SET first_issued = issued.number
          FROM (SELECT v.meeting_id, item.id #>> '{}' AS id, min(v.number) AS number
                  FROM agenda_versions v,
                       jsonb_path_query(convert_from(v.full_body, 'UTF8')::jsonb,
                                        'strict $.items.**.id') AS item (id)
                 GROUP BY v.meeting_id, item.id #>> '{}') AS issued
         WHERE agenda_items.meeting_id = issued.meeting_id
           AND agenda_items.id::text = issued.id
        """
    )


def downgrade() -> None:
    op.drop_table("agenda_revisions")
    op.drop_column("agenda_items", "first_issued")
    op.drop_index("ix_agenda_items_merged_into_id", "agenda_items")
    op.drop_column("meetings", "agenda_numbering")
    op.drop_column("committees", "agenda_numbering")
