"""Focal points are told when an exception is revoked."""

from alembic import op

revision = "0033"
down_revision = "0032"
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
    "'briefer_named', 'briefer_changed'"
)


def upgrade() -> None:
    _kinds(f"{_OLD}, 'exception_revoked'")


def downgrade() -> None:
    told = "SELECT id FROM messages WHERE kind = 'exception_revoked'"
    op.execute(f"DELETE FROM suppressed_addresses WHERE message_id IN ({told})")  # noqa: S608  # a constant
    op.execute(
        "UPDATE incoming_mails SET answers_message_id = NULL"  # noqa: S608  # as above
        f" WHERE answers_message_id IN ({told})"
    )
    op.execute(f"DELETE FROM messages WHERE id IN ({told})")  # noqa: S608  # as above
    _kinds(_OLD)


def _kinds(kinds: str) -> None:
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", f"kind IN ({kinds})")
