"""secret feeds, links that are bound to their mailboxes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OLD_KINDS = (
    "'invitation', 'invitation_withdrawn', 'link_renewed', 'registration_confirmed',"
    " 'registration_waiting', 'registration_withdrawn', 'meeting_changed', 'meeting_updated',"
    " 'agenda_issued', 'meeting_cancelled', 'meeting_postponed'"
)
KINDS = OLD_KINDS.replace("'link_renewed',", "'link_renewed', 'link_code',")


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("committee_id", sa.Uuid(), nullable=True),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('person', 'entity')", name=op.f("ck_feeds_kind")),
        sa.CheckConstraint(
            "(kind = 'person') = (person_id IS NOT NULL)", name=op.f("ck_feeds_person")
        ),
        sa.CheckConstraint(
            "NOT own OR (person_id IS NOT NULL AND committee_id IS NULL)", name=op.f("ck_feeds_own")
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_feeds_entity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_feeds_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committees.id"], name=op.f("fk_feeds_committee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
    )
    op.create_index("ix_feeds_entity_id", "feeds", ["entity_id", "id"], unique=False)
    op.create_index(op.f("ix_feeds_person_id"), "feeds", ["person_id"], unique=False)
    op.create_index(op.f("ix_feeds_committee_id"), "feeds", ["committee_id"], unique=False)
    op.create_index(
        "uq_feeds_own",
        "feeds",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("own AND revoked_at IS NULL"),
    )
    op.add_column("links", sa.Column("code_asked_at", sa.DateTime(timezone=True), nullable=True))
    for column in ("code_tries", "codes_asked"):
        op.add_column(
            "links", sa.Column(column, sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
        op.alter_column("links", column, server_default=None)
    op.create_check_constraint(op.f("ck_links_code_tries"), "links", "code_tries BETWEEN 0 AND 5")
    op.create_check_constraint(
        op.f("ck_links_codes_asked"), "links", "codes_asked BETWEEN 0 AND 10"
    )
    op.add_column(
        "committees",
        sa.Column("links_bound", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.alter_column("committees", "links_bound", server_default=None)
    op.add_column("meetings", sa.Column("links_bound", sa.Boolean(), nullable=True))
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", f"kind IN ({KINDS})")


def downgrade() -> None:
    """Mails with codes go: they are good for ten minutes."""
    op.execute("DELETE FROM messages WHERE kind = 'link_code'")
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", f"kind IN ({OLD_KINDS})")
    op.drop_column("meetings", "links_bound")
    op.drop_column("committees", "links_bound")
    for column in ("codes_asked", "code_tries", "code_asked_at"):
        op.drop_column("links", column)
    op.drop_table("feeds")
