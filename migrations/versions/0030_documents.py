"""Documents of a meeting, their revisions, language versions and uploads."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KEEP = """
CREATE FUNCTION keep_published_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL
       AND to_jsonb(OLD) - '{scan,scan_tries,scan_due_at,scanned_at}'::text[]
        <> to_jsonb(NEW) - '{scan,scan_tries,scan_due_at,scanned_at}'::text[] THEN
        RAISE EXCEPTION 'a published document never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER document_versions_immutable BEFORE UPDATE ON document_versions
FOR EACH ROW EXECUTE FUNCTION keep_published_document()
"""


def _row() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def _key(table: str, column: str, target: str, gone: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=gone)


def upgrade() -> None:
    text, moment = sa.Text(), sa.DateTime(timezone=True)
    op.create_table(
        "documents",
        *_row(),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("symbol", text, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("title", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("access", text, nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("handed_in_by_id", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("panel_id", sa.Uuid(), nullable=True),
        sa.Column("status", text, nullable=False),
        sa.Column("embargo_until", moment, nullable=True),
        sa.Column("embargo_shows", sa.Boolean(), nullable=False),
        sa.Column("published_at", moment, nullable=True),
        sa.Column("note", text, nullable=True),
        sa.CheckConstraint(
            "kind IN ('agenda', 'annotated_agenda', 'concept_note', 'report', 'statement', 'presentation', 'letter', 'background', 'proposal', 'information', 'list', 'other')",
            name=op.f("ck_documents_kind"),
        ),
        sa.CheckConstraint(
            "access IN ('public', 'members', 'delegation', 'organizers')",
            name=op.f("ck_documents_access"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'returned', 'draft', 'published', 'withdrawn')",
            name=op.f("ck_documents_status"),
        ),
        sa.CheckConstraint(
            "access <> 'delegation' OR entity_id IS NOT NULL", name=op.f("ck_documents_delegation")
        ),
        sa.CheckConstraint(
            "item_id IS NULL OR panel_id IS NULL", name=op.f("ck_documents_one_place")
        ),
        sa.CheckConstraint(
            "status NOT IN ('proposed', 'returned') OR handed_in_by_id IS NOT NULL",
            name=op.f("ck_documents_handed_in"),
        ),
        _key("documents", "committee_id", "committees"),
        _key("documents", "meeting_id", "meetings", "CASCADE"),
        _key("documents", "entity_id", "entities"),
        _key("documents", "handed_in_by_id", "entities"),
        _key("documents", "item_id", "agenda_items"),
        _key("documents", "panel_id", "panels"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    for column in ("entity_id", "handed_in_by_id", "item_id", "panel_id"):
        op.create_index(op.f(f"ix_documents_{column}"), "documents", [column])
    op.create_index("ix_documents_meeting_id", "documents", ["meeting_id", "id"])
    op.create_index(
        "uq_documents_symbol", "documents", ["committee_id", sa.text("lower(symbol)")], unique=True
    )
    op.create_table(
        "document_revisions",
        *_row(),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", moment, nullable=True),
        sa.CheckConstraint(
            "kind IN ('original', 'revision', 'corrigendum', 'addendum')",
            name=op.f("ck_document_revisions_kind"),
        ),
        sa.CheckConstraint(
            "(kind = 'original') = (number = 0)", name=op.f("ck_document_revisions_number")
        ),
        _key("document_revisions", "document_id", "documents", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_revisions")),
        sa.UniqueConstraint(
            "document_id",
            "kind",
            "number",
            name=op.f("uq_document_revisions_document_id_kind_number"),
        ),
    )
    op.create_table(
        "document_versions",
        *_row(),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("language", text, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("media_type", text, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", text, nullable=False),
        sa.Column("crc32", sa.BigInteger(), nullable=False),
        sa.Column("storage_key", text, nullable=False),
        sa.Column("published_at", moment, nullable=True),
        sa.Column("scan", text, nullable=False),
        sa.Column("scan_tries", sa.Integer(), nullable=False),
        sa.Column("scan_due_at", moment, nullable=False),
        sa.Column("scanned_at", moment, nullable=True),
        sa.CheckConstraint(
            "scan IN ('unscanned', 'clean', 'infected', 'failed')",
            name=op.f("ck_document_versions_scan"),
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_document_versions_size")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_document_versions_sha256")),
        _key("document_versions", "document_id", "documents", "CASCADE"),
        _key("document_versions", "revision_id", "document_revisions", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_versions")),
        sa.UniqueConstraint(
            "revision_id", "language", name=op.f("uq_document_versions_revision_id_language")
        ),
        sa.UniqueConstraint("storage_key", name=op.f("uq_document_versions_storage_key")),
    )
    op.create_index(op.f("ix_document_versions_document_id"), "document_versions", ["document_id"])
    op.create_index(
        "ix_document_versions_scan_due_at",
        "document_versions",
        ["scan_due_at"],
        postgresql_where=sa.text("scan IN ('unscanned', 'failed')"),
    )
    op.create_table(
        "document_uploads",
        *_row(),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("language", text, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("media_type", text, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "received BETWEEN 0 AND size", name=op.f("ck_document_uploads_received")
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_document_uploads_size")),
        _key("document_uploads", "document_id", "documents", "CASCADE"),
        _key("document_uploads", "revision_id", "document_revisions", "CASCADE"),
        _key("document_uploads", "version_id", "document_versions", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_uploads")),
    )
    for column in ("document_id", "revision_id", "version_id"):
        op.create_index(op.f(f"ix_document_uploads_{column}"), "document_uploads", [column])
    op.create_index("ix_document_uploads_expires_at", "document_uploads", ["expires_at"])
    op.create_table(
        "document_upload_parts",
        *_row(),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("storage_key", text, nullable=False),
        _key("document_upload_parts", "upload_id", "document_uploads", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_upload_parts")),
        sa.UniqueConstraint(
            "upload_id", "begins", name=op.f("uq_document_upload_parts_upload_id_begins")
        ),
        sa.UniqueConstraint("storage_key", name=op.f("uq_document_upload_parts_storage_key")),
    )
    op.execute(KEEP)
    op.execute(TRIGGER)


def downgrade() -> None:
    for table in (
        "document_upload_parts",
        "document_uploads",
        "document_versions",
        "document_revisions",
        "documents",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION keep_published_document()")
