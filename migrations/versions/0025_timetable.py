"""Sittings are replaced as a whole, meetings limit stretches of work, pins follow the wall clock."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_OVERLAP = (
    "ALTER TABLE sittings DROP CONSTRAINT ex_sittings_overlap, ADD CONSTRAINT ex_sittings_overlap"
    " EXCLUDE USING gist (meeting_id WITH =, day WITH =, int4range(begins, ends) WITH &&)"
)
_PINNED = (
    "UPDATE agenda_items SET pinned_minutes = found.minutes FROM (SELECT i.id,"
    " round(extract(epoch FROM {distance}) / 60)::int AS minutes"
    " FROM agenda_items i JOIN meetings m ON m.id = i.meeting_id"
    " WHERE i.pinned_minutes IS NOT NULL) AS found"
    " WHERE agenda_items.id = found.id AND agenda_items.pinned_minutes <> found.minutes"
)
_PIN = "make_interval(mins => i.pinned_minutes)"


def upgrade() -> None:
    op.execute(_OVERLAP + " DEFERRABLE INITIALLY DEFERRED")
    op.add_column("meetings", sa.Column("longest_stretch", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_meetings_longest_stretch"), "meetings", "longest_stretch BETWEEN 15 AND 1440"
    )
    wall = f"((m.starts_at + {_PIN}) AT TIME ZONE m.timezone) - m.local_start"
    op.execute(_PINNED.format(distance=wall))


def downgrade() -> None:
    passed = f"((m.local_start + {_PIN}) AT TIME ZONE m.timezone) - m.starts_at"
    op.execute(_PINNED.format(distance=passed))
    op.drop_column("meetings", "longest_stretch")
    op.execute(_OVERLAP)
