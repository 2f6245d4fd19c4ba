"""registrations need approval, files and credentials are handed in, exceptions let late ones in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OLD_KINDS = (
    "'invitation', 'invitation_withdrawn', 'link_renewed', 'link_code', "
    "'registration_confirmed', 'registration_waiting', 'registration_withdrawn', "
    "'registration_substituted', 'meeting_changed', 'meeting_updated', 'agenda_issued', "
    "'meeting_cancelled', 'meeting_postponed', 'attendee_declined', 'counter_declined', "
    "'reminder', 'delegation_reminder', 'attendance_reminder', 'digest', 'seat_offered', "
    "'offer_expired', 'registration_unseated'"
)
NEW_KINDS = "'registration_pending', 'registration_rejected'"


def upgrade() -> None:
    _rules_of_meetings()
    _files()
    _credentials()
    _exceptions()
    _decisions()
    _kinds(f"{OLD_KINDS}, {NEW_KINDS}")


def downgrade() -> None:
    """Decisions, files and credentials go; what they have led to stays."""
    op.execute(f"DELETE FROM messages WHERE kind IN ({NEW_KINDS})")  # noqa: S608  # a constant
    _kinds(OLD_KINDS)
    op.drop_index("ix_registrations_pending", "registrations")
    for name in ("decided", "pending", "decision"):
        op.drop_constraint(f"ck_registrations_{name}", "registrations")
    for column in (
        "exception_id",
        "decision_reason",
        "decided_by",
        "decided_at",
        "decision",
        "pending_because",
        "pending_since",
    ):
        op.drop_column("registrations", column)
    for table in ("registration_exceptions", "credentials", "stored_files"):
        op.drop_table(table)
    op.drop_constraint("ck_meetings_substitution_freeze", "meetings")
    for column in ("needs_credentials", "substitution_freeze", "registration_rules", "approval"):
        op.drop_column("meetings", column)


def _rules_of_meetings() -> None:
    json = postgresql.JSONB(none_as_null=True)
    op.add_column("meetings", sa.Column("approval", json, nullable=True))
    op.add_column("meetings", sa.Column("registration_rules", json, nullable=True))
    op.add_column("meetings", sa.Column("substitution_freeze", sa.Integer(), nullable=True))
    op.add_column(
        "meetings",
        sa.Column("needs_credentials", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_check_constraint(
        op.f("ck_meetings_substitution_freeze"), "meetings", "substitution_freeze > 0"
    )


def _files() -> None:
    op.create_table(
        "stored_files",
        *_row(),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/png', 'image/jpeg')",
            name=op.f("ck_stored_files_media_type"),
        ),
        sa.CheckConstraint("size BETWEEN 1 AND 5000000", name=op.f("ck_stored_files_size")),
        sa.CheckConstraint("octet_length(content) = size", name=op.f("ck_stored_files_content")),
        _belongs("stored_files", "meeting_id", "meetings.id", ondelete="CASCADE"),
        _belongs("stored_files", "entity_id", "entities.id"),
    )
    op.create_index("ix_stored_files_owner", "stored_files", ["meeting_id", "entity_id", "id"])
    op.create_index(op.f("ix_stored_files_entity_id"), "stored_files", ["entity_id"])


def _credentials() -> None:
    op.create_table(
        "credentials",
        *_row(),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("presented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("presented_by", sa.Text(), nullable=False),
        sa.Column("presenter_id", sa.Uuid(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('presented', 'checked', 'returned')", name=op.f("ck_credentials_status")
        ),
        sa.CheckConstraint(
            "file_id IS NOT NULL OR reference IS NOT NULL", name=op.f("ck_credentials_something")
        ),
        sa.CheckConstraint(
            "(status = 'presented') = (looked_at IS NULL)"
            " AND (looked_at IS NULL) = (looked_at_by IS NULL)"
            " AND (status <> 'returned' OR reason IS NOT NULL)",
            name=op.f("ck_credentials_looked_at"),
        ),
        _belongs("credentials", "invitation_id", "invitations.id", ondelete="CASCADE"),
        _belongs("credentials", "file_id", "stored_files.id"),
        _belongs("credentials", "looked_at_by", "accounts.id"),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_credentials_invitation_id")),
    )
    op.create_index(op.f("ix_credentials_file_id"), "credentials", ["file_id"])


def _exceptions() -> None:
    op.create_table(
        "registration_exceptions",
        *_row(),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "persons BETWEEN 1 AND 1000", name=op.f("ck_registration_exceptions_persons")
        ),
        sa.CheckConstraint(
            "used BETWEEN 0 AND persons", name=op.f("ck_registration_exceptions_used")
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)",
            name=op.f("ck_registration_exceptions_revoked"),
        ),
        _belongs("registration_exceptions", "invitation_id", "invitations.id", ondelete="CASCADE"),
        _belongs("registration_exceptions", "granted_by", "accounts.id"),
        _belongs("registration_exceptions", "revoked_by", "accounts.id"),
    )
    op.create_index(
        op.f("ix_registration_exceptions_invitation_id"),
        "registration_exceptions",
        ["invitation_id"],
    )


def _decisions() -> None:
    for column in (
        sa.Column("pending_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending_because", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("exception_id", sa.Uuid(), nullable=True),
    ):
        op.add_column("registrations", column)
    for name, parent in (("decided_by", "accounts"), ("exception_id", "registration_exceptions")):
        op.create_foreign_key(
            op.f(f"fk_registrations_{name}"), "registrations", parent, [name], ["id"]
        )
    op.create_index(op.f("ix_registrations_exception_id"), "registrations", ["exception_id"])
    op.create_check_constraint(
        op.f("ck_registrations_decision"), "registrations", "decision IN ('approved', 'rejected')"
    )
    op.create_check_constraint(
        op.f("ck_registrations_pending"),
        "registrations",
        "status <> 'pending' OR pending_since IS NOT NULL",
    )
    op.create_check_constraint(
        op.f("ck_registrations_decided"),
        "registrations",
        "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)"
        " AND (status <> 'rejected' OR decision = 'rejected')",
    )
    op.create_index(
        "ix_registrations_pending",
        "registrations",
        ["meeting_id", "queue_number"],
        postgresql_where=sa.text("status = 'pending'"),
    )


def _kinds(kinds: str) -> None:
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", f"kind IN ({kinds})")


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
