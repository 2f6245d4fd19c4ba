"""seats are pooled and offered, interpreters take none, organizers order the waiting list."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

OLD_ROLES = "'head_of_delegation', 'representative', 'alternate', 'adviser', 'observer', 'support'"
OLD_KINDS = (
    "'invitation', 'invitation_withdrawn', 'link_renewed', 'link_code', "
    "'registration_confirmed', 'registration_waiting', 'registration_withdrawn', "
    "'registration_substituted', 'meeting_changed', 'meeting_updated', 'agenda_issued', "
    "'meeting_cancelled', 'meeting_postponed', 'attendee_declined', 'counter_declined', "
    "'reminder', 'delegation_reminder', 'attendance_reminder', 'digest'"
)
NEW_KINDS = "'seat_offered', 'offer_expired', 'registration_unseated'"


def upgrade() -> None:
    op.create_table(
        "seat_pools",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("for_observers", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "seats_taken BETWEEN 0 AND seats", name=op.f("ck_seat_pools_seats_taken")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_seat_pools_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_pools")),
        sa.UniqueConstraint("meeting_id", "name", name=op.f("uq_seat_pools_meeting_id_name")),
    )
    op.create_index(
        "uq_seat_pools_observers",
        "seat_pools",
        ["meeting_id"],
        unique=True,
        postgresql_where=sa.text("for_observers"),
    )
    op.add_column("invitations", sa.Column("pool_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_invitations_pool_id"), "invitations", "seat_pools", ["pool_id"], ["id"]
    )
    op.create_index(op.f("ix_invitations_pool_id"), "invitations", ["pool_id"])
    op.alter_column("invitations", "seat_quota", nullable=True)
    op.create_check_constraint(
        op.f("ck_invitations_bounded"),
        "invitations",
        "seat_quota IS NOT NULL OR pool_id IS NOT NULL",
    )
    op.add_column("meetings", sa.Column("offer_window", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_meetings_offer_window"), "meetings", "offer_window > 0")
    op.add_column("registrations", sa.Column("line_number", sa.BigInteger(), nullable=True))
    op.add_column(
        "registrations", sa.Column("offer_ends_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute(
        "UPDATE registrations SET offer_ends_at = now() WHERE status IN ('offered', 'expired')"
    )
    op.create_check_constraint(
        op.f("ck_registrations_offer"),
        "registrations",
        "(offer_ends_at IS NOT NULL) = (status IN ('offered', 'expired'))",
    )
    op.create_index(
        "ix_registrations_offered",
        "registrations",
        ["offer_ends_at"],
        postgresql_where=sa.text("status = 'offered'"),
    )
    _line_up("coalesce(line_number, queue_number)")
    _seat(f"{OLD_ROLES}, 'interpreter'", "role NOT IN ('support', 'interpreter')")
    _write(f"{OLD_KINDS}, {NEW_KINDS}")


def downgrade() -> None:
    """Pools are dissolved: whoever only had seats of one has a quota of what is taken. The order of
    arrival counts again, and interpreters are support.
    """
    op.execute(f"DELETE FROM messages WHERE kind IN ({NEW_KINDS})")  # noqa: S608  # constants
    op.execute("UPDATE registrations SET role = 'support' WHERE role = 'interpreter'")
    op.execute("UPDATE invitations SET seat_quota = seats_taken WHERE seat_quota IS NULL")
    _write(OLD_KINDS)
    _seat(OLD_ROLES, "role <> 'support'")
    _line_up("queue_number")
    op.drop_index("ix_registrations_offered", "registrations")
    op.drop_constraint("ck_registrations_offer", "registrations")
    op.drop_column("registrations", "offer_ends_at")
    op.drop_column("registrations", "line_number")
    op.drop_column("meetings", "offer_window")
    op.drop_constraint("ck_invitations_bounded", "invitations")
    op.alter_column("invitations", "seat_quota", nullable=False)
    op.drop_column("invitations", "pool_id")
    op.drop_table("seat_pools")


def _line_up(order: str) -> None:
    op.drop_index("ix_registrations_waiting", "registrations")
    op.create_index(
        "ix_registrations_waiting",
        "registrations",
        ["meeting_id", sa.text(order)],
        postgresql_where=sa.text("status = 'waiting'"),
    )


def _seat(roles: str, seated: str) -> None:
    op.drop_constraint("ck_registrations_takes_seat", "registrations")
    op.drop_constraint("ck_registrations_role", "registrations")
    op.create_check_constraint(op.f("ck_registrations_role"), "registrations", f"role IN ({roles})")
    op.create_check_constraint(
        op.f("ck_registrations_takes_seat"), "registrations", f"takes_seat = ({seated})"
    )


def _write(kinds: str) -> None:
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", f"kind IN ({kinds})")
