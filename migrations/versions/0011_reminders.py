"""official holidays, deadlines that are rules, reminders and digests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OLD_KINDS = (
    "'invitation', 'invitation_withdrawn', 'link_renewed', 'link_code', 'registration_confirmed', "
    "'registration_waiting', 'registration_withdrawn', 'registration_substituted', "
    "'meeting_changed', 'meeting_updated', 'agenda_issued', 'meeting_cancelled', "
    "'meeting_postponed', 'attendee_declined', 'counter_declined'"
)
NEW_KINDS = "'reminder', 'delegation_reminder', 'attendance_reminder', 'digest'"
WEEK = "working_days <@ ARRAY[1,2,3,4,5,6,7] AND working_days <> '{}'"


def upgrade() -> None:
    op.create_table(
        "official_holidays",
        *_row(),
        sa.Column("duty_station", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.UniqueConstraint(
            "duty_station", "day", name=op.f("uq_official_holidays_duty_station_day")
        ),
    )
    op.add_column("committees", sa.Column("duty_station", sa.Text(), nullable=True))
    week: sa.Column[object] = sa.Column(
        "working_days", postgresql.ARRAY(sa.Integer()), nullable=False, server_default="{1,2,3,4,5}"
    )
    op.add_column("committees", week)
    op.alter_column("committees", "working_days", server_default=None)
    op.create_check_constraint(op.f("ck_committees_working_days"), "committees", WEEK)
    rule = sa.Column("registration_deadline", postgresql.JSONB(none_as_null=True), nullable=True)
    op.add_column("meetings", rule)
    reminded = sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("invitations", reminded)
    op.create_table(
        "reminder_plans",
        *_row(),
        sa.Column("committee_id", sa.Uuid(), nullable=True),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("steps", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "(committee_id IS NULL) <> (meeting_id IS NULL)", name=op.f("ck_reminder_plans_owner")
        ),
        _belongs("reminder_plans", "committee_id", "committees.id", ondelete="CASCADE"),
        _belongs("reminder_plans", "meeting_id", "meetings.id", ondelete="CASCADE"),
        sa.UniqueConstraint("committee_id", name=op.f("uq_reminder_plans_committee_id")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_reminder_plans_meeting_id")),
    )
    op.create_table(
        "reminder_runs",
        *_row(),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("step_key", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("outcome IN ('ran', 'skipped')", name=op.f("ck_reminder_runs_outcome")),
        _belongs("reminder_runs", "meeting_id", "meetings.id"),
        sa.UniqueConstraint(
            "meeting_id", "step_key", name=op.f("uq_reminder_runs_meeting_id_step_key")
        ),
    )
    op.create_table(
        "digest_runs",
        *_row(),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        _belongs("digest_runs", "committee_id", "committees.id", ondelete="CASCADE"),
        sa.UniqueConstraint("committee_id", "day", name=op.f("uq_digest_runs_committee_id_day")),
    )
    op.create_table(
        "digest_choices",
        *_row(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        _belongs("digest_choices", "account_id", "accounts.id"),
        _belongs("digest_choices", "committee_id", "committees.id", ondelete="CASCADE"),
        sa.UniqueConstraint(
            "account_id", "committee_id", name=op.f("uq_digest_choices_account_id_committee_id")
        ),
    )
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(
        op.f("ck_messages_kind"), "messages", f"kind IN ({OLD_KINDS}, {NEW_KINDS})"
    )


def downgrade() -> None:
    """Reminders and digests go; deadlines stay as the instants that they have come to."""
    op.execute(f"DELETE FROM messages WHERE kind IN ({NEW_KINDS})")  # noqa: S608  # a constant
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", f"kind IN ({OLD_KINDS})")
    for table in ("digest_choices", "digest_runs", "reminder_runs", "reminder_plans"):
        op.drop_table(table)
    op.drop_column("invitations", "reminded_at")
    op.drop_column("meetings", "registration_deadline")
    op.drop_constraint("ck_committees_working_days", "committees")
    op.drop_column("committees", "working_days")
    op.drop_column("committees", "duty_station")
    op.drop_table("official_holidays")


def _row() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _belongs(
    table: str, column: str, parent: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [parent], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )
