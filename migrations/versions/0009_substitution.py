"""registered people are substituted by others, who keep the place."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OLD_STATUSES = "status IN ('confirmed', 'waiting', 'withdrawn')"
STATUSES = "status IN ('confirmed', 'waiting', 'withdrawn', 'substituted')"
SUBSTITUTED = "(status = 'substituted') = (successor_id IS NOT NULL) AND (status = 'substituted') = (substituted_at IS NOT NULL)"
OLD_KINDS = "kind IN ('invitation', 'invitation_withdrawn', 'link_renewed', 'link_code', 'registration_confirmed', 'registration_waiting', 'registration_withdrawn', 'meeting_changed', 'meeting_updated', 'agenda_issued', 'meeting_cancelled', 'meeting_postponed')"
KINDS = "kind IN ('invitation', 'invitation_withdrawn', 'link_renewed', 'link_code', 'registration_confirmed', 'registration_waiting', 'registration_withdrawn', 'registration_substituted', 'meeting_changed', 'meeting_updated', 'agenda_issued', 'meeting_cancelled', 'meeting_postponed')"


def upgrade() -> None:
    op.add_column(
        "registrations", sa.Column("substituted_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("registrations", sa.Column("predecessor_id", sa.Uuid(), nullable=True))
    op.add_column("registrations", sa.Column("successor_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_registrations_predecessor_id"),
        "registrations",
        "registrations",
        ["predecessor_id"],
        ["id"],
    )
    op.create_foreign_key(
        op.f("fk_registrations_successor_id"),
        "registrations",
        "registrations",
        ["successor_id"],
        ["id"],
        deferrable=True,
        initially="DEFERRED",
    )
    for column in ("predecessor_id", "successor_id"):
        op.create_unique_constraint(op.f(f"uq_registrations_{column}"), "registrations", [column])
    op.drop_constraint("ck_registrations_status", "registrations")
    op.create_check_constraint(op.f("ck_registrations_status"), "registrations", STATUSES)
    op.create_check_constraint(op.f("ck_registrations_substituted"), "registrations", SUBSTITUTED)
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", KINDS)


def downgrade() -> None:
    """Whoever was substituted counts as withdrawn, and is told so."""
    op.execute(
        "UPDATE messages SET kind = 'registration_withdrawn' WHERE kind = 'registration_substituted'"
    )
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", OLD_KINDS)
    op.drop_constraint("ck_registrations_substituted", "registrations")
    op.execute(
        "UPDATE registrations SET status = 'withdrawn', withdrawn_at = substituted_at"
        " WHERE status = 'substituted'"
    )
    op.drop_constraint("ck_registrations_status", "registrations")
    op.create_check_constraint(op.f("ck_registrations_status"), "registrations", OLD_STATUSES)
    for column in ("successor_id", "predecessor_id", "substituted_at"):
        op.drop_column("registrations", column)
