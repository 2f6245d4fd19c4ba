"""Credentials."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field

from app.core import clock
from app.core.tables import Instant, Row, one_of, values
from app.credentials.lifecycle import CredentialsStatus


class Credentials(Row, table=True):
    """What an entity presents for its delegation: a file, or what the letter is filed under.

    One for each invitation; what is presented anew takes the place of what was, and has to be
    looked at again.
    """

    __tablename__ = "credentials"
    __table_args__ = (
        one_of("status", CredentialsStatus),
        CheckConstraint("file_id IS NOT NULL OR reference IS NOT NULL", name="something"),
        CheckConstraint(
            "(status = 'presented') = (looked_at IS NULL)"
            " AND (looked_at IS NULL) = (looked_at_by IS NULL)"
            " AND (status <> 'returned' OR reason IS NOT NULL)",
            name="looked_at",
        ),
    )

    invitation_id: UUID = Field(foreign_key="invitations.id", unique=True, ondelete="CASCADE")
    status: CredentialsStatus = Field(
        default=CredentialsStatus.PRESENTED, sa_type=values(CredentialsStatus)
    )
    file_id: UUID | None = Field(default=None, foreign_key="stored_files.id", index=True)
    reference: str | None = Field(default=None, sa_type=Text)
    presented_at: datetime = Field(default_factory=clock.now, sa_type=Instant)
    presented_by: str = Field(sa_type=Text)
    """`account` or `link`: by an account, or by a holder of a link to the invitation."""
    presenter_id: UUID
    """The account, or the person."""
    looked_at: datetime | None = Field(default=None, sa_type=Instant)
    looked_at_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    reason: str | None = Field(default=None, sa_type=Text)
