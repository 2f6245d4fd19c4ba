"""People are never in two confirmed slots of a meeting at once; briefings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

OLD_KINDS = (
    "'invitation', 'invitation_withdrawn', 'link_renewed', 'link_code', "
    "'registration_confirmed', 'registration_waiting', 'registration_withdrawn', "
    "'registration_substituted', 'meeting_changed', 'meeting_updated', 'agenda_issued', "
    "'meeting_cancelled', 'meeting_postponed', 'attendee_declined', 'counter_declined', "
    "'reminder', 'delegation_reminder', 'attendance_reminder', 'digest', 'seat_offered', "
    "'offer_expired', 'registration_unseated', 'registration_pending', "
    "'registration_rejected', 'registration_readdressed', 'credentials_returned', "
    "'exception_granted', 'panel_invitation', 'panel_link_renewed', 'panel_link_code', "
    "'panel_confirmed', 'panel_changed', 'panel_reminder', 'panel_near', 'panel_withdrawn', "
    "'panel_readdressed', 'panel_entry_dropped'"
)
NEW_KINDS = "'briefer_asked', 'briefer_reminder', 'briefer_named'"
_RULES = {
    "status": "status IN ('asked', 'named', 'confirmed', 'declined')",
    "weight": "weight BETWEEN 1 AND 100",
    "contact_lower": "contact_email = lower(contact_email)",
    "contact": "(contact_name IS NOT NULL) OR contact_email IS NULL",
    "email_lower": "email = lower(email)",
    "named": "status NOT IN ('named', 'confirmed') OR (name IS NOT NULL AND named_at IS NOT NULL)",
    "slot": "slot_starts_at < slot_ends_at",
    "slot_whole": "(slot_starts_at IS NULL) = (slot_ends_at IS NULL)",
}
_SOMEBODY = "num_nonnulls(person_id, account_id, panellist_id)"
_HOURS = '{"earliest": "07:00", "latest": "22:00"}'


def upgrade() -> None:
    op.add_column(
        "meetings",
        sa.Column(
            "decent_hours",
            postgresql.JSONB(none_as_null=True),
            nullable=False,
            server_default=_HOURS,
        ),
    )
    op.create_table(
        "confirmed_slots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends > begins", name=op.f("ck_confirmed_slots_ends")),
        postgresql.ExcludeConstraint(
            ("meeting_id", "="),
            ("person_key", "="),
            (sa.text("int4range(begins, ends)"), "&&"),
            name="ex_confirmed_slots_person",
            using="gist",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_confirmed_slots_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["agenda_items.id"],
            name=op.f("fk_confirmed_slots_item_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmed_slots")),
    )
    op.create_index(op.f("ix_confirmed_slots_item_id"), "confirmed_slots", ["item_id"])
    op.add_column("meetings", sa.Column("briefers_due", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_meetings_briefers_due"), "meetings", "briefers_due BETWEEN 0 AND 365"
    )
    _create_briefings()
    op.add_column("messages", sa.Column("briefing_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_messages_briefing_id"), "messages", ["briefing_id"])
    _recipient(f"{_SOMEBODY} = 1 OR ({_SOMEBODY} = 0 AND briefing_id IS NOT NULL)")
    _kinds(f"{OLD_KINDS}, {NEW_KINDS}")


def _kinds(kinds: str) -> None:
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", f"kind IN ({kinds})")


def _recipient(rule: str) -> None:
    op.drop_constraint("ck_messages_recipient", "messages")
    op.create_check_constraint(op.f("ck_messages_recipient"), "messages", rule)


def _create_briefings() -> None:
    words = [
        *("contact_name", "contact_email", "contact_language", "name", "honorific", "job_title"),
        *("affiliation", "email", "language"),
    ]
    moments = ["reminded_at", "named_at", "answered_at", "slot_starts_at", "slot_ends_at"]
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "briefings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.Uuid(), nullable=False),
        sa.Column("briefer_key", sa.Uuid(), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in words),
        *(sa.Column(name, instant, nullable=True) for name in moments),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_briefings_{n}")) for n, rule in _RULES.items()),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_briefings_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_items.id"], name=op.f("fk_briefings_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_briefings")),
        *(
            sa.UniqueConstraint(name, name=op.f(f"uq_briefings_{name}"))
            for name in ("item_id", "group_key", "briefer_key")
        ),
    )
    op.create_index(op.f("ix_briefings_meeting_id"), "briefings", ["meeting_id"])
    op.create_index(op.f("ix_briefings_email"), "briefings", ["email"])


def downgrade() -> None:
    """What was told stays in the log."""
    op.execute(f"DELETE FROM messages WHERE kind IN ({NEW_KINDS})")  # noqa: S608  # a constant
    _kinds(OLD_KINDS)
    _recipient(f"{_SOMEBODY} = 1")
    op.drop_column("messages", "briefing_id")
    op.drop_table("briefings")
    op.drop_constraint("ck_meetings_briefers_due", "meetings")
    op.drop_column("meetings", "briefers_due")
    op.drop_table("confirmed_slots")
    op.drop_column("meetings", "decent_hours")
