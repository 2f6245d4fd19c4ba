"""panellists are asked by mail, answer on their page, rehearse and are replaced."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
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
    "'exception_granted'"
)
NEW_KINDS = (
    "'panel_invitation', 'panel_link_renewed', 'panel_link_code', 'panel_confirmed', "
    "'panel_changed', 'panel_reminder', 'panel_near', 'panel_withdrawn', 'panel_readdressed', "
    "'panel_entry_dropped'"
)
_MOMENT = sa.DateTime(timezone=True)
_ONCE = "uq_messages_event_id_person_id_account_id_{}kind"


def upgrade() -> None:
    _widen_panels()
    _widen_panellists()
    _widen_links()
    _widen_messages()


def downgrade() -> None:
    """What was told stays in the log."""
    told = "SELECT id FROM messages WHERE panellist_id IS NOT NULL"
    op.execute(f"DELETE FROM suppressed_addresses WHERE message_id IN ({told})")  # noqa: S608  # a constant
    op.execute(
        "UPDATE incoming_mails SET answers_message_id = NULL WHERE answers_message_id IN"
        " (SELECT id FROM messages WHERE panellist_id IS NOT NULL)"
    )
    op.execute("DELETE FROM messages WHERE panellist_id IS NOT NULL")
    _kinds(OLD_KINDS)
    op.drop_constraint(_ONCE.format("panellist_id_"), "messages")
    op.drop_constraint("ck_messages_recipient", "messages")
    op.drop_column("messages", "panellist_id")
    op.create_check_constraint(
        op.f("ck_messages_recipient"), "messages", "(person_id IS NULL) <> (account_id IS NULL)"
    )
    _once("")
    spoken = "SELECT id FROM links WHERE purpose = 'speak_on_panel'"
    op.execute(f"DELETE FROM tokens WHERE link_id IN ({spoken})")  # noqa: S608  # a constant
    op.execute("DELETE FROM links WHERE purpose = 'speak_on_panel'")
    op.drop_constraint("ck_links_reader", "links")
    _purposes("'answer_invitation', 'join_meeting'")
    op.alter_column("links", "person_id", nullable=False)
    for name in ("recording_consent",):
        op.drop_constraint(f"ck_panellists_{name}", "panellists")
    for name in (
        "has_entry",
        "calendar_sequence",
        "replaces_id",
        "answered_at",
        "invited_at",
        "reason",
        "recording_consent_at",
        "recording_consent",
        "needs",
        "equipment",
        "spoken_languages",
        "biography",
        "language",
    ):
        op.drop_column("panellists", name)
    op.drop_index("ix_panellists_email", "panellists")
    op.drop_table("rehearsals")
    for name in ("questions_minutes", "slot", "slot_whole"):
        op.drop_constraint(f"ck_panels_{name}", "panels")
    for name in ("calendar_sequence", "slot_ends_at", "slot_starts_at", "questions_minutes"):
        op.drop_column("panels", name)


def _widen_panels() -> None:
    _add("panels", sa.Column("questions_minutes", sa.Integer(), nullable=True))
    _add("panels", sa.Column("slot_starts_at", _MOMENT, nullable=True))
    _add("panels", sa.Column("slot_ends_at", _MOMENT, nullable=True))
    _add("panels", sa.Column("calendar_sequence", sa.Integer(), nullable=False, server_default="0"))
    for name, rule in (
        ("questions_minutes", "questions_minutes BETWEEN 0 AND 1440"),
        ("slot", "slot_starts_at < slot_ends_at"),
        ("slot_whole", "(slot_starts_at IS NULL) = (slot_ends_at IS NULL)"),
    ):
        op.create_check_constraint(op.f(f"ck_panels_{name}"), "panels", rule)
    op.create_table(
        "rehearsals",
        sa.Column("panel_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("join_address", sa.Text(), nullable=True),
        sa.Column("passcode", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_rehearsals_times")),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["panels.id"], name=op.f("fk_rehearsals_panel_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("panel_id", name=op.f("pk_rehearsals")),
    )


def _widen_panellists() -> None:
    text = sa.Text()
    for column in (
        sa.Column("language", text, nullable=True),
        sa.Column(
            "biography", postgresql.JSONB(none_as_null=True), nullable=False, server_default="{}"
        ),
        sa.Column("spoken_languages", postgresql.ARRAY(text), nullable=False, server_default="{}"),
        sa.Column("equipment", text, nullable=True),
        sa.Column("needs", text, nullable=True),
        sa.Column("recording_consent", sa.Boolean(), nullable=True),
        sa.Column("recording_consent_at", _MOMENT, nullable=True),
        sa.Column("reason", text, nullable=True),
        sa.Column("invited_at", _MOMENT, nullable=True),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("has_entry", sa.Boolean(), nullable=False, server_default="false"),
    ):
        _add("panellists", column)
    op.create_check_constraint(
        op.f("ck_panellists_recording_consent"),
        "panellists",
        "(recording_consent IS NULL) = (recording_consent_at IS NULL)",
    )
    op.create_foreign_key(
        op.f("fk_panellists_replaces_id"),
        "panellists",
        "panellists",
        ["replaces_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(op.f("ix_panellists_replaces_id"), "panellists", ["replaces_id"])
    op.create_index("ix_panellists_email", "panellists", ["email"])


def _widen_links() -> None:
    op.alter_column("links", "person_id", nullable=True)
    _purposes("'answer_invitation', 'join_meeting', 'speak_on_panel'")
    op.create_check_constraint(
        op.f("ck_links_reader"), "links", "(purpose = 'speak_on_panel') = (person_id IS NULL)"
    )


def _widen_messages() -> None:
    op.add_column("messages", sa.Column("panellist_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_messages_panellist_id"), "messages", "panellists", ["panellist_id"], ["id"]
    )
    op.create_index(op.f("ix_messages_panellist_id"), "messages", ["panellist_id"])
    op.drop_constraint("ck_messages_recipient", "messages")
    op.create_check_constraint(
        op.f("ck_messages_recipient"),
        "messages",
        "num_nonnulls(person_id, account_id, panellist_id) = 1",
    )
    op.drop_constraint(_ONCE.format(""), "messages")
    _once("panellist_id")
    _kinds(f"{OLD_KINDS}, {NEW_KINDS}")


def _add(table: str, column: "sa.Column[Any]") -> None:
    op.add_column(table, column)
    if column.server_default is not None:
        op.alter_column(table, column.name, server_default=None)


def _once(more: str) -> None:
    columns = ["event_id", "person_id", "account_id", *([more] if more else []), "kind"]
    name = _ONCE.format(f"{more}_" if more else "")
    op.create_unique_constraint(op.f(name), "messages", columns, postgresql_nulls_not_distinct=True)


def _purposes(purposes: str) -> None:
    op.drop_constraint("ck_links_purpose", "links")
    op.create_check_constraint(op.f("ck_links_purpose"), "links", f"purpose IN ({purposes})")


def _kinds(kinds: str) -> None:
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", f"kind IN ({kinds})")
