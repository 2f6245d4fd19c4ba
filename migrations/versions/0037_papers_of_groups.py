"""It is known which papers working groups have sent for their briefings.

Of those that came by the link of a mail the log says so; those that came from accounts cannot be
told apart from the organizers' own any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

SENT_BY_LINK = """
UPDATE documents SET working_group_id = i.working_group_id
  FROM events e, briefings b, agenda_items i
 WHERE e.name = 'document.created' AND e.actor_kind = 'link' AND e.subject_id = documents.id
   AND b.id = e.actor_id AND i.id = b.item_id AND documents.item_id = b.item_id
"""


def upgrade() -> None:
    op.add_column("documents", sa.Column("working_group_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_documents_working_group_id"),
        "documents",
        "committees",
        ["working_group_id"],
        ["id"],
    )
    op.create_index(op.f("ix_documents_working_group_id"), "documents", ["working_group_id"])
    op.execute(SENT_BY_LINK)


def downgrade() -> None:
    op.drop_column("documents", "working_group_id")
