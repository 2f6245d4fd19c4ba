"""registrations are approved, offered seats, rejected, and offers expire."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OLD_STATUSES = "status IN ('confirmed', 'waiting', 'withdrawn', 'substituted')"
STATUSES = (
    "status IN ('pending', 'confirmed', 'waiting', 'offered', 'rejected', 'expired', 'withdrawn', "
    "'substituted')"
)
OLD_LIVE = "status IN ('confirmed', 'waiting')"
LIVE = "status IN ('pending', 'confirmed', 'waiting', 'offered')"


def upgrade() -> None:
    _become(STATUSES, LIVE)


def downgrade() -> None:
    """Who had no answer yet counts as waiting, who got a refusal as withdrawn.

    A seat that was held for an offer is given: the counters stay true.
    """
    op.execute("UPDATE registrations SET status = 'waiting' WHERE status = 'pending'")
    op.execute(
        "UPDATE registrations SET status = 'confirmed', confirmed_at = now()"
        " WHERE status = 'offered'"
    )
    op.execute(
        "UPDATE registrations SET status = 'withdrawn', withdrawn_at = now()"
        " WHERE status IN ('rejected', 'expired')"
    )
    _become(OLD_STATUSES, OLD_LIVE)


def _become(statuses: str, live: str) -> None:
    op.drop_constraint("ck_registrations_status", "registrations")
    op.create_check_constraint(op.f("ck_registrations_status"), "registrations", statuses)
    op.drop_index("uq_registrations_person", "registrations")
    op.create_index(
        "uq_registrations_person",
        "registrations",
        ["meeting_id", "person_id"],
        unique=True,
        postgresql_where=sa.text(live),
    )
    op.drop_index("uq_registrations_head", "registrations")
    op.create_index(
        "uq_registrations_head",
        "registrations",
        ["invitation_id"],
        unique=True,
        postgresql_where=sa.text(f"role = 'head_of_delegation' AND {live}"),
    )
