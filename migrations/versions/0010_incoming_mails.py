"""mails that come in, what people's calendars answered, mail gateways."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OLD_ROLES = "role IN ('administrator', 'organizer', 'focal_point', 'observer')"
ROLES = "role IN ('administrator', 'organizer', 'focal_point', 'observer', 'mail_gateway')"
_SCOPE = (
    "CASE role WHEN 'administrator' THEN committee_id IS NULL AND entity_id IS NULL"
    " WHEN 'organizer' THEN committee_id IS NOT NULL AND entity_id IS NULL"
    " WHEN 'focal_point' THEN entity_id IS NOT NULL"
)
OLD_SCOPE = _SCOPE + " ELSE entity_id IS NULL END"
SCOPE = (
    _SCOPE + " WHEN 'mail_gateway' THEN committee_id IS NULL AND entity_id IS NULL"
    " ELSE entity_id IS NULL END"
)
_KINDS = (
    "'invitation', 'invitation_withdrawn', 'link_renewed', 'link_code', 'registration_confirmed',"
    " 'registration_waiting', 'registration_withdrawn', 'registration_substituted', 'meeting_changed', 'meeting_updated',"
    " 'agenda_issued', 'meeting_cancelled', 'meeting_postponed'"
)
OLD_KINDS = f"kind IN ({_KINDS})"
KINDS = f"kind IN ({_KINDS}, 'attendee_declined', 'counter_declined')"
PARTICIPATION = "participation IN ('needs_action', 'accepted', 'declined', 'tentative')"


def upgrade() -> None:
    _replace_check("grants", "role", ROLES)
    _replace_check("grants", "scope", SCOPE)
    _replace_check("messages", "kind", KINDS)
    _add_answers()
    op.create_table(
        "incoming_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("answers_message_id", sa.Uuid(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_incoming_mails_size")),
        sa.CheckConstraint("via IN ('smtp', 'lmtp', 'api')", name=op.f("ck_incoming_mails_via")),
        sa.CheckConstraint(
            "kind IN ('reply', 'counter', 'refresh', 'delegation', 'report', 'answer',"
            " 'auto_reply', 'unknown')",
            name=op.f("ck_incoming_mails_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('applied', 'held', 'ignored', 'filed', 'refused', 'accepted', 'dismissed')",
            name=op.f("ck_incoming_mails_state"),
        ),
        sa.CheckConstraint(
            "reason IN ('unknown_sender', 'party_crasher', 'forged', 'unproven',"
            " 'counter_proposal', 'delegated', 'not_matching', 'incomplete', 'ahead_of_time',"
            " 'older_times', 'older', 'repeated', 'not_registered', 'meeting_over',"
            " 'wrong_method', 'recurs', 'refresh_asked', 'answers_nothing', 'delayed',"
            " 'delivered')",
            name=op.f("ck_incoming_mails_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_incoming_mails_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_incoming_mails_invitation_id")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_incoming_mails_registration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["answers_message_id"],
            ["messages.id"],
            name=op.f("fk_incoming_mails_answers_message_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_mails")),
        sa.UniqueConstraint("content_hash", name=op.f("uq_incoming_mails_content_hash")),
    )
    op.create_index("ix_incoming_mails_meeting_id", "incoming_mails", ["meeting_id", "id"])
    op.create_index(
        "ix_incoming_mails_unread",
        "incoming_mails",
        ["invitation_id"],
        postgresql_where=sa.text("state IN ('held', 'filed')"),
    )
    for column in ("registration_id", "answers_message_id"):
        op.create_index(op.f(f"ix_incoming_mails_{column}"), "incoming_mails", [column])


def downgrade() -> None:
    """Mails that came in, what calendars answered and mail gateways are lost."""
    op.drop_table("incoming_mails")
    op.drop_constraint("ck_registrations_participation", "registrations")
    for column in ("replied_stamp", "replied_sequence", "participation"):
        op.drop_column("registrations", column)
    op.execute("DELETE FROM messages WHERE kind IN ('attendee_declined', 'counter_declined')")
    _replace_check("messages", "kind", OLD_KINDS)
    op.execute("DELETE FROM grants WHERE role = 'mail_gateway'")
    _replace_check("grants", "scope", OLD_SCOPE)
    _replace_check("grants", "role", OLD_ROLES)


def _add_answers() -> None:
    """Of registrations that are there, nobody has answered."""
    for name, kind, default in (
        ("participation", sa.Text(), "needs_action"),
        ("replied_sequence", sa.Integer(), "0"),
    ):
        column = sa.Column(name, kind, nullable=False, server_default=default)
        op.add_column("registrations", column)
        op.alter_column("registrations", name, server_default=None)
    stamp = sa.Column("replied_stamp", sa.DateTime(timezone=True), nullable=True)
    op.add_column("registrations", stamp)
    op.create_check_constraint(
        op.f("ck_registrations_participation"), "registrations", PARTICIPATION
    )


def _replace_check(table: str, name: str, condition: str) -> None:
    op.drop_constraint(f"ck_{table}_{name}", table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
