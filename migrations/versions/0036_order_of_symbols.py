"""Documents are listed by the numbers in their symbols."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

NUMBERED = """
CREATE FUNCTION numbered(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(
               CASE WHEN part[1] ~ '^[0-9]'
                    THEN lpad(length(ltrim(part[1], '0'))::text, 4, '0') || ltrim(part[1], '0')
                    ELSE part[1] END,
               '' ORDER BY place), '')
      FROM regexp_matches(lower(words), '[0-9]+|[^0-9]+', 'g') WITH ORDINALITY AS found(part, place)
$$
"""


def upgrade() -> None:
    op.execute(NUMBERED)
    op.create_index(
        "ix_documents_by_symbol",
        "documents",
        ["meeting_id", sa.text('numbered(symbol) COLLATE "C"'), "id"],
    )


def downgrade() -> None:
    op.drop_index("ix_documents_by_symbol", "documents")
    op.execute("DROP FUNCTION numbered(text)")
