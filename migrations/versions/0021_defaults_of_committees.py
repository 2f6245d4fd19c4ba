"""committees have defaults for what holds for delegations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

RULES = ("default_approval", "default_registration_rules")
POSITIVE = ("default_offer_window", "default_substitution_freeze")


def upgrade() -> None:
    for name in POSITIVE:
        op.add_column("committees", sa.Column(name, sa.Integer(), nullable=True))
        op.create_check_constraint(op.f(f"ck_committees_{name}"), "committees", f"{name} > 0")
    json = postgresql.JSONB(none_as_null=True)
    for name in RULES:
        op.add_column("committees", sa.Column(name, json, nullable=True))
    credentials: sa.Column[object] = sa.Column(
        "default_needs_credentials", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("committees", credentials)


def downgrade() -> None:
    for name in (*POSITIVE, *RULES, "default_needs_credentials"):
        op.drop_column("committees", name)
