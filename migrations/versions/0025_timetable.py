"""Sittings are replaced as a whole, meetings limit stretches of work, pins follow the wall clock."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_LIMITS = (("meetings", "longest_stretch"), ("committees", "default_longest_stretch"))
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
    for table, name in _LIMITS:
        op.add_column(table, sa.Column(name, sa.Integer(), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"{name} BETWEEN 15 AND 1440")
    wall = f"((m.starts_at + {_PIN}) AT TIME ZONE m.timezone) - m.local_start"
    op.execute(_PINNED.format(distance=wall))


def downgrade() -> None:
    passed = f"((m.local_start + {_PIN}) AT TIME ZONE m.timezone) - m.starts_at"
    op.execute(_PINNED.format(distance=passed))
    for table, name in _LIMITS:
        op.drop_column(table, name)
    op.execute(_OVERLAP)
