"""meetings ask questions, registrations have answers and needs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meetings", sa.Column("form_version", sa.Integer(), nullable=True))
    op.add_column(
        "meetings",
        sa.Column("needs_retention_days", sa.Integer(), nullable=False, server_default="30"),
    )
    op.create_check_constraint(op.f("ck_meetings_form_version"), "meetings", "form_version > 0")
    op.create_check_constraint(
        op.f("ck_meetings_needs_retention_days"),
        "meetings",
        "needs_retention_days BETWEEN 0 AND 3650",
    )
    op.add_column(
        "registrations",
        sa.Column(
            "answers_missing", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"
        ),
    )
    op.add_column("registrations", sa.Column("needs", postgresql.JSONB(), nullable=True))
    _create_forms()
    _create_answers()


def _create_forms() -> None:
    op.create_table(
        "form_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_form_versions_number")),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_form_versions_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_versions")),
        sa.UniqueConstraint(
            "meeting_id", "number", name=op.f("uq_form_versions_meeting_id_number")
        ),
    )
    op.execute(
        "CREATE TRIGGER form_versions_immutable BEFORE UPDATE ON form_versions"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("given_for", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "given_for IN ('entity', 'organizer')", name=op.f("ck_answers_given_for")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_answers_file_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_answers_registration_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id", "form_version"],
            ["form_versions.meeting_id", "form_versions.number"],
            name="fk_answers_form_version",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(
        "uq_answers_question",
        "answers",
        ["registration_id", "question_id"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_index(op.f("ix_answers_registration_id"), "answers", ["registration_id"])
    op.create_index(op.f("ix_answers_file_id"), "answers", ["file_id"])
    op.create_index("ix_answers_form_version", "answers", ["meeting_id", "form_version"])


def downgrade() -> None:
    op.drop_table("answers")
    op.drop_table("form_versions")
    op.drop_column("registrations", "needs")
    op.drop_column("registrations", "answers_missing")
    op.drop_constraint("ck_meetings_needs_retention_days", "meetings")
    op.drop_constraint("ck_meetings_form_version", "meetings")
    op.drop_column("meetings", "needs_retention_days")
    op.drop_column("meetings", "form_version")
