"""messages to accounts, that wait, bounce and are opened."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OLD_STATES = "state IN ('planned', 'sent', 'delayed', 'failed', 'suppressed')"
STATES = "state IN ('planned', 'sent', 'delayed', 'bounced', 'failed', 'suppressed')"
DUE = "state IN ('planned', 'delayed')"


def upgrade() -> None:
    op.alter_column("messages", "person_id", nullable=True)
    op.add_column("messages", sa.Column("account_id", sa.Uuid(), nullable=True))
    data = sa.Column(
        "data", postgresql.JSONB(none_as_null=True), nullable=False, server_default="{}"
    )
    op.add_column("messages", data)
    op.alter_column("messages", "data", server_default=None)
    op.add_column("messages", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE messages SET due_at = created_at")
    op.alter_column("messages", "due_at", nullable=False)
    op.add_column("messages", sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE messages SET attempted_at = sent_at")
    op.add_column("messages", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_messages_account_id"), "messages", "accounts", ["account_id"], ["id"]
    )
    op.create_index(op.f("ix_messages_account_id"), "messages", ["account_id"], unique=False)
    op.drop_constraint("uq_messages_event_id_person_id_kind", "messages")
    op.create_unique_constraint(
        op.f("uq_messages_event_id_person_id_account_id_kind"),
        "messages",
        ["event_id", "person_id", "account_id", "kind"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_check_constraint(
        op.f("ck_messages_recipient"), "messages", "(person_id IS NULL) <> (account_id IS NULL)"
    )
    op.drop_constraint("ck_messages_state", "messages")
    op.create_check_constraint(op.f("ck_messages_state"), "messages", STATES)
    op.drop_index("ix_messages_due", "messages")
    op.create_index(
        "ix_messages_due",
        "messages",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text(DUE),
    )


def downgrade() -> None:
    """Mails to accounts go; what bounced counts as failed."""
    op.execute("DELETE FROM messages WHERE person_id IS NULL")
    op.execute("UPDATE messages SET state = 'failed' WHERE state = 'bounced'")
    op.drop_index("ix_messages_due", "messages")
    op.create_index(
        "ix_messages_due", "messages", ["id"], unique=False, postgresql_where=sa.text(DUE)
    )
    op.drop_constraint("ck_messages_state", "messages")
    op.create_check_constraint(op.f("ck_messages_state"), "messages", OLD_STATES)
    op.drop_constraint("ck_messages_recipient", "messages")
    op.drop_constraint("uq_messages_event_id_person_id_account_id_kind", "messages")
    op.create_unique_constraint(
        op.f("uq_messages_event_id_person_id_kind"),
        "messages",
        ["event_id", "person_id", "kind"],
    )
    op.drop_index(op.f("ix_messages_account_id"), "messages")
    op.drop_constraint("fk_messages_account_id", "messages")
    for column in ("opened_at", "attempted_at", "due_at", "data", "account_id"):
        op.drop_column("messages", column)
    op.alter_column("messages", "person_id", nullable=False)
