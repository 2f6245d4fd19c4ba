"""what people are counted by, anonymization, retention and legal holds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

RETENTION = "retention_days BETWEEN 1 AND 36500"
GUARDED = ("registrations", "focal_points", "feeds", "links")
FUNCTIONS = (
    """CREATE FUNCTION refuse_anonymized() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        since timestamptz;
    BEGIN
        SELECT anonymized_at INTO since FROM people WHERE id = NEW.person_id FOR KEY SHARE;
        IF since IS NOT NULL THEN
            RAISE EXCEPTION 'the person was anonymized'
                USING ERRCODE = 'integrity_constraint_violation',
                      CONSTRAINT = 'person_anonymized';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE FUNCTION stay_anonymized() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the person was anonymized'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'person_anonymized';
    END $$""",
)


def upgrade() -> None:
    op.add_column("people", sa.Column("anonymized_at", sa.DateTime(timezone=True), nullable=True))
    for table in ("committees", "meetings"):
        op.add_column(table, sa.Column("retention_days", sa.Integer(), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_retention_days"), table, RETENTION)
    op.add_column("meetings", sa.Column("anonymized_at", sa.DateTime(timezone=True), nullable=True))
    _remember_mentions()
    _create_tables()
    for function in FUNCTIONS:
        op.execute(function)
    op.execute(
        "CREATE TRIGGER people_stay_anonymized BEFORE UPDATE ON people FOR EACH ROW"
        " WHEN (OLD.anonymized_at IS NOT NULL) EXECUTE FUNCTION stay_anonymized()"
    )
    for table in GUARDED:
        op.execute(
            f"CREATE TRIGGER {table}_of_the_living BEFORE INSERT OR UPDATE OF person_id"
            f" ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_anonymized()"
        )
    op.execute(
        "CREATE TRIGGER counted_registrations_immutable BEFORE UPDATE OR DELETE"
        " ON counted_registrations FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """What people were counted by, and all holds, are lost; who was anonymized stays so."""
    for table in reversed(GUARDED):
        op.execute(f"DROP TRIGGER {table}_of_the_living ON {table}")
    op.execute("DROP TRIGGER people_stay_anonymized ON people")
    op.execute("DROP FUNCTION stay_anonymized()")
    op.execute("DROP FUNCTION refuse_anonymized()")
    op.drop_table("counted_registrations")
    op.drop_table("legal_holds")
    op.execute("DELETE FROM idempotency_keys WHERE answer = ''")
    op.drop_index("ix_idempotency_keys_mentions", "idempotency_keys")
    op.drop_column("idempotency_keys", "mentions")
    op.drop_column("meetings", "anonymized_at")
    for table in ("meetings", "committees"):
        op.drop_constraint(op.f(f"ck_{table}_retention_days"), table)
        op.drop_column(table, "retention_days")
    op.drop_column("people", "anonymized_at")


def _remember_mentions() -> None:
    """Of answers that are there nobody knows whom they are about: they are forgotten."""
    op.execute("DELETE FROM idempotency_keys")
    op.add_column(
        "idempotency_keys", sa.Column("mentions", postgresql.ARRAY(sa.Uuid()), nullable=False)
    )
    op.create_index(
        "ix_idempotency_keys_mentions", "idempotency_keys", ["mentions"], postgresql_using="gin"
    )


def _create_tables() -> None:
    op.create_table(
        "counted_registrations",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "gender IN ('female', 'male', 'other')", name=op.f("ck_counted_registrations_gender")
        ),
        sa.CheckConstraint(
            "level IN ('head', 'senior_leadership', 'director', 'senior_officer', 'officer',"
            " 'support', 'other')",
            name=op.f("ck_counted_registrations_level"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_counted_registrations_registration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_counted_registrations_meeting_id")
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_counted_registrations")),
    )
    op.create_index(
        op.f("ix_counted_registrations_meeting_id"), "counted_registrations", ["meeting_id"]
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(meeting_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_legal_holds_held")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_legal_holds_{column}")
            )
            for column, table in (
                ("meeting_id", "meetings"),
                ("person_id", "people"),
                ("placed_by", "accounts"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    for kind in ("meeting", "person"):
        op.create_index(
            f"uq_legal_holds_{kind}",
            "legal_holds",
            [f"{kind}_id"],
            unique=True,
            postgresql_where=sa.text(f"{kind}_id IS NOT NULL"),
        )
