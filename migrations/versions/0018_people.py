"""people have several addresses, languages, rank and level; they are merged, move and leave."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

LEVELS = (
    "level IN ('head', 'senior_leadership', 'director', 'senior_officer', 'officer', 'support', "
    "'other')"
)
GENDERS = "gender IN ('female', 'male', 'other')"
CONSENT = "(level IS NULL AND gender IS NULL) OR statistics_consent_at IS NOT NULL"
OLD_KINDS = (
    "'invitation', 'invitation_withdrawn', 'link_renewed', 'link_code', "
    "'registration_confirmed', 'registration_waiting', 'registration_withdrawn', "
    "'registration_substituted', 'meeting_changed', 'meeting_updated', 'agenda_issued', "
    "'meeting_cancelled', 'meeting_postponed', 'attendee_declined', 'counter_declined', "
    "'reminder', 'delegation_reminder', 'attendance_reminder', 'digest', 'seat_offered', "
    "'offer_expired', 'registration_unseated', 'registration_pending', 'registration_rejected'"
)
NEW_KIND = "'registration_readdressed'"
CHECKS = {
    "level": LEVELS,
    "gender": GENDERS,
    "consent": CONSENT,
    "addresses": "cardinality(addresses) <= 50",
    "merged_into": "merged_into <> id",
}
FUNCTIONS = (
    """CREATE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(
        replace(replace(replace(replace(
            translate(
                normalize(lower(words), NFKD),
                E'\\u0142\\u00f8\\u0111\\u00f0\\u0131\\u0127\\u0167\\u2010\\u2011\\u2013-'
                '''\\u2018\\u2019\\u02bc\\u0060\\u00b4',
                'loddiht    '
            ), E'\\u00df', 'ss'), E'\\u00e6', 'ae'), E'\\u0153', 'oe'), E'\\u00fe', 'th'),
        E'[\\u0300-\\u036f\\u0640\\u064b-\\u065f\\u0670]', '', 'g')
$$""",
    """CREATE FUNCTION people_searchable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_text := folded(
        NEW.name || E'\\n' || NEW.email || E'\\n' || array_to_string(NEW.addresses, E'\\n'));
    RETURN NEW;
END $$""",
    """CREATE FUNCTION people_addresses_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known text[] := '{}';
BEGIN
    IF TG_OP = 'INSERT' AND NEW.merged_into IS NULL AND NEW.addresses = '{}' THEN
        INSERT INTO person_addresses (entity_id, address, person_id)
        VALUES (NEW.entity_id, NEW.email, NEW.id);
        RETURN NULL;
    END IF;
    IF NEW.merged_into IS NULL THEN
        known := NEW.addresses || NEW.email;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM person_addresses WHERE person_id = NEW.id AND address <> ALL (known);
    END IF;
    INSERT INTO person_addresses (entity_id, address, person_id)
    SELECT DISTINCT NEW.entity_id, fresh.address, NEW.id
      FROM unnest(known) AS fresh (address)
     WHERE NOT EXISTS (
        SELECT FROM person_addresses own
         WHERE own.person_id = NEW.id AND own.address = fresh.address);
    RETURN NULL;
END $$""",
)


def upgrade() -> None:
    for column in _columns():
        op.add_column("people", column)
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_people_{name}"), "people", rule)
    for name in ("merged_into", "moved_to"):
        op.create_foreign_key(op.f(f"fk_people_{name}"), "people", "people", [name], ["id"])
        op.create_index(op.f(f"ix_people_{name}"), "people", [name])
    _let_messages_be(f"{OLD_KINDS}, {NEW_KIND}")
    op.drop_constraint("uq_people_entity_id_email", "people")
    op.create_index(
        "uq_people_entity_id_email",
        "people",
        ["entity_id", "email"],
        unique=True,
        postgresql_where=sa.text("merged_into IS NULL"),
    )
    _create_tables()
    for function in FUNCTIONS:
        op.execute(function)
    op.execute(
        "CREATE TRIGGER people_searchable BEFORE INSERT OR UPDATE OF name, email, addresses"
        " ON people FOR EACH ROW EXECUTE FUNCTION people_searchable()"
    )
    op.execute(
        "CREATE TRIGGER people_addresses_kept"
        " AFTER INSERT OR UPDATE OF email, addresses, merged_into"
        " ON people FOR EACH ROW EXECUTE FUNCTION people_addresses_kept()"
    )
    op.execute("UPDATE people SET addresses = '{}'")  # both triggers look at everybody
    # What the foreign keys of a changed row wait for stands in the way of the index.
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("addresses", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("rank", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("statistics_consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at_headquarters", sa.Boolean(), nullable=True),
        sa.Column("duty_station", sa.Text(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("moved_to", sa.Uuid(), nullable=True),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
    )


def _let_messages_be(kinds: str) -> None:
    op.drop_constraint("ck_messages_kind", "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", f"kind IN ({kinds})")


def _create_tables() -> None:
    op.create_table(
        "person_addresses",
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_person_addresses_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("entity_id", "address", name=op.f("pk_person_addresses")),
    )
    op.create_index(op.f("ix_person_addresses_person_id"), "person_addresses", ["person_id"])
    op.create_table(
        "person_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("moved", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("after", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_person_merges_two")),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_person_merges_entity_id")
        ),
        sa.ForeignKeyConstraint(["kept_id"], ["people.id"], name=op.f("fk_person_merges_kept_id")),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["people.id"], name=op.f("fk_person_merges_merged_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merges")),
    )
    for column in ("entity_id", "kept_id"):
        op.create_index(op.f(f"ix_person_merges_{column}"), "person_merges", [column])
    op.create_index(
        "uq_person_merges_live",
        "person_merges",
        ["merged_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )


def downgrade() -> None:
    """Who was merged stands in the directory again, without anything of their own; where the one
    kept has their address, at one that nobody has.
    """
    op.execute(
        "UPDATE people SET email = people.id || '@merged.invalid' FROM people kept"
        " WHERE people.merged_into IS NOT NULL AND people.id <> kept.id"
        " AND kept.entity_id = people.entity_id AND kept.email = people.email"
    )
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.execute(
        "UPDATE messages SET kind = 'registration_withdrawn',"
        " state = CASE WHEN state IN ('planned', 'delayed') THEN 'suppressed' ELSE state END"
        " WHERE kind = 'registration_readdressed'"
    )
    _let_messages_be(OLD_KINDS)
    op.drop_table("person_merges")
    op.execute("DROP TRIGGER people_addresses_kept ON people")
    op.execute("DROP TRIGGER people_searchable ON people")
    op.drop_table("person_addresses")
    for function in ("people_addresses_kept()", "people_searchable()", "folded(text)"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_index("uq_people_entity_id_email", "people")
    for column in reversed(_columns()):
        op.drop_column("people", column.name)
    op.create_unique_constraint(op.f("uq_people_entity_id_email"), "people", ["entity_id", "email"])
