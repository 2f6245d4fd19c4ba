"""lists: consent to be named, keys to sort and search by, the order of protocol, publication."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

GRAMS = """
CREATE FUNCTION grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(words, n, 2)), '{}')
      FROM generate_series(1, length(words) - 1) AS n
$$
"""
NAMES = (
    """
    CREATE FUNCTION keep_name_key() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT folded(name) INTO NEW.name_key FROM people WHERE id = NEW.person_id FOR SHARE;
        NEW.name_key := coalesce(NEW.name_key, '');
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION follow_name() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE registrations SET name_key = folded(NEW.name) WHERE person_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER registrations_name_key BEFORE INSERT OR UPDATE OF person_id ON registrations
    FOR EACH ROW EXECUTE FUNCTION keep_name_key()
    """,
    """
    CREATE TRIGGER people_name_followed AFTER UPDATE OF name ON people
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION follow_name()
    """,
)
BY = ("entity_id", "status", "role", "participation")


def upgrade() -> None:
    op.execute(GRAMS)
    op.create_index(
        "ix_people_grams", "people", [sa.text("grams(search_text)")], postgresql_using="gin"
    )
    op.add_column("registrations", _key("name_key"))
    op.execute(
        "UPDATE registrations SET name_key = folded(people.name)"
        " FROM people WHERE people.id = registrations.person_id"
    )
    op.alter_column("registrations", "name_key", nullable=False)
    op.add_column(
        "registrations",
        sa.Column("listed", sa.Text(), nullable=False, server_default="not_asked"),
    )
    op.create_check_constraint(
        op.f("ck_registrations_listed"), "registrations", "listed IN ('yes', 'no', 'not_asked')"
    )
    op.create_index("ix_registrations_name", "registrations", ["meeting_id", "name_key", "id"])
    for column in BY:
        op.create_index(_index(column), "registrations", ["meeting_id", column, "queue_number"])
    for statement in NAMES:
        op.execute(statement)
    _settings()


def downgrade() -> None:
    op.drop_column("committees", "protocol_order")
    for column in ("participants_published_at", "protocol_order", "chatham_house"):
        op.drop_column("meetings", column)
    op.drop_constraint("ck_meetings_participants_list", "meetings")
    op.drop_column("meetings", "participants_list")
    op.execute("DROP TRIGGER people_name_followed ON people")
    op.execute("DROP TRIGGER registrations_name_key ON registrations")
    for name in ("follow_name()", "keep_name_key()"):
        op.execute(f"DROP FUNCTION {name}")
    for column in BY:
        op.drop_index(_index(column), "registrations")
    op.drop_index("ix_registrations_name", "registrations")
    op.drop_constraint("ck_registrations_listed", "registrations")
    op.drop_column("registrations", "listed")
    op.drop_column("registrations", "name_key")
    op.drop_index("ix_people_grams", "people")
    op.execute("DROP FUNCTION grams(text)")


def _settings() -> None:
    """What a meeting says of its lists."""
    op.add_column(
        "meetings",
        sa.Column("participants_list", sa.Text(), nullable=False, server_default="consented"),
    )
    op.create_check_constraint(
        op.f("ck_meetings_participants_list"),
        "meetings",
        "participants_list IN ('none', 'consented', 'all')",
    )
    op.add_column(
        "meetings",
        sa.Column("chatham_house", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    order: sa.Column[object] = sa.Column(
        "protocol_order", postgresql.ARRAY(sa.Text()), nullable=True
    )
    op.add_column("meetings", order)
    published = sa.Column("participants_published_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("meetings", published)
    op.add_column(
        "committees",
        sa.Column(
            "protocol_order", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"
        ),
    )


def _key(name: str) -> sa.Column[str]:
    """In the order of code points, whatever the locale of the database."""
    return sa.Column(name, sa.Text(collation="C"), nullable=True)


def _index(column: str) -> str:
    return f"ix_registrations_by_{column.removesuffix('_id')}"
