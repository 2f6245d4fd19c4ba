"""Rehearsals and briefings stand in calendars, and organizers are told who does not come."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_OLD = (
    "'invitation', 'invitation_withdrawn', 'link_renewed', 'link_code', "
    "'registration_confirmed', 'registration_waiting', 'registration_withdrawn', "
    "'registration_substituted', 'meeting_changed', 'meeting_updated', 'agenda_issued', "
    "'meeting_cancelled', 'meeting_postponed', 'attendee_declined', 'counter_declined', "
    "'reminder', 'delegation_reminder', 'attendance_reminder', 'digest', 'seat_offered', "
    "'offer_expired', 'registration_unseated', 'registration_pending', "
    "'registration_rejected', 'registration_readdressed', 'credentials_returned', "
    "'exception_granted', 'panel_invitation', 'panel_link_renewed', 'panel_link_code', "
    "'panel_confirmed', 'panel_changed', 'panel_reminder', 'panel_near', 'panel_withdrawn', "
    "'panel_readdressed', 'panel_entry_dropped', 'briefer_asked', 'briefer_reminder', "
    "'briefer_named', 'briefer_changed', 'exception_revoked'"
)
_NEW = (
    "'panel_rehearsal', 'panel_rehearsal_off', 'briefer_confirmed', 'briefer_withdrawn', "
    "'briefer_entry_dropped', 'panellist_declined', 'briefing_declined'"
)
_ONCE = "uq_messages_event_id_person_id_account_id_panellist_id_kind"


def upgrade() -> None:
    op.add_column(
        "panels",
        sa.Column("rehearsal_sequence", sa.Integer(), nullable=False, server_default="0"),
    )
    op.alter_column("panels", "rehearsal_sequence", server_default=None)
    _create_named_briefers()
    op.drop_constraint(_ONCE, "messages")
    op.create_unique_constraint(
        op.f("uq_messages_once"),
        "messages",
        ["event_id", "person_id", "account_id", "panellist_id", "briefing_id", "kind"],
        postgresql_nulls_not_distinct=True,
    )
    _kinds(f"{_OLD}, {_NEW}")


def downgrade() -> None:
    """Of mails about briefings that one fact brought, the first is kept."""
    _forget(f"kind IN ({_NEW})")
    _forget(
        "briefing_id IS NOT NULL AND EXISTS (SELECT FROM messages o"
        " WHERE o.event_id = messages.event_id AND o.kind = messages.kind"
        " AND o.account_id IS NOT DISTINCT FROM messages.account_id"
        " AND o.briefing_id IS NOT NULL AND o.id < messages.id)"
    )
    _kinds(_OLD)
    op.drop_constraint("uq_messages_once", "messages")
    op.create_unique_constraint(
        op.f(_ONCE),
        "messages",
        ["event_id", "person_id", "account_id", "panellist_id", "kind"],
        postgresql_nulls_not_distinct=True,
    )
    op.drop_table("named_briefers")
    op.drop_column("panels", "rehearsal_sequence")


def _create_named_briefers() -> None:
    op.create_table(
        "named_briefers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("briefing_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column("has_entry", sa.Boolean(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_named_briefers_email_lower")),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_named_briefers_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["agenda_items.id"],
            name=op.f("fk_named_briefers_item_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_briefers")),
        sa.UniqueConstraint(
            "briefing_id", "email", name=op.f("uq_named_briefers_briefing_id_email")
        ),
    )
    for column in ("meeting_id", "item_id", "email"):
        op.create_index(op.f(f"ix_named_briefers_{column}"), "named_briefers", [column])
    op.execute(
        "INSERT INTO named_briefers (id, created_at, briefing_id, meeting_id, item_id, name, email,"
        " timezone, language, calendar_sequence, has_entry)"
        " SELECT gen_random_uuid(), named_at, id, meeting_id, item_id, name, email, timezone,"
        " language, 0, false FROM briefings"
        " WHERE status IN ('named', 'confirmed') AND email IS NOT NULL"
    )


def _kinds(kinds: str) -> None:
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", f"kind IN ({kinds})")


def _forget(which: str) -> None:
    """Mails, and what refers to them."""
    told = f"SELECT id FROM messages WHERE {which}"  # noqa: S608  # a constant
    op.execute(f"DELETE FROM suppressed_addresses WHERE message_id IN ({told})")  # noqa: S608  # as above
    op.execute(
        "UPDATE incoming_mails SET answers_message_id = NULL"  # noqa: S608  # as above
        f" WHERE answers_message_id IN ({told})"
    )
    op.execute(f"DELETE FROM messages WHERE id IN ({told})")  # noqa: S608  # as above
