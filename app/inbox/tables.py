"""Mails that came in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, text
from sqlmodel import Field

from app.core import clock
from app.core.tables import Instant, Json, Row, one_of, values
from app.inbox.lifecycle import IncomingKind, IncomingState, Reason, Way


class IncomingMail(Row, table=True):
    """What is kept of one mail: who wrote it, what it answers, what became of it.

    The mail itself is not kept. The same mail twice, at the same address, is one row.
    """

    __tablename__ = "incoming_mails"
    __table_args__ = (
        one_of("via", Way),
        one_of("kind", IncomingKind),
        one_of("state", IncomingState),
        one_of("reason", Reason),
        CheckConstraint("size >= 0", name="size"),
        Index("ix_incoming_mails_meeting_id", "meeting_id", "id"),
        Index(
            "ix_incoming_mails_unread",
            "invitation_id",
            postgresql_where=text("state IN ('held', 'filed')"),
        ),
    )

    received_at: datetime = Field(default_factory=clock.now, sa_type=Instant)
    via: Way = Field(sa_type=values(Way))
    content_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    sender: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    message_id: str = Field(sa_type=Text)
    kind: IncomingKind = Field(sa_type=values(IncomingKind))
    state: IncomingState = Field(sa_type=values(IncomingState))
    reason: Reason | None = Field(default=None, sa_type=values(Reason))
    meeting_id: UUID | None = Field(default=None, foreign_key="meetings.id")
    invitation_id: UUID | None = Field(default=None, foreign_key="invitations.id")
    registration_id: UUID | None = Field(default=None, foreign_key="registrations.id", index=True)
    answers_message_id: UUID | None = Field(default=None, foreign_key="messages.id", index=True)
    excerpt: str = Field(default="", sa_type=Text)
    """The beginning of its plain text."""
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    """What a calendar or a report says: participation, sequence, times, delegate, status."""
    size: int
    """Octets of the whole mail."""
