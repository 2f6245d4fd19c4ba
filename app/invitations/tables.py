"""Invitations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field

from app.core.tables import Instant, Row, one_of, values
from app.invitations.lifecycle import InvitationStatus


class Invitation(Row, table=True):
    """A meeting asks an entity to take part, with a seat quota.

    `seats_taken` counts its confirmed seat-taking registrations and changes only under the locks
    of the meeting and of this row, in that order.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        one_of("status", InvitationStatus),
        UniqueConstraint("meeting_id", "entity_id"),
        UniqueConstraint("meeting_id", "letter_number"),
        CheckConstraint("letter_number > 0", name="letter_number"),
        CheckConstraint("seat_quota >= 0", name="seat_quota"),
        CheckConstraint("seats_taken BETWEEN 0 AND seat_quota", name="seats_taken"),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id")
    entity_id: UUID = Field(foreign_key="entities.id", index=True)
    status: InvitationStatus = Field(
        default=InvitationStatus.DRAFT, sa_type=values(InvitationStatus)
    )
    seat_quota: int
    seats_taken: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    letter_number: int | None = None
    """Of its formal letter within the meeting; given when it is sent, under the meeting's lock."""
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    """When its focal points were last reminded of it."""
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answer_note: str | None = Field(default=None, sa_type=Text)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
