"""addresses that take no mail, domains that rest, tracking of openings."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("committees", sa.Column("track_opening", sa.Boolean(), nullable=True))
    op.execute("UPDATE committees SET track_opening = false")
    op.alter_column("committees", "track_opening", nullable=False)
    op.create_table(
        "resting_domains",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_resting_domains")),
    )
    op.create_table(
        "suppressed_addresses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "address = lower(address)", name=op.f("ck_suppressed_addresses_address")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_suppressed_addresses_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressed_addresses")),
        sa.UniqueConstraint("address", name=op.f("uq_suppressed_addresses_address")),
    )
    op.create_index(
        op.f("ix_suppressed_addresses_message_id"), "suppressed_addresses", ["message_id"]
    )
    op.create_index(op.f("ix_messages_attempted_at"), "messages", ["attempted_at"])
    op.create_index("ix_messages_recipient", "messages", [sa.text("lower(recipient)")])


def downgrade() -> None:
    op.drop_index("ix_messages_recipient", "messages")
    op.drop_index(op.f("ix_messages_attempted_at"), "messages")
    op.drop_table("suppressed_addresses")
    op.drop_table("resting_domains")
    op.drop_column("committees", "track_opening")
