"""Invitations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped
from sqlmodel import Field, Relationship

from app.core.tables import Instant, Row, one_of, values
from app.invitations.lifecycle import InvitationStatus


class SeatPool(Row, table=True):
    """Seats of a meeting that several invited entities share.

    `seats_taken` sums those of its invitations and changes only under the locks of the meeting,
    then of the invitation, then of this row.
    """

    __tablename__ = "seat_pools"
    __table_args__ = (
        UniqueConstraint("meeting_id", "name"),
        CheckConstraint("seats_taken BETWEEN 0 AND seats", name="seats_taken"),
        Index(
            "uq_seat_pools_observers",
            "meeting_id",
            unique=True,
            postgresql_where=text("for_observers"),
        ),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE")
    name: str = Field(sa_type=Text)
    seats: int
    seats_taken: int = 0
    for_observers: bool = False
    """Entities that are observers of the committee are invited into it."""


class Invitation(Row, table=True):
    """A meeting asks an entity to take part, with a seat quota or seats of a pool, or both.

    `seats_taken` counts its registrations that have a seat, or are offered one, and changes only
    under the locks of the meeting, of this row and of the pool, in that order.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        one_of("status", InvitationStatus),
        UniqueConstraint("meeting_id", "entity_id"),
        UniqueConstraint("meeting_id", "letter_number"),
        CheckConstraint("letter_number > 0", name="letter_number"),
        CheckConstraint("seat_quota >= 0", name="seat_quota"),
        CheckConstraint("seats_taken BETWEEN 0 AND seat_quota", name="seats_taken"),
        CheckConstraint("seat_quota IS NOT NULL OR pool_id IS NOT NULL", name="bounded"),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id")
    entity_id: UUID = Field(foreign_key="entities.id", index=True)
    status: InvitationStatus = Field(
        default=InvitationStatus.DRAFT, sa_type=values(InvitationStatus)
    )
    seat_quota: int | None
    """None: only its pool bounds it."""
    seats_taken: int = 0
    pool_id: UUID | None = Field(default=None, foreign_key="seat_pools.id", index=True)
    pool: Mapped[SeatPool | None] = Relationship(sa_relationship_kwargs={"lazy": "raise_on_sql"})
    """There once the seats are locked."""
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    letter_number: int | None = None
    """Of its formal letter within the meeting; given when it is sent, under the meeting's lock."""
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    """When its focal points were last reminded of it."""
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answer_note: str | None = Field(default=None, sa_type=Text)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
