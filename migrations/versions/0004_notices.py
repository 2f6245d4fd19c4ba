"""changes wait for each other, and new agendas are told."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OLD_KINDS = "kind IN ('invitation', 'invitation_withdrawn', 'link_renewed', 'registration_confirmed', 'registration_waiting', 'registration_withdrawn', 'meeting_changed', 'meeting_updated', 'meeting_cancelled', 'meeting_postponed')"
KINDS = "kind IN ('invitation', 'invitation_withdrawn', 'link_renewed', 'registration_confirmed', 'registration_waiting', 'registration_withdrawn', 'meeting_changed', 'meeting_updated', 'agenda_issued', 'meeting_cancelled', 'meeting_postponed')"


def upgrade() -> None:
    window = sa.Column("notice_window", sa.Integer(), nullable=False, server_default="60")
    op.add_column("committees", window)
    op.alter_column("committees", "notice_window", server_default=None)
    op.create_check_constraint(
        op.f("ck_committees_notice_window"), "committees", "notice_window BETWEEN 0 AND 86400"
    )
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", KINDS)


def downgrade() -> None:
    op.execute("DELETE FROM messages WHERE kind = 'agenda_issued'")
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", OLD_KINDS)
    op.drop_column("committees", "notice_window")
