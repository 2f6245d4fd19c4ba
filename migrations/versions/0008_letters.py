"""invitations are formal letters, with a number."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Letters that were sent before are numbered in the order of their sending."""
    text = sa.Text()
    op.add_column("committees", sa.Column("letter_signatory", text, nullable=True))
    title = postgresql.JSONB(none_as_null=True, astext_type=text)
    op.add_column("committees", sa.Column("letter_signatory_title", title, nullable=True))
    delivery = sa.Column("letter_delivery", text, nullable=False, server_default="attached")
    op.add_column("committees", delivery)
    op.alter_column("committees", "letter_delivery", server_default=None)
    op.create_check_constraint(
        op.f("ck_committees_letter_delivery"),
        "committees",
        "letter_delivery IN ('attached', 'linked', 'none')",
    )
    op.add_column("invitations", sa.Column("letter_number", sa.Integer(), nullable=True))
    op.execute(
        """
        UPDATE invitations i SET letter_number = n.number
          FROM (SELECT id, row_number() OVER (PARTITION BY meeting_id ORDER BY sent_at, id) AS number
                  FROM invitations WHERE sent_at IS NOT NULL) n
         WHERE n.id = i.id
        """
    )
    last = sa.Column("last_letter", sa.Integer(), nullable=False, server_default="0")
    op.add_column("meetings", last)
    op.alter_column("meetings", "last_letter", server_default=None)
    op.execute(
        """
        UPDATE meetings m SET last_letter = n.last
          FROM (SELECT meeting_id, max(letter_number) AS last FROM invitations GROUP BY meeting_id) n
         WHERE n.meeting_id = m.id AND n.last IS NOT NULL
        """
    )
    op.create_check_constraint(
        op.f("ck_invitations_letter_number"), "invitations", "letter_number > 0"
    )
    op.create_unique_constraint(
        op.f("uq_invitations_meeting_id_letter_number"),
        "invitations",
        ["meeting_id", "letter_number"],
    )


def downgrade() -> None:
    op.drop_column("meetings", "last_letter")
    op.drop_column("invitations", "letter_number")
    for name in ("letter_delivery", "letter_signatory_title", "letter_signatory"):
        op.drop_column("committees", name)
