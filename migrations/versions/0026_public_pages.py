"""Public pages as finished bytes, leases on reading them, language versions, adoptions."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE FUNCTION take_public_lease(milliseconds integer) RETURNS bigint LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM set_config('idle_in_transaction_session_timeout', milliseconds::text, true);
        IF NOT pg_try_advisory_xact_lock_shared(7316529881) THEN
            RETURN NULL;
        END IF;
        RETURN (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public_changes);
    END $$
    """,
    """
    CREATE FUNCTION wait_for_public_leases() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('secretariat.public_change', true)
           IS DISTINCT FROM pg_current_xact_id()::text THEN
            PERFORM pg_advisory_xact_lock(7316529881);
            PERFORM nextval('public_changes');
            PERFORM set_config('secretariat.public_change', pg_current_xact_id()::text, true);
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION forget_public_pages() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        CASE TG_TABLE_NAME
            WHEN 'meetings' THEN
                DELETE FROM public_pages WHERE meeting_id = NEW.id;
            WHEN 'committees' THEN
                DELETE FROM public_pages p USING meetings m
                 WHERE m.id = p.meeting_id AND m.committee_id = NEW.id;
            ELSE
                DELETE FROM public_pages WHERE meeting_id = NEW.meeting_id;
        END CASE;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER meetings_pages AFTER UPDATE OF committee_id, handle, number, series_id, status, title, description, format, timezone, local_start, local_end, starts_at, ends_at, languages, venue, contacts, chatham_house, public, calendar_sequence, created_at ON meetings FOR EACH ROW
    EXECUTE FUNCTION forget_public_pages()
    """,
    """
    CREATE TRIGGER committees_pages AFTER UPDATE OF handle, name ON committees FOR EACH ROW
    EXECUTE FUNCTION forget_public_pages()
    """,
    """
    CREATE TRIGGER agenda_versions_pages AFTER INSERT ON agenda_versions FOR EACH ROW
    EXECUTE FUNCTION forget_public_pages()
    """,
    """
    CREATE TRIGGER events_pages AFTER INSERT ON events FOR EACH ROW WHEN (NEW.name LIKE 'meeting.%')
    EXECUTE FUNCTION forget_public_pages()
    """,
    """
    CREATE CONSTRAINT TRIGGER meetings_leases AFTER UPDATE OF committee_id, handle, number, series_id, status, title, description, format, timezone, local_start, local_end, starts_at, ends_at, languages, venue, contacts, chatham_house, public, calendar_sequence, created_at ON meetings DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD.public AND OLD.status <> 'draft') OR (NEW.public AND NEW.status <> 'draft')) EXECUTE FUNCTION wait_for_public_leases()
    """,
    """
    CREATE CONSTRAINT TRIGGER meetings_gone_leases AFTER DELETE ON meetings DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD).public AND (OLD).status <> 'draft') EXECUTE FUNCTION wait_for_public_leases()
    """,
    """
    CREATE CONSTRAINT TRIGGER committees_leases AFTER UPDATE OF handle, name ON committees DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW  EXECUTE FUNCTION wait_for_public_leases()
    """,
    """
    CREATE CONSTRAINT TRIGGER agenda_versions_leases AFTER INSERT ON agenda_versions DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW  EXECUTE FUNCTION wait_for_public_leases()
    """,
    """
    CREATE CONSTRAINT TRIGGER public_pages_leases AFTER UPDATE OR DELETE ON public_pages DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW  EXECUTE FUNCTION wait_for_public_leases()
    """,
    """
    CREATE TRIGGER agenda_version_languages_immutable
    BEFORE UPDATE OR DELETE ON agenda_version_languages
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER agenda_adoptions_immutable BEFORE UPDATE OR DELETE ON agenda_adoptions
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
)
_TRIGGERS = {
    "meetings_pages": "meetings",
    "committees_pages": "committees",
    "agenda_versions_pages": "agenda_versions",
    "events_pages": "events",
    "meetings_leases": "meetings",
    "meetings_gone_leases": "meetings",
    "committees_leases": "committees",
    "agenda_versions_leases": "agenda_versions",
}


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("public_changes")))
    op.create_table(
        "public_pages",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("content_language", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_public_pages_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("meeting_id", "kind", "language", name=op.f("pk_public_pages")),
    )
    op.create_table(
        "agenda_version_languages",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("public_missing", sa.Integer(), nullable=False),
        sa.Column("public_body", sa.LargeBinary(), nullable=False),
        sa.Column("public_etag", sa.Text(), nullable=False),
        sa.Column("full_missing", sa.Integer(), nullable=False),
        sa.Column("full_body", sa.LargeBinary(), nullable=False),
        sa.Column("full_etag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["agenda_versions.id"],
            name=op.f("fk_agenda_version_languages_version_id"),
        ),
        sa.PrimaryKeyConstraint("version_id", "language", name=op.f("pk_agenda_version_languages")),
    )
    op.create_table(
        "agenda_adoptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("of_number", sa.Integer(), nullable=False),
        sa.Column("amended", sa.Boolean(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("chair", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_agenda_adoptions_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["agenda_versions.id"], name=op.f("fk_agenda_adoptions_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_adoptions")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_agenda_adoptions_meeting_id")),
        sa.UniqueConstraint("version_id", name=op.f("uq_agenda_adoptions_version_id")),
    )
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for name, table in _TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.drop_table("agenda_adoptions")
    op.drop_table("agenda_version_languages")
    op.drop_table("public_pages")
    op.execute("DROP FUNCTION forget_public_pages()")
    op.execute("DROP FUNCTION wait_for_public_leases()")
    op.execute("DROP FUNCTION take_public_lease(integer)")
    op.execute(sa.schema.DropSequence(sa.Sequence("public_changes")))
