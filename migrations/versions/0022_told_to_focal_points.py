"""focal points are told of credentials that were returned and of exceptions."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OLD_KINDS = (
    "'invitation', 'invitation_withdrawn', 'link_renewed', 'link_code', "
    "'registration_confirmed', 'registration_waiting', 'registration_withdrawn', "
    "'registration_substituted', 'meeting_changed', 'meeting_updated', 'agenda_issued', "
    "'meeting_cancelled', 'meeting_postponed', 'attendee_declined', 'counter_declined', "
    "'reminder', 'delegation_reminder', 'attendance_reminder', 'digest', 'seat_offered', "
    "'offer_expired', 'registration_unseated', 'registration_pending', "
    "'registration_rejected', 'registration_readdressed'"
)
NEW_KINDS = "'credentials_returned', 'exception_granted'"


def upgrade() -> None:
    _kinds(f"{OLD_KINDS}, {NEW_KINDS}")


def downgrade() -> None:
    """What was told stays in the log."""
    op.execute(f"DELETE FROM messages WHERE kind IN ({NEW_KINDS})")  # noqa: S608  # a constant
    _kinds(OLD_KINDS)


def _kinds(kinds: str) -> None:
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", f"kind IN ({kinds})")
