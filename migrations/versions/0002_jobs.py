"""the job queue's own tables."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The library's own schema; a later version of the library brings its own migration.

    PL/pgSQL runs the whole text as one statement, which every driver can send.
    """
    op.get_bind().exec_driver_sql(
        f"DO $whole$ BEGIN EXECUTE $text$ {SchemaManager.get_schema()} $text$; END $whole$"
    )


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        r"""
        DO $$
        DECLARE
            thing text;
        BEGIN
            FOR thing IN SELECT c.oid::regclass FROM pg_class c
                WHERE c.relnamespace = current_schema()::regnamespace
                  AND c.relkind = 'r' AND c.relname LIKE 'procrastinate\_%' LOOP
                EXECUTE 'DROP TABLE ' || thing || ' CASCADE';
            END LOOP;
            FOR thing IN SELECT p.oid::regprocedure FROM pg_proc p
                WHERE p.pronamespace = current_schema()::regnamespace
                  AND p.proname LIKE 'procrastinate\_%' LOOP
                EXECUTE 'DROP FUNCTION ' || thing;
            END LOOP;
            FOR thing IN SELECT t.oid::regtype FROM pg_type t
                WHERE t.typnamespace = current_schema()::regnamespace
                  AND t.typtype IN ('c', 'e') AND t.typname LIKE 'procrastinate\_%' LOOP
                EXECUTE 'DROP TYPE ' || thing;
            END LOOP;
        END $$
        """
    )
